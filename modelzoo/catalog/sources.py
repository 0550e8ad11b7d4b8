"""Sources: printed values of the models, each with its conditions."""

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from modelzoo.base.paths import shown
from modelzoo.base.text import quote
from modelzoo.base.toml import read_struct
from modelzoo.catalog.criteria import CRITERIA, PERCENT, Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.catalog.printed_value import PrintedValue, column_in_percent, read_value
from modelzoo.errors import ZooError

# The column with the weight set or variant of the model behind a row.
WEIGHTS = "weights"


class Source(msgspec.Struct, frozen=True):
    """One publication of values.

    Attributes
    ----------
    conditions : conditions of all rows, by topic
    rows : printed values by model and criterion; empty for a model without a value
    basis : the counted or measured quantity, by criterion
    notes, weights : a note on the row and its weight set, by model
    """

    key: str
    title: str
    address: str
    version: str
    conditions: Mapping[str, str]
    rows: Mapping[str, Mapping[str, PrintedValue]]
    basis: Mapping[str, str] = {}
    notes: Mapping[str, str] = {}
    weights: Mapping[str, str] = {}


class SourceFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The facts about a source: where its values are from, and their conditions."""

    title: str
    address: str
    version: str
    conditions: dict[str, str]
    basis: dict[str, str] = {}
    notes: dict[str, str] = {}


class _SourcesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    default: tuple[str, ...]
    sources: dict[str, SourceFacts]


def read_sources(folder: Path, slugs: Mapping[str, object]) -> tuple[dict[str, Source], tuple[str, ...], list[str]]:
    """Read the sources of a catalog folder in the order of ``sources.toml``, the default ones, and all problems.

    A row of a model that `slugs` lacks is a problem.
    """
    path = folder / "sources.toml"
    try:
        file = read_struct(path, _SourcesFile, see="catalog/sources.toml has examples")
    except ZooError as error:
        return {}, (), [str(error)]
    problems = [
        f"{shown(path)}: default names {quote(key)}, which is no source here"
        for key in file.default
        if key not in file.sources
    ]
    if not file.default:
        problems.append(f"{shown(path)}: default is empty; name a source")
    sources: dict[str, Source] = {}
    for key, facts in file.sources.items():
        problems += check_facts(f"{shown(path)}: [sources.{key}]", facts, slugs)
        rows, weights, row_problems = read_values(folder / "sources" / f"{key}.csv", slugs)
        problems += row_problems
        sources[key] = Source(key, rows=rows, weights=weights, **msgspec.structs.asdict(facts))
    for csv_path in sorted((folder / "sources").glob("*.csv")) if file.sources else ():
        if csv_path.stem not in file.sources:
            problems.append(
                f"{shown(csv_path)}: has no [sources.{csv_path.stem}] in {shown(path)}; say where it is from"
            )
    return sources, file.default, problems


def check_facts(
    prefix: str, facts: SourceFacts, slugs: Mapping[str, object], *, listed: str = "models.csv"
) -> list[str]:
    """Return the problems of the facts: an empty one, an unknown criterion, a model not in the file `listed`."""
    return [
        *(
            f"{prefix} {name} is empty; values need their conditions"
            for name in ("title", "address", "version", "conditions")
            if not getattr(facts, name)
        ),
        *(f"{prefix} basis names {quote(name)}, which is no criterion" for name in facts.basis if name not in CRITERIA),
        *(f"{prefix} notes names {quote(name)}, which is not in {listed}" for name in facts.notes if name not in slugs),
    ]


def read_values(
    path: Path, slugs: Mapping[str, object]
) -> tuple[dict[str, dict[str, PrintedValue]], dict[str, str], list[str]]:
    """Read a source's values by slug and criterion, the weight set of each row, and the problems of the file."""
    sheet = read_sheet(path)
    sheet.require(["slug"])
    for column in sheet.header:
        if column not in CRITERIA and column not in ("slug", WEIGHTS):
            sheet.fault(
                1, f"column {quote(column)} is unknown; expected slug, {WEIGHTS} or a criterion ({', '.join(CRITERIA)})"
            )
    columns = {column: CRITERIA[column] for column in sheet.header if column in CRITERIA}
    values: dict[str, dict[str, PrintedValue]] = {}
    weights: dict[str, str] = {}
    for row in sheet.rows if "slug" in sheet.header else ():
        slug = row.cells["slug"]
        if slug in values:
            sheet.fault(row.line, f"slug {quote(slug)} is in two rows; each model has one row")
        elif slug not in slugs:
            sheet.fault(row.line, f"slug {quote(slug)} is not in models.csv; add the model there first")
        else:
            values[slug] = read_row(row, columns, sheet)
            if row.cells.get(WEIGHTS):
                weights[slug] = row.cells[WEIGHTS]
    return values, weights, sheet.faults


def percent_columns(sheet: Sheet, columns: Mapping[str, Criterion]) -> frozenset[str]:
    """Return the columns of accuracies whose cells together are percentages, not fractions of 1."""
    accuracies = [column for column, criterion in columns.items() if criterion.unit == PERCENT]
    return frozenset(key for key in accuracies if column_in_percent(row.cells[key] for row in sheet.rows))


def read_row(
    row: Row, columns: Mapping[str, Criterion], sheet: Sheet, *, percent: Collection[str] = ()
) -> dict[str, PrintedValue]:
    """Read the row's values by criterion, without its empty cells; the sheet collects problems.

    Parameters
    ----------
    percent : columns in which a value up to 1 is a percentage
    """
    values = {}
    for column, criterion in columns.items():
        if text := row.cells[column]:
            try:
                values[column] = read_value(text, criterion, below_one=column in percent)
            except ZooError as error:
                sheet.fault(row.line, f"{column} {error}")
    return values
