"""A catalog of one's own: one CSV file, a row for each model, a column for each criterion."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unicodedata import category

from msgspec.structs import replace

from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.catalog.models import Model, slugify
from modelzoo.catalog.printed_value import PrintedValue, is_words
from modelzoo.catalog.provenance import ColumnFacts, OwnFacts, check_own_facts, read_facts, stated_nowhere
from modelzoo.catalog.sources import Source, read_row

NAME_COLUMNS = ("name", "model", "slug")
# Columns of a model's own facts, which are no criteria.
FACT_COLUMNS = ("family", "build", "min_size", "highlights_ko", "highlights_en", "weights")
# What pandas calls the column of row numbers that it writes beside the data.
_INDEX_COLUMNS = ("", "Unnamed: 0")
_UNSTATED = ColumnFacts()


def read_own(
    path: Path, known: Mapping[str, Model]
) -> tuple[dict[str, Model], Source, dict[str, Criterion], tuple[str, ...], list[str]]:
    """The models, figures and criteria of a CSV of one's own, its columns of text, and its faults.

    Parameters
    ----------
    known : the shipped models; one of the same slug lends how it is built and what the file does not say
    """
    sheet = read_sheet(path)
    naming = [column for column in NAME_COLUMNS if column in sheet.header]
    if sheet.header and not naming:
        sheet.fault(1, f"no column names the models; expected one called name (it has {', '.join(sheet.header)})")
    facts, faults = read_facts(path)
    criteria = _criteria(sheet, facts)
    texts = tuple(column for column in criteria if _is_text(column, sheet, facts))
    for column in texts:
        del criteria[column]
    models: dict[str, Model] = {}
    figures: dict[str, dict[str, PrintedValue]] = {}
    for row in sheet.rows if naming else ():
        name = row.cells[naming[0]]
        slug = slugify(name)
        if wrong := name_fault(name):
            sheet.fault(row.line, f"{naming[0]} is {name!r}; expected {wrong}")
        elif slug in models:
            sheet.fault(
                row.line, f"{naming[0]} {name!r} stands twice, as {models[slug].name!r} before; names must differ"
            )
        else:
            figures[slug] = read_row(row, criteria, sheet)
            models[slug] = _model(slug, name, row, figures[slug], known)
    if naming and not criteria and not sheet.noted:
        sheet.fault(1, f"no column has figures; expected one beside {naming[0]}, such as params or top1")
    faults += check_own_facts(path, facts, models, criteria) if facts and not sheet.noted else []
    stated = facts or stated_nowhere(path)
    source = Source(
        path.stem,
        stated.title,
        stated.address,
        stated.version,
        stated.conditions,
        figures,
        basis=stated.basis,
        notes=stated.notes,
    )
    return models, source, criteria, texts, [*sheet.faults, *faults]


def name_fault(name: str) -> str:
    """What was expected where the model's name cannot be one; empty where it can."""
    if not slugify(name):
        return "the model's name"
    return "one line without control characters" if any(category(character) == "Cc" for character in name) else ""


def _criteria(sheet: Sheet, facts: OwnFacts | None) -> dict[str, Criterion]:
    """Each column that is neither a name nor a model's own fact, as a criterion of known or stated sense, or none."""
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
    """Whether the column holds words and nothing else, where nothing says that it should hold figures."""
    if column in CRITERIA or (facts and column in facts.columns):
        return False
    cells = [row.cells[column] for row in sheet.rows if row.cells[column]]
    return bool(cells) and all(map(is_words, cells))


def _model(slug: str, name: str, row: Row, figures: Mapping[str, PrintedValue], known: Mapping[str, Model]) -> Model:
    given: dict[str, Any] = {"name": name}
    if "year" in figures:
        given["year"] = int(figures["year"].value)
    if row.cells.get("family"):
        given["family"] = row.cells["family"]
    return replace(known[slug], **given) if slug in known else Model(slug, **given)
