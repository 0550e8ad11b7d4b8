"""Where a catalog of one's own is from: stated beside it, in the form that ``sources.toml`` has for each source."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from modelzoo.base.paths import shown
from modelzoo.base.toml import read_struct
from modelzoo.catalog.criteria import CRITERIA, Criterion, Sense
from modelzoo.catalog.sources import SourceFacts, check_facts
from modelzoo.errors import ZooError


class ColumnFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a column means that is no known criterion: its unit, and which way is better where that is known."""

    unit: str = ""
    sense: Sense | None = None

    def criterion(self, key: str) -> Criterion:
        """The column as a criterion, headed by its own name."""
        return Criterion(key, key, self.unit, self.sense, decimals=2, trim=True)


class OwnFacts(SourceFacts, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is stated of a catalog of one's own: what is of a source, and what its own columns mean."""

    columns: dict[str, ColumnFacts] = {}  # noqa: RUF012  # msgspec copies it


def facts_path(path: Path) -> Path:
    """Where the facts of the catalog CSV are: ``timm.source.toml`` beside ``timm.csv``."""
    return path.with_suffix(".source.toml")


def stated_nowhere(path: Path) -> OwnFacts:
    """What can be said of a catalog CSV that has no facts beside it."""
    return OwnFacts(
        title=f"own catalog {path.name}",
        address=shown(path),
        version="as given",
        conditions={"figures": "as the file gives them"},
    )


def read_facts(path: Path) -> tuple[OwnFacts | None, list[str]]:
    """The facts beside the catalog CSV at `path`, None where there are none, and the faults of their form."""
    if not facts_path(path).exists():
        return None, []
    try:
        return read_struct(facts_path(path), OwnFacts, see="catalog/sources.toml has examples"), []
    except ZooError as error:
        return None, [str(error)]


def check_own_facts(
    path: Path, facts: OwnFacts, slugs: Mapping[str, object], criteria: Mapping[str, object]
) -> list[str]:
    """The faults of the facts beside the catalog CSV at `path`: what is empty, or of a model or column it lacks."""
    place = shown(facts_path(path))
    faults = check_facts(f"{place}:", facts, slugs, listed=path.name)
    for column in facts.columns:
        if column in CRITERIA:
            faults.append(f"{place}: columns names {column!r}, whose unit and sense are known; leave it out")
        elif column not in criteria:
            faults.append(f"{place}: columns names {column!r}, which is no column of {path.name}")
    return faults


def as_toml(facts: OwnFacts) -> str:
    """The facts as `read_facts` reads them."""
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
    """The text as a basic string of TOML, whose escapes are JSON's."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ZooError(f"{text!r} cannot be written as UTF-8; rename what it is the name of") from error
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
