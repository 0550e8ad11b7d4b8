"""The deck's table of trainings on EMNIST Balanced: each change and its printed result."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from modelzoo.base import paths
from modelzoo.base.text import quote
from modelzoo.catalog.csv_sheet import Row, Sheet, read_sheet
from modelzoo.errors import ZooError

NAME = "training"

COLUMNS = (
    *("order", "model", "change", "batch_size", "seconds_per_epoch"),
    *("total_seconds", "total_as_printed", "epochs_implied", "test_accuracy_pct", "test_loss"),
)
_NUMBERS: Mapping[str, type[int] | type[float]] = MappingProxyType(
    {"order": int, "seconds_per_epoch": float, "epochs_implied": int, "test_accuracy_pct": float, "test_loss": float}
)


class PrintedTraining(
    msgspec.Struct, frozen=True, rename={"epochs": "epochs_implied", "test_accuracy": "test_accuracy_pct"}
):
    """One row: accuracy in percent; `epochs` is the printed total time over the time of an epoch."""

    order: int
    model: str
    change: str
    seconds_per_epoch: float
    epochs: int
    test_accuracy: float
    test_loss: float | None


def printed_training(order: int, folder: Path | None = None) -> PrintedTraining:
    """Return the row of that number, from 1, of the table in a ``slides`` folder, by default the project's.

    Raise a ZooError if there is no such row, or the table has a problem.
    """
    path = (folder or paths.CATALOG / "slides") / f"{NAME}.csv"
    rows, problems = read_trainings(path)
    if problems:
        raise ZooError(problems[0])
    for row in rows:
        if row.order == order:
            return row
    raise ZooError(f"{paths.shown(path)}: has no row {order}; expected 1 to {len(rows)}")


def read_trainings(path: Path) -> tuple[list[PrintedTraining], list[str]]:
    """Read the rows of the table, and its problems."""
    sheet = read_sheet(path, heading=COLUMNS)
    rows = [training for row in sheet.rows if (training := _read(row, sheet)) is not None]
    return rows, sheet.faults


def _read(row: Row, sheet: Sheet) -> PrintedTraining | None:
    """Read a row; report the first cell that is no number to the sheet and return None."""
    values: dict[str, Any] = {}
    for column, number in _NUMBERS.items():
        cell = row.cells[column]
        try:
            values[column] = number(cell) if cell or column != "test_loss" else None
        except ValueError:
            sheet.fault(row.line, f"{column} is {quote(cell)}; expected a number")
            return None
    return msgspec.convert({**row.cells, **values}, PrintedTraining)
