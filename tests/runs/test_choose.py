"""The choice of runs: local ones first, of one data set or machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.errors import ZooError
from modelzoo.runs.choose import choose_runs
from modelzoo.runs.run import Run

Make = Callable[..., Any]


@pytest.fixture
def runs(make_record: Make) -> list[Run]:
    """Two local runs, one of them failed, and two shipped ones."""

    def run(model: str, origin: Any, **fields: Any) -> Run:
        return Run(make_record(model, **fields), Path("none"), origin)

    return [
        run("lenet5", "local", dataset={"name": "photos"}),
        run("vgg16", "local", outcome="failed", test=None, reason="out of memory"),
        run("mobilenet", "shipped", hardware={"gpu": "NVIDIA H100"}),
        run("resnet50", "shipped"),
    ]


def models(runs: Any) -> list[str]:
    return [run.record.model for run in runs]


def test_shipped_runs_give_way_to_local_ones_and_the_note_says_so(runs: list[Run]) -> None:
    chosen = choose_runs(runs)
    assert (models(chosen.runs), models(chosen.hidden)) == (["lenet5"], ["mobilenet", "resnet50"])
    assert chosen.note == "shipped runs on emnist47 are not shown; `shipped` adds them"


def test_a_failed_run_is_no_reason_to_hide_shipped_ones(runs: list[Run]) -> None:
    chosen = choose_runs(runs[1:])
    assert models(chosen.runs) == ["mobilenet", "resnet50"]
    assert "these runs are shipped" in chosen.note


def test_where_no_local_run_matches_the_shipped_ones_are_shown(runs: list[Run]) -> None:
    assert models(choose_runs(runs, "emnist47").runs) == ["mobilenet", "resnet50"]
    assert models(choose_runs(runs, hardware="h100").runs) == ["mobilenet"]
    assert models(choose_runs(runs, named=lambda run: run.record.model == "resnet50").runs) == [
        "lenet5",
        "mobilenet",
        "resnet50",
    ]


def test_all_runs_are_shown_on_request_without_a_note(runs: list[Run]) -> None:
    chosen = choose_runs(runs, shipped=True)
    assert models(chosen.runs) == ["lenet5", "mobilenet", "resnet50"]
    assert chosen.note == ""
    assert models(run for group in chosen.protocols.values() for run in group)[0] == "lenet5"


@pytest.mark.parametrize("name", ["photos", "./photos", "/data/photos/", "photos.npz", "lists/photos.csv"])
def test_a_data_set_is_selected_by_its_name_or_its_path(runs: list[Run], name: str) -> None:
    assert models(choose_runs(runs, name).runs) == ["lenet5"]


def test_a_data_set_and_a_device_select_together(runs: list[Run]) -> None:
    assert models(choose_runs(runs, "emnist47", hardware="no gpu").runs) == ["resnet50"]
    with pytest.raises(ZooError, match=r"unknown hardware of measured runs 'H100'; known: Xeon 8481C"):
        choose_runs(runs, "photos", hardware="H100")
