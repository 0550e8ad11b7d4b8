"""The charts in the folder of a finished run."""

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from modelzoo.benchmarking.charts import CONFUSION, CURVES, leave_charts
from modelzoo.runs.events import Event, Note
from modelzoo.runs.record import Record, read_record
from modelzoo.runs.store import remove_leftovers


@pytest.fixture(autouse=True)
def blank_charts() -> None:
    """Draw the charts here."""


@pytest.fixture
def whole(make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path) -> tuple[Record, Path]:
    """A finished run of 47 classes and its folder."""
    labels = np.arange(940) % 47
    predicted = np.where(np.arange(940) < 100, (labels + 1) % 47, labels)
    record = make_record("lenet5", correct=840, dataset={"test_images": 940})
    write_run(tmp_path, record, predicted, labels)
    return record, tmp_path / record.id


def test_a_finished_run_gets_the_charts_that_it_lacks(whole: tuple[Record, Path]) -> None:
    pytest.importorskip("matplotlib")
    record, folder = whole
    told: list[Event] = []
    started = perf_counter()
    leave_charts(record, folder, told.append)
    assert perf_counter() - started < 20  # 1 s on a free machine
    drawn = {name: (folder / name).read_bytes() for name in (CURVES, CONFUSION)}
    assert b"Learning curves" in drawn[CURVES]
    assert b"Confusion matrix" in drawn[CONFUSION]
    (folder / CURVES).unlink()
    (folder / CONFUSION).write_text("mine", encoding="utf-8")
    leave_charts(record, folder, told.append)
    assert (folder / CURVES).read_bytes() == drawn[CURVES]
    assert (folder / CONFUSION).read_text(encoding="utf-8") == "mine"
    assert told == []


def test_a_failure_to_draw_is_one_note(whole: tuple[Record, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    record, folder = whole
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    told: list[Event] = []
    leave_charts(record, folder, told.append)
    (note,) = told
    assert isinstance(note, Note)
    assert note.text.startswith("the charts of the run could not be drawn: charts are drawn by matplotlib; install")
    assert read_record(folder / "record.json") == record


def test_a_half_written_chart_is_a_leftover(whole: tuple[Record, Path]) -> None:
    _, folder = whole
    (folder / ".curves.svg.abcdefgh.tmp").write_text("half", encoding="utf-8")
    kept = {path.name for path in folder.iterdir()} - {".curves.svg.abcdefgh.tmp"}
    remove_leftovers(folder)
    assert {path.name for path in folder.iterdir()} == kept
