"""Your own catalog: one CSV file, a row for each model, a column for each criterion."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from modelzoo.base.paths import shown
from modelzoo.base.text import cut, quote
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.catalog.large_sheet import LargeSheet, header_of, read_large
from modelzoo.catalog.models import Model, slugify
from modelzoo.catalog.names import name_fault
from modelzoo.catalog.printed_value import PrintedValue, is_words
from modelzoo.catalog.provenance import ColumnFacts, OwnFacts, check_own_facts, read_facts
from modelzoo.catalog.sources import Source, SourceFacts, percent_columns, read_row

# The columns that may name the models, in any case; a slug does where no other one is.
NAME_COLUMNS = ("name", "model", "slug")
# Columns of a model's own facts, which are no criteria.
FACT_COLUMNS = ("family", "build", "min_size", "highlights_ko", "highlights_en", "weights")
# The names of pandas for its column of row numbers.
_INDEX_COLUMNS = ("", "Unnamed: 0")
_UNSTATED = ColumnFacts()


class UserCatalog(msgspec.Struct, frozen=True):
    """Your own catalog: one source, its models by slug, and its columns.

    `texts` are the columns of words. `large` has the numbers of a large file. The models and printed values of a large
    file are read on first use.
    """

    models: Mapping[str, Model]
    source: Source
    criteria: Mapping[str, Criterion]
    texts: tuple[str, ...]
    large: LargeSheet | None = None


class _OfRows(Mapping[str, Any]):
    """A mapping by slug that reads the row of a large file for each value."""

    def __init__(self, large: LargeSheet, read: Callable[[str, Row], Any]) -> None:
        self._large = large
        self._read = read

    def __getitem__(self, slug: str) -> Any:
        row = self._large.find(slug)
        if row is None:
            raise KeyError(slug)
        return self._read(slug, self._large.read(row))

    def __iter__(self) -> Iterator[str]:
        return iter(self._large.slugs)

    def __len__(self) -> int:
        return len(self._large.slugs)


def read_user_catalog(path: Path, shipped: Mapping[str, Model]) -> tuple[UserCatalog, list[str]]:
    """Read your own CSV file; return the catalog and the faults of the file.

    A shipped model of the same slug lends its builder and the facts that the file lacks.
    """
    facts, faults = read_facts(path)
    if not faults and (catalog := _read_large(path, shipped, facts)):
        faults = check_own_facts(path, facts, catalog.models, catalog.criteria) if facts else []
        return catalog, faults
    return _read_strictly(path, shipped, facts, faults)


def _read_large(path: Path, shipped: Mapping[str, Model], facts: OwnFacts | None) -> UserCatalog | None:
    header = header_of(path)
    naming = name_columns(header)
    if len(naming) != 1:
        return None
    criteria = _criteria(Sheet(path, header), facts)
    numeric = {*CRITERIA, *(facts.columns if facts else ())}
    large = read_large(path, header, naming[0], criteria, numeric=numeric)
    if large is None:
        return None
    large = _with_years(large, shipped)
    criteria = {key: item for key, item in criteria.items() if key not in large.texts}
    sheet = Sheet(path, header)

    def values_of(slug: str, row: Row) -> dict[str, PrintedValue]:
        return read_row(row, criteria, sheet, percent=criteria)

    def model_of(slug: str, row: Row) -> Model:
        return _model(slug, row.cells[naming[0]], row, values_of(slug, row), shipped)

    return UserCatalog(
        models=_OfRows(large, model_of),
        source=_source(path, facts, _OfRows(large, values_of)),
        criteria=criteria,
        texts=large.texts,
        large=large,
    )


def _with_years(large: LargeSheet, shipped: Mapping[str, Model]) -> LargeSheet:
    """Return the sheet with the years of shipped models where the file has none."""
    years = {large.find(slug): model.year for slug, model in shipped.items() if model.year}
    years.pop(None, None)
    if not years:
        return large
    keys, values = large.keys, large.values
    if "year" not in keys:
        keys, values = ("year", *keys), np.column_stack([np.full(len(values), np.nan), values])
    column = values[:, keys.index("year")]
    for row, year in years.items():
        column[row] = year if np.isnan(column[row]) else column[row]
    return replace(large, keys=keys, values=values)


def _read_strictly(
    path: Path, shipped: Mapping[str, Model], facts: OwnFacts | None, faults: list[str]
) -> tuple[UserCatalog, list[str]]:
    sheet = read_sheet(path)
    naming = name_columns(sheet.header)
    if sheet.header and len(naming) != 1:
        listed = ", ".join(naming or sheet.header)
        wrong = "several columns may name the models" if naming else "no column names the models"
        say = f"say which by `zoo import csv {shown(path)} --map name=…`"
        sheet.fault(1, f"{wrong}: {cut(listed)}; expected one called name or model; rename them, or {say}")
    criteria = _criteria(sheet, facts)
    texts = tuple(column for column in criteria if _is_text(column, sheet, facts))
    for column in texts:
        del criteria[column]
    percent = percent_columns(sheet, criteria)
    models: dict[str, Model] = {}
    values: dict[str, dict[str, PrintedValue]] = {}
    for row in sheet.rows if len(naming) == 1 else ():
        name = row.cells[naming[0]]
        slug = slugify(name)
        if expected := name_fault(name):
            sheet.fault(row.line, f"{naming[0]} is {quote(name)}; expected {expected}")
        elif slug in models:
            sheet.fault(
                row.line,
                f"{naming[0]} {quote(name)} stands twice, as {quote(models[slug].name)} before; names must differ in a "
                "letter or a digit",
            )
        else:
            values[slug] = read_row(row, criteria, sheet, percent=percent)
            models[slug] = _model(slug, name, row, values[slug], shipped)
    if naming and not criteria and not sheet.noted:
        sheet.fault(1, f"no column has values; expected one next to {naming[0]}, such as params or top1")
    faults = faults + (check_own_facts(path, facts, models, criteria) if facts and not sheet.noted else [])
    return UserCatalog(models, _source(path, facts, values), criteria, texts), [*sheet.faults, *faults]


def name_columns(header: Sequence[str]) -> list[str]:
    """Return the columns that may name the models: one in a valid catalog."""
    named = [column for column in header if column.casefold() in NAME_COLUMNS[:2]]
    return named or [column for column in header if column.casefold() == NAME_COLUMNS[2]]


def _source(path: Path, facts: OwnFacts | None, values: Mapping[str, Mapping[str, PrintedValue]]) -> Source:
    stated = facts or SourceFacts(
        title=f"own catalog {path.name}",
        address=shown(path),
        version="as given",
        conditions={"values": "as in the file"},
    )
    fields = {field: getattr(stated, field) for field in SourceFacts.__struct_fields__}
    return Source(path.stem, rows=values, **fields)


def _criteria(sheet: Sheet, facts: OwnFacts | None) -> dict[str, Criterion]:
    """Return the columns that are neither names nor a model's own facts, as criteria."""
    stated = facts.columns if facts else {}
    columns = list(sheet.header)
    if columns and columns[0] in _INDEX_COLUMNS:
        columns.pop(0)
    if "" in columns:
        sheet.fault(1, f"column {sheet.header.index('', 1) + 1} has no name; give it one or remove it")
    return {
        column: CRITERIA[column] if column in CRITERIA else stated.get(column, _UNSTATED).criterion(column)
        for column in columns
        if column and column.casefold() not in NAME_COLUMNS and column not in FACT_COLUMNS
    }


def _is_text(column: str, sheet: Sheet, facts: OwnFacts | None) -> bool:
    """Check for a column of words alone, where nothing states that it should hold values."""
    if column in CRITERIA or (facts and column in facts.columns):
        return False
    cells = [row.cells[column] for row in sheet.rows if row.cells[column]]
    return bool(cells) and all(map(is_words, cells))


def _model(slug: str, name: str, row: Row, values: Mapping[str, PrintedValue], shipped: Mapping[str, Model]) -> Model:
    facts: dict[str, Any] = {"name": name}
    if "year" in values:
        facts["year"] = int(values["year"].value)
    if row.cells.get("family"):
        facts["family"] = row.cells["family"]
    return replace(shipped[slug], **facts) if slug in shipped else Model(slug, **facts)
