"""The sources: figures of the models as others print them, each with the conditions it holds under."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from modelzoo.base.paths import shown
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.catalog.printed_value import PrintedValue, read_value
from modelzoo.errors import ZooError

# Text that a source says about its row: the weight set or variant of the model that the figures are of.
WEIGHTS = "weights"


class Source(msgspec.Struct, frozen=True):
    """One place that figures come from.

    `conditions` says by topic what holds for all rows, `basis` by criterion what its figures are figures of, `notes`
    and `weights` by model what holds for that row. `figures` has an entry for each model that the source knows, an
    empty one where it prints nothing but the name.
    """

    key: str
    title: str
    address: str
    version: str
    conditions: Mapping[str, str]
    figures: Mapping[str, Mapping[str, PrintedValue]]
    basis: Mapping[str, str] = {}
    notes: Mapping[str, str] = {}
    weights: Mapping[str, str] = {}


class SourceFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is stated of a source: where its figures are from, and what holds for them."""

    title: str
    address: str
    version: str
    conditions: dict[str, str]
    basis: dict[str, str] = {}
    notes: dict[str, str] = {}


class _SourcesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default: tuple[str, ...]
    sources: dict[str, dict[str, Any]]


def read_sources(folder: Path, slugs: Mapping[str, object]) -> tuple[dict[str, Source], tuple[str, ...], list[str]]:
    """The sources of a catalog folder in the order of its ``sources.toml``, the default ones, and all faults.

    Parameters
    ----------
    slugs : the models that the catalog has; a row of another is a fault
    """
    path = folder / "sources.toml"
    default, all_facts, faults = _read_facts(path)
    sources: dict[str, Source] = {}
    for key, facts in all_facts.items():
        faults += check_facts(f"{shown(path)}: [sources.{key}]", facts, slugs)
        figures, weights, found = read_figures(folder / "sources" / f"{key}.csv", slugs)
        faults += found
        sources[key] = Source(key, figures=figures, weights=weights, **msgspec.structs.asdict(facts))
    for csv_path in sorted((folder / "sources").glob("*.csv")) if all_facts else ():
        if csv_path.stem not in all_facts:
            faults.append(f"{shown(csv_path)}: has no [sources.{csv_path.stem}] in {shown(path)}; say where it is from")
    return sources, default, faults


def _read_facts(path: Path) -> tuple[tuple[str, ...], dict[str, SourceFacts], list[str]]:
    """The default sources, what is said of each source, and the faults of the file's form."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _SourcesFile)
    except OSError as error:
        return (), {}, [f"{shown(path)}: cannot be read: {error.strerror}; it says where each source is from"]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        return (), {}, [f"{shown(path)}: {error}"]
    faults = [
        f"{shown(path)}: default names {key!r}, which is no source here"
        for key in file.default
        if key not in file.sources
    ]
    if not file.default:
        faults.append(f"{shown(path)}: default is empty; name a source")
    facts = {}
    for key, table in file.sources.items():
        try:
            facts[key] = msgspec.convert(table, SourceFacts)
        except msgspec.ValidationError as error:
            faults.append(f"{shown(path)}: [sources.{key}] {error}")
    return file.default, facts, faults


def check_facts(
    place: str, facts: SourceFacts, slugs: Mapping[str, object], *, listed: str = "models.csv"
) -> list[str]:
    """The faults of what is stated: something empty, or of a criterion or a model that there is not.

    Parameters
    ----------
    listed : the file that the models are listed in
    """
    return [
        *(
            f"{place} {name} is empty; figures need their conditions"
            for name in ("title", "address", "version", "conditions")
            if not getattr(facts, name)
        ),
        *(f"{place} basis names {name!r}, which is no criterion" for name in facts.basis if name not in CRITERIA),
        *(f"{place} notes names {name!r}, which is not in {listed}" for name in facts.notes if name not in slugs),
    ]


def read_figures(
    path: Path, slugs: Mapping[str, object]
) -> tuple[dict[str, dict[str, PrintedValue]], dict[str, str], list[str]]:
    """A source's figures by slug and criterion, what it says of each row's weights, and the faults of the file."""
    sheet = read_sheet(path)
    sheet.require(["slug"])
    for column in sheet.header:
        if column not in CRITERIA and column not in ("slug", WEIGHTS):
            sheet.fault(
                1, f"column {column!r} is unknown; expected slug, {WEIGHTS} or a criterion ({', '.join(CRITERIA)})"
            )
    columns = {column: CRITERIA[column] for column in sheet.header if column in CRITERIA}
    figures: dict[str, dict[str, PrintedValue]] = {}
    weights: dict[str, str] = {}
    for row in sheet.rows if "slug" in sheet.header else ():
        slug = row.cells["slug"]
        if slug in figures:
            sheet.fault(row.line, f"slug {slug!r} stands twice; each model has one row")
        elif slug not in slugs:
            sheet.fault(row.line, f"slug {slug!r} is not in models.csv; add the model there first")
        else:
            figures[slug] = read_row(row, columns, sheet)
            if row.cells.get(WEIGHTS):
                weights[slug] = row.cells[WEIGHTS]
    return figures, weights, sheet.faults


def read_row(row: Row, columns: Mapping[str, Criterion], sheet: Sheet) -> dict[str, PrintedValue]:
    """The row's figures by criterion, without its empty cells; faults go to the sheet."""
    figures = {}
    for column, criterion in columns.items():
        if text := row.cells[column]:
            try:
                figures[column] = read_value(text, criterion)
            except ZooError as error:
                sheet.fault(row.line, f"{column} {error}")
    return figures
