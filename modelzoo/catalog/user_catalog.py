"""Your own catalog: one CSV file, a row for each model, a column for each criterion."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from modelzoo.base.paths import shown
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.catalog.large_sheet import LargeSheet, header_of, read_large
from modelzoo.catalog.models import Model, slugify
from modelzoo.catalog.names import name_fault
from modelzoo.catalog.printed_value import PrintedValue, is_words
from modelzoo.catalog.provenance import ColumnFacts, OwnFacts, check_own_facts, read_facts
from modelzoo.catalog.sources import Source, SourceFacts, read_row

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


class _Deferred(Mapping[str, Any]):
    """A mapping that is loaded when it is first read."""

    def __init__(self, load: Callable[[], Mapping[str, Any]]) -> None:
        self._load = load

    @cached_property
    def _loaded(self) -> Mapping[str, Any]:
        return self._load()

    def __getitem__(self, key: str) -> Any:
        return self._loaded[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __len__(self) -> int:
        return len(self._loaded)


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
    naming = [column for column in NAME_COLUMNS if column in header]
    if not naming:
        return None
    criteria = _criteria(Sheet(path, header), facts)
    numeric = {*CRITERIA, *(facts.columns if facts else ())}
    large = read_large(path, header, naming[0], criteria, numeric=numeric, shipped=shipped)
    if large is None:
        return None
    large = _with_years(large, {slug: model.year for slug, model in shipped.items() if model.year})
    loaded = cache(lambda: _read_strictly(path, shipped, facts, [])[0])
    return UserCatalog(
        models=_Deferred(lambda: loaded().models),
        source=_source(path, facts, _Deferred(lambda: loaded().source.rows)),
        criteria={key: item for key, item in criteria.items() if key not in large.texts},
        texts=large.texts,
        large=large,
    )


def _with_years(large: LargeSheet, years: Mapping[str, int]) -> LargeSheet:
    """Return the sheet with the years of shipped models where the file has none."""
    rows = {row: years[slug] for slug, row in large.shared.items() if slug in years}
    if not rows:
        return large
    keys, values = large.keys, large.values
    if "year" not in keys:
        keys, values = ("year", *keys), np.column_stack([np.full(len(values), np.nan), values])
    column = values[:, keys.index("year")]
    for row, year in rows.items():
        column[row] = year if np.isnan(column[row]) else column[row]
    return replace(large, keys=keys, values=values)


def _read_strictly(
    path: Path, shipped: Mapping[str, Model], facts: OwnFacts | None, faults: list[str]
) -> tuple[UserCatalog, list[str]]:
    sheet = read_sheet(path)
    naming = [column for column in NAME_COLUMNS if column in sheet.header]
    if sheet.header and not naming:
        sheet.fault(1, f"no column names the models; expected one called name (it has {', '.join(sheet.header)})")
    criteria = _criteria(sheet, facts)
    texts = tuple(column for column in criteria if _is_text(column, sheet, facts))
    for column in texts:
        del criteria[column]
    models: dict[str, Model] = {}
    values: dict[str, dict[str, PrintedValue]] = {}
    for row in sheet.rows if naming else ():
        name = row.cells[naming[0]]
        slug = slugify(name)
        if expected := name_fault(name):
            sheet.fault(row.line, f"{naming[0]} is {name!r}; expected {expected}")
        elif slug in models:
            sheet.fault(
                row.line, f"{naming[0]} {name!r} stands twice, as {models[slug].name!r} before; names must differ"
            )
        else:
            values[slug] = read_row(row, criteria, sheet)
            models[slug] = _model(slug, name, row, values[slug], shipped)
    if naming and not criteria and not sheet.noted:
        sheet.fault(1, f"no column has values; expected one next to {naming[0]}, such as params or top1")
    faults = faults + (check_own_facts(path, facts, models, criteria) if facts and not sheet.noted else [])
    return UserCatalog(models, _source(path, facts, values), criteria, texts), [*sheet.faults, *faults]


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
        if column and column not in NAME_COLUMNS and column not in FACT_COLUMNS
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
