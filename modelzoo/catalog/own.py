"""A catalog of one's own: one CSV file, a row for each model, a column for each criterion."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from unicodedata import category

from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.figures import Figure
from modelzoo.catalog.models import Model, slugify
from modelzoo.catalog.reading import Row, Sheet, read_sheet
from modelzoo.catalog.sources import Source, read_row
from modelzoo.content import shown

NAME_COLUMNS = ("name", "model", "slug")
_TEXTS = ("family", "build", "highlights_ko", "highlights_en", "weights")
# What pandas calls the column of row numbers that it writes beside the data.
_INDEX_COLUMNS = ("", "Unnamed: 0")


def read_own(
    path: Path, known: Mapping[str, Model]
) -> tuple[dict[str, Model], Source, dict[str, Criterion], list[str]]:
    """The models, figures and criteria of a CSV of one's own, and its faults.

    Parameters
    ----------
    known : the shipped models; one of the same slug lends how it is built and what the file does not say
    """
    sheet = read_sheet(path)
    naming = [column for column in NAME_COLUMNS if column in sheet.header]
    if sheet.header and not naming:
        sheet.fault(1, f"no column names the models; expected one called name (it has {', '.join(sheet.header)})")
    criteria = _criteria(sheet)
    models: dict[str, Model] = {}
    figures: dict[str, dict[str, Figure]] = {}
    for row in sheet.rows if naming else ():
        name = row.cells[naming[0]]
        slug = slugify(name)
        if not slug:
            sheet.fault(row.line, f"{naming[0]} is {name!r}; expected the model's name")
        elif any(category(character) == "Cc" for character in name):
            sheet.fault(row.line, f"{naming[0]} is {name!r}; expected one line without control characters")
        elif slug in models:
            sheet.fault(
                row.line, f"{naming[0]} {name!r} stands twice, as {models[slug].name!r} before; names must differ"
            )
        else:
            figures[slug] = read_row(row, criteria, sheet)
            models[slug] = _model(slug, name, row, figures[slug], known)
    if naming and not criteria and not sheet.noted:
        sheet.fault(1, f"no column has figures; expected one beside {naming[0]}, such as params or top1")
    stated = {"figures": "as the file gives them"}
    source = Source(path.stem, f"own catalog {path.name}", shown(path), "as given", stated, figures)
    return models, source, criteria, sheet.faults


def _criteria(sheet: Sheet) -> dict[str, Criterion]:
    """Each column that is neither a name nor a known text, as a criterion; one that is not known has no sense."""
    columns = list(sheet.header)
    if columns and columns[0] in _INDEX_COLUMNS:
        columns.pop(0)
    if "" in columns:
        sheet.fault(1, f"column {sheet.header.index('', 1) + 1} has no name; give it one or remove it")
    return {
        column: CRITERIA.get(column, Criterion(column, column, "", None))
        for column in columns
        if column and column not in NAME_COLUMNS and column not in _TEXTS and column != "min_size"
    }


def _model(slug: str, name: str, row: Row, figures: Mapping[str, Figure], known: Mapping[str, Model]) -> Model:
    model = replace(known.get(slug, Model(slug, name)), name=name)
    year = figures.get("year")
    family = row.cells.get("family")
    return replace(model, year=int(year.value) if year else model.year, family=family or model.family)
