"""The leaderboard as a scatter."""

from collections.abc import Callable
from typing import Any

import pytest

from modelzoo.board.build import leaderboard
from modelzoo.board.chart import figure
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError

pytest.importorskip("matplotlib")


def test_each_protocol_has_a_chart_with_its_models_and_conditions(
    make_run: Callable[..., Any], legible: Callable[[Any], list[str]]
) -> None:
    runs = [
        make_run("lenet5", latency=0.5),
        make_run("mobilenet", correct=8790, latency=4.2),
        make_run("efficientnetb1", correct=8800, latency=12.0, stopped_by="limit"),
        make_run("mobilenet", correct=5000, dataset={"name": "glyphs", "synthetic": True}),
    ]
    drawn = figure(leaderboard(runs, load_catalog()))
    texts = legible(drawn)
    assert len(drawn.axes) == 2
    assert {"LeNet-5", "MobileNet", "EfficientNetB1"} <= set(texts)
    assert any("synthetic" in text for text in texts)
    first = drawn.axes[0]
    assert first.get_xscale() == "log"
    assert first.get_ylabel() == "test accuracy (%), 95 % interval, better ↑"
    filled = [bool(mark.get_facecolor()[0, :3].min() < 0.9) for mark in first.collections]
    assert sorted(filled) == [False, True, True]


def test_without_a_latency_there_is_no_chart(make_run: Callable[..., Any]) -> None:
    from dataclasses import replace

    from msgspec.structs import replace as replaced

    run = make_run("lenet5")
    run = replace(run, record=replaced(run.record, latency=()))
    with pytest.raises(ZooError, match="has a latency"):
        figure(leaderboard([run], load_catalog(), by="accuracy"))
