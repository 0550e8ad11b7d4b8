"""The deck's five tables as printed: their form, and that each names models the catalog has."""

from collections.abc import Mapping
from pathlib import Path

from modelzoo.base.paths import shown
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.catalog.models import slugify
from modelzoo.catalog.printed_value import read_value
from modelzoo.errors import ZooError

LISTS = ("by_year", "by_params", "by_gpu", "by_top5")
SCORES = "scores"
NO_VALUE = "-"

LIST_COLUMNS = ("name", "year", "size", "params", "top1", "top5", "gpu", "highlights_ko")
LIST_HEADING = (
    "모델",
    "출시 연도",
    "크기 (MB)",
    "파라미터 수",
    "Top-1 정확도",
    "Top-5 정확도",
    "GPU(ms)",
    "주요 특징",
)
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
_SCORE = Criterion("score", "Score", "", "max")


def check_printed(folder: Path, slugs: Mapping[str, object]) -> list[str]:
    """The faults of the five tables in a ``slides`` folder."""
    faults: list[str] = []
    listed: dict[str, set[str]] = {}
    for name in LISTS:
        sheet = read_list(folder / f"{name}.csv")
        listed[name] = _check_names(sheet, "name", slugs)
        for row in sheet.rows:
            _check_cells(row, ("year", "size", "params", "top1", "top5", "gpu"), sheet)
        faults += sheet.faults
        faults += _check_same_models(folder, name, listed)
    sheet = read_scores(folder / f"{SCORES}.csv")
    for column in SCORE_COLUMNS:
        if column.endswith("_name"):
            _check_names(sheet, column, slugs)
    for row in sheet.rows:
        _check_cells(row, [column for column in SCORE_COLUMNS if not column.endswith("_name")], sheet)
    return faults + sheet.faults


def read_list(path: Path) -> Sheet:
    """One of the four lists, its columns called `LIST_COLUMNS`."""
    return read_sheet(path, heading=LIST_HEADING, columns=LIST_COLUMNS)


def read_scores(path: Path) -> Sheet:
    """The scoring slide, its columns called `SCORE_COLUMNS`."""
    return read_sheet(path, heading=SCORE_HEADING, columns=SCORE_COLUMNS)


def _check_names(sheet: Sheet, column: str, slugs: Mapping[str, object]) -> set[str]:
    seen: set[str] = set()
    for row in sheet.rows:
        name = row.cells[column]
        slug = slugify(name)
        if slug in seen:
            sheet.fault(row.line, f"model {name!r} stands twice")
        elif name and slug not in slugs:
            sheet.fault(row.line, f"model {name!r} is not in models.csv")
        if name:
            seen.add(slug)
    return seen


def _check_cells(row: Row, columns: tuple[str, ...] | list[str], sheet: Sheet) -> None:
    for column in columns:
        text = row.cells[column]
        if text and text != NO_VALUE:
            try:
                read_value(text, CRITERIA.get(column, _SCORE))
            except ZooError as error:
                sheet.fault(row.line, f"{column} {error}")


def _check_same_models(folder: Path, name: str, listed: Mapping[str, set[str]]) -> list[str]:
    """That the table lists the models of the first one: the slides show the same models in four orders."""
    first = LISTS[0]
    missing = sorted(listed[first] - listed[name])
    extra = sorted(listed[name] - listed[first])
    told = [f"lacks {slug}" for slug in missing] + [f"has {slug}, which {first}.csv lacks" for slug in extra]
    return [f"{shown(folder / f'{name}.csv')}: {text}" for text in told]
