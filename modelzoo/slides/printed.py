"""The deck's five printed tables: their form, and checks of their models."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from modelzoo.base.paths import shown
from modelzoo.base.text import quote
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.catalog.models import slugify
from modelzoo.catalog.printed_value import read_value
from modelzoo.errors import ZooError

SCORE = Criterion("score", "Score", "", "max", label_ko="합산 점수", decimals=2)

# The criteria of the scoring slide, in its order; the sum has a list too.
SCORED = ("top5", "gpu", "params")
NORMALIZED = "_normalized"
LIST_CELLS = ("year", "size", "params", "top1", "top5", "gpu")
TEXT = "highlights_ko"

# The year has no sense; the deck lists the oldest model first.
_SENSES = {"year": "min"}

LISTS = ("by_year", "by_params", "by_gpu", "by_top5")
SCORES = "scores"
NO_VALUE = "-"

LIST_COLUMNS = ("name", *LIST_CELLS, TEXT)
LIST_HEADING = ("모델", "출시 연도", "크기 (MB)", "파라미터 수", "Top-1 정확도", "Top-5 정확도", "GPU(ms)", "주요 특징")
# The scoring slide has four tables side by side: a row is not one model.
SCORE_COLUMNS = (
    *("top5_name", "top5", "top5_normalized"),
    *("gpu_name", "gpu", "gpu_normalized"),
    *("params_name", "params", "params_normalized"),
    *("score_name", "score"),
)
SCORE_HEADING = (
    *("모델", "top-5 정확도", "정규화"),
    *("모델", "GPU(ms)", "정규화"),
    *("모델", "파라미터 수", "정규화된 값"),
    *("모델", "합산 점수"),
)


class Cell(msgspec.Struct, frozen=True):
    """One printed cell; `printed` is None for a missing value."""

    column: str
    printed: str | None
    value: float | None


class PrintedRow(msgspec.Struct, frozen=True):
    """One model's row in one printed list, at `position` from 1."""

    slug: str
    position: int
    cells: tuple[Cell, ...]


class PrintedList(msgspec.Struct, frozen=True):
    """One printed order of models by the column `key`."""

    table: str
    key: str
    rows: tuple[PrintedRow, ...]

    @property
    def slugs(self) -> tuple[str, ...]:
        """Return the models in their printed order."""
        return tuple(row.slug for row in self.rows)

    @property
    def maximize(self) -> bool:
        """Return whether the greatest value of the key comes first."""
        return _SENSES.get(self.key, criterion_of(self.key).sense) == "max"


def criterion_of(key: str) -> Criterion:
    """Return the criterion of a column of the deck."""
    return SCORE if key == SCORE.key else CRITERIA[key]


def check_printed(folder: Path, slugs: Mapping[str, object]) -> list[str]:
    """Return the problems of the five tables in a ``slides`` folder."""
    return read_printed(folder, slugs)[1]


def read_printed(folder: Path, slugs: Mapping[str, object]) -> tuple[tuple[PrintedList, ...], list[str]]:
    """Read the four lists, then the four orders of the scoring slide; return them with the problems of the files."""
    lists: list[PrintedList] = []
    problems: list[str] = []
    for name in LISTS:
        sheet = read_sheet(folder / f"{name}.csv", heading=LIST_HEADING, columns=LIST_COLUMNS)
        lists.append(PrintedList(name, name.removeprefix("by_"), _read_rows(sheet, "name", LIST_COLUMNS[1:], slugs)))
        problems += [*sheet.faults, *_check_same_models(folder, lists[0], lists[-1])]
    sheet = read_sheet(folder / f"{SCORES}.csv", heading=SCORE_HEADING, columns=SCORE_COLUMNS)
    for key in (*SCORED, SCORE.key):
        columns = (key,) if key == SCORE.key else (key, key + NORMALIZED)
        lists.append(PrintedList(SCORES, key, _read_rows(sheet, f"{key}_name", columns, slugs)))
    return tuple(lists), problems + sheet.faults


def _read_rows(
    sheet: Sheet, naming: str, columns: Sequence[str], slugs: Mapping[str, object]
) -> tuple[PrintedRow, ...]:
    """Return the rows with a model; the sheet collects the problems of all rows."""
    rows: dict[str, PrintedRow] = {}
    for row in sheet.rows:
        name, cells = row.cells[naming], tuple(_read_cell(row, column, sheet) for column in columns)
        if not name:
            continue
        slug = slugify(name)
        if slug in rows:
            sheet.fault(row.line, f"model {quote(name)} is in two rows")
        elif slug not in slugs:
            sheet.fault(row.line, f"model {quote(name)} is not in models.csv")
        rows[slug] = PrintedRow(slug, len(rows) + 1, cells)
    return tuple(rows.values())


def _read_cell(row: Row, column: str, sheet: Sheet) -> Cell:
    text = row.cells[column]
    if not text or text == NO_VALUE:
        return Cell(column, None, None)
    if column == TEXT:
        return Cell(column, text, None)
    criterion = SCORE if column.endswith(NORMALIZED) else criterion_of(column)
    try:
        return Cell(column, text, read_value(text, criterion).value)
    except ZooError as error:
        sheet.fault(row.line, f"{column} {error}")
        return Cell(column, text, None)


def _check_same_models(folder: Path, first: PrintedList, printed: PrintedList) -> list[str]:
    """Check that the table has the models of the first one: the slides show them in four orders."""
    listed, own = set(first.slugs), set(printed.slugs)
    problems = [f"lacks {slug}" for slug in sorted(listed - own)]
    problems += [f"has {slug}, which {first.table}.csv lacks" for slug in sorted(own - listed)]
    return [f"{shown(folder / f'{printed.table}.csv')}: {problem}" for problem in problems]
