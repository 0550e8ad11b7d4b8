"""The accuracy of each class."""

from collections.abc import Callable
from typing import Any

import pytest

from modelzoo.diagnosis.class_chart import figure
from modelzoo.diagnosis.diagnosis import diagnose
from modelzoo.runs.run import Run

pytest.importorskip("matplotlib")


def test_the_worst_class_is_first_with_its_interval_and_main_error(
    make_diagnosed: Callable[..., Run], legible: Callable[[Any], list[str]]
) -> None:
    diagnosis = diagnose(make_diagnosed())
    drawn = figure(diagnosis)
    texts = legible(drawn)
    axes = drawn.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["c (20)", "b (40)", "a (40)"]
    assert list(axes.lines[0].get_xdata()) == [50.0, 97.5, 100.0]
    ends = [segment[:, 0].tolist() for segment in axes.collections[0].get_segments()]
    assert ends == [pytest.approx([row.low, row.high]) for row in diagnosis.classes]
    assert "10 as a" in texts
    assert axes.get_xlabel() == "correct test images of the class (%)"
    assert "Accuracy by class of LeNet-5, recipe default, seed 0: all 3 classes, worst first" in texts


def test_the_title_says_what_top_cuts(make_diagnosed: Callable[..., Run], legible: Callable[[Any], list[str]]) -> None:
    drawn = figure(diagnose(make_diagnosed()), top=1)
    assert any(text.replace("\n", " ").endswith("the worst 1 of 3 classes") for text in legible(drawn))
    assert len(drawn.axes[0].get_yticks()) == 1
