"""Measured values in the ranking functions: the runs that `zoo rank --measured` ranks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import modelzoo
from modelzoo.errors import ZooError
from modelzoo.scoring.values import load_measured


@pytest.fixture(autouse=True)
def _without_local_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_measured_models_are_ranked_as_by_the_command(zoo: Callable[..., Any]) -> None:
    ranked = modelzoo.rank(measured=True, hardware="no gpu", by="accuracy,params")
    printed = zoo("rank", "--measured", "--hardware", "no gpu", "--by", "accuracy,params", "--json")
    assert json.loads(msgspec.json.encode(ranked.to_dict())) == json.loads(printed.out)
    assert f"note: {ranked.whole.note}".split("`")[0] in printed.err


@pytest.mark.parametrize("function", [modelzoo.rank, modelzoo.pareto, modelzoo.robustness])
def test_measured_models_are_ranked_by_accuracy_latency_and_params(function: Callable[..., Any]) -> None:
    frame = function(measured=True).to_frame()
    table = load_measured()
    assert set(frame.index) <= set(table.slugs)
    assert function(load_measured(), by="accuracy,latency,params").to_frame().equals(frame)


@pytest.mark.parametrize("option", [{"dataset": "glyphs"}, {"hardware": "H100"}, {"shipped": True}, {"runs": "r"}])
@pytest.mark.parametrize("function", [modelzoo.rank, modelzoo.pareto, modelzoo.robustness])
def test_the_choice_of_runs_is_refused_without_measured(function: Callable[..., Any], option: dict[str, Any]) -> None:
    with pytest.raises(ZooError, match=f"`{next(iter(option))}` is for `measured`"):
        function(**option)


def test_data_and_measured_runs_exclude_each_other() -> None:
    with pytest.raises(ZooError, match="`measured` ranks runs, and data are given too"):
        modelzoo.rank(modelzoo.load_catalog(), measured=True)


def test_a_note_of_a_notebook_names_the_runs_that_are_left_out() -> None:
    note = load_measured().note
    assert note.startswith("shown: ")
    assert "left out" in modelzoo.rank(measured=True)._repr_html_()
