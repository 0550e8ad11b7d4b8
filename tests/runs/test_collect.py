"""Local and shipped runs, and what cannot be read of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.runs.collect import RUNS, gather
from modelzoo.runs.record import write_record


def write(folder: Path, record: Any) -> None:
    (folder / record.id).mkdir(parents=True)
    write_record(record, folder / record.id)


def test_local_and_shipped_runs_are_read_alike(make_record: Callable[..., Any], tmp_path: Path) -> None:
    here, shipped = make_record("lenet5"), make_record("mobilenet")
    write(tmp_path / "runs", here)
    write(tmp_path / "results", shipped)
    found = gather(tmp_path / "runs", tmp_path / "results")
    assert (found.local, found.shipped, found.faults) == ((here,), (shipped,), ())


def test_a_corrupt_record_is_named_and_the_rest_is_read(
    make_record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # which has no folder runs
    write(tmp_path, make_record("lenet5"))
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "record.json").write_text("{")
    for found in (gather(tmp_path, tmp_path / "none"), gather(RUNS, tmp_path)):
        assert len((*found.local, *found.shipped)) == 1
        assert [fault for fault in found.faults if "bad/record.json" in fault] == list(found.faults)


def test_a_folder_that_was_named_and_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert gather(RUNS, tmp_path / "none").faults == ()
    (fault,) = gather(Path("elsewhere"), tmp_path / "none").faults
    assert fault == "elsewhere is no folder; only the shipped results are shown"
