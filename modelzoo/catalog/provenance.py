"""Provenance of your own catalog: a TOML file next to it, in the form of a source in ``sources.toml``."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from modelzoo.base.paths import shown
from modelzoo.base.text import quote
from modelzoo.base.toml import read_struct
from modelzoo.catalog.criteria import CRITERIA, Criterion, Sense
from modelzoo.catalog.sources import SourceFacts, check_facts
from modelzoo.errors import ZooError


class ColumnFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The meaning of a column that is no known criterion: its unit, and its better direction if known."""

    unit: str = ""
    sense: Sense | None = None

    def criterion(self, key: str) -> Criterion:
        """Return the column as a criterion under its own name."""
        return Criterion(key, key, self.unit, self.sense, decimals=2, trim=True)


class OwnFacts(SourceFacts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The facts about your own catalog: facts of a source, and the meaning of its own columns."""

    columns: dict[str, ColumnFacts] = {}  # noqa: RUF012  # msgspec copies it


def facts_path(path: Path) -> Path:
    """Return the path of a catalog CSV's facts: ``timm.source.toml`` for ``timm.csv``."""
    return path.with_suffix(".source.toml")


def read_facts(path: Path) -> tuple[OwnFacts | None, list[str]]:
    """Read the facts about the catalog CSV at `path`, None without a file, and the problems of their form."""
    if not facts_path(path).exists():
        return None, []
    try:
        return read_struct(facts_path(path), OwnFacts, see="catalog/sources.toml has examples"), []
    except ZooError as error:
        return None, [str(error)]


def check_own_facts(
    path: Path, facts: OwnFacts, slugs: Mapping[str, object], criteria: Mapping[str, object]
) -> list[str]:
    """Return the problems of the facts about the catalog CSV at `path`: empty ones, unknown models and columns."""
    file = shown(facts_path(path))
    problems = check_facts(f"{file}:", facts, slugs, listed=path.name)
    for column in facts.columns:
        if column in CRITERIA:
            problems.append(
                f"{file}: columns names {quote(column)}, a criterion with a known unit and sense; leave it out"
            )
        elif column not in criteria:
            problems.append(f"{file}: columns names {quote(column)}, which is no column of {path.name}")
    return problems


def as_toml(facts: OwnFacts) -> str:
    """Return the facts as TOML for `read_facts`."""
    lines = [f"{name} = {_quoted(getattr(facts, name))}" for name in ("title", "address", "version")]
    for name in ("conditions", "basis", "notes"):
        if table := getattr(facts, name):
            lines += ["", f"[{name}]", *(f"{_quoted(key)} = {_quoted(text)}" for key, text in table.items())]
    for column, stated in facts.columns.items():
        lines += ["", f"[columns.{_quoted(column)}]", f"unit = {_quoted(stated.unit)}"]
        if stated.sense:
            lines.append(f"sense = {_quoted(stated.sense)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return the text as a basic string of TOML, with JSON's escapes."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ZooError(f"{quote(text)} cannot be written as UTF-8; rename the file or the column") from error
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
