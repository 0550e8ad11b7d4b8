"""The picture of a front: what is drawn, in each form."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from modelzoo.scoring.pareto.chart import figure
from modelzoo.scoring.pareto.fronts import pareto

pytest.importorskip("matplotlib")


def test_every_model_of_the_slides_is_named_and_no_name_covers_another(legible: Callable[[Any], list[str]]) -> None:
    drawn = figure(pareto())
    texts = legible(drawn)
    assert "Pareto front of top5, gpu, params: 11 of 14 models" in texts
    names = [text for text in drawn.axes[0].texts if text.get_text()]
    assert {text.get_text() for text in names} == {entry.name for entry in pareto().entries}
    boxes = [text.get_window_extent() for text in names]
    assert not [1 for place, one in enumerate(boxes) for other in boxes[:place] if one.overlaps(other)]


def test_an_axis_is_logarithmic_where_it_spans_a_decade() -> None:
    axes = figure(pareto()).axes[0]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("GPU (ms), better ←", "Top-5 (%), better ↑")


@pytest.mark.parametrize(
    ("senses", "corners"),
    [
        ("max,max", [(1, 3), (1, 1), (3, 1)]),
        ("max,min", [(1, 1), (3, 1), (3, 3)]),
        ("min,min", [(1, 3), (3, 3), (3, 1)]),
        ("min,max", [(1, 1), (1, 3), (3, 3)]),
    ],
)
def test_the_line_goes_where_no_model_of_the_front_is_beaten(senses: str, corners: list[tuple[int, int]]) -> None:
    # Two models on the front, whichever way is better.
    up, across = senses.split(",")
    points = [corner for corner in corners if corner != corners[1]]
    frame = pd.DataFrame({"a": [y for _, y in points], "b": [x for x, _ in points]}, index=["p", "q"])
    line = figure(pareto(frame, f"a:{up},b:{across}")).axes[0].lines[0]
    assert np.stack(line.get_data(), axis=1).tolist() == [list(map(float, corner)) for corner in corners]


def test_one_model_and_hundreds_are_drawn() -> None:
    assert figure(pareto(np.array([[1.0, 2.0, 3.0]]), "a:max,b:max,c:max")).axes[0].texts
    many = np.random.default_rng(0).random((300, 3))
    drawn = figure(pareto(many, "a:max,b:max,c:max"))
    assert 2 <= len([text for text in drawn.axes[0].texts if text.get_text()]) <= 15


def test_of_many_models_some_along_the_front_are_named_with_both_its_ends() -> None:
    angle = np.linspace(0, np.pi / 2, 100)
    front = np.stack([np.sin(angle), np.cos(angle)], axis=1)
    frame = pd.DataFrame(np.concatenate([front, 0.5 * front]), columns=["a", "b"], index=[f"m{k}" for k in range(200)])
    axes = figure(pareto(frame, "a:max,b:max")).axes[0]
    named = sorted(int(text.get_text()[1:]) for text in axes.texts)
    assert len(named) == 15
    assert (named[0], named[-1]) == (0, 99)
    assert np.diff(named).max() <= 20
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not [1 for place, one in enumerate(boxes) for other in boxes[:place] if one.overlaps(other)]


def test_ticks_of_many_thousands_are_written_short() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [200_000.0, 20.0]}, index=["p", "q"])
    axis = figure(pareto(frame, "a:max,b:max")).axes[0].xaxis
    assert [axis.get_major_formatter()(value, 0) for value in (5000, 10_000, 50_000)] == ["5000", "10k", "50k"]


def test_long_names_stay_inside_the_axes(legible: Callable[[Any], list[str]]) -> None:
    numbers = np.random.default_rng(0)
    names = [f"{'long ' * 20}{number}" for number in range(300)]
    frame = pd.DataFrame({"a": numbers.random(300), "b": 10 ** numbers.uniform(0, 3, 300)}, index=names)
    drawn = figure(pareto(frame, "a:max,b:min"))
    legible(drawn)
    edges = drawn.axes[0].get_window_extent().padded(2)
    for text in drawn.axes[0].texts:
        assert edges.count_contains(text.get_window_extent().corners()) == 4
