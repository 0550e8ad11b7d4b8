"""The confusion matrix of one run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.charts.save import plot
from modelzoo.runs.confusion_chart import figure
from modelzoo.runs.predictions import save_predictions
from modelzoo.runs.run import Run
from modelzoo.training.evaluate import predictions

pytest.importorskip("matplotlib")

Made = Callable[[Sequence[str]], Run]


@pytest.fixture
def made(make_record: Callable[..., Any], tmp_path: Path) -> Made:
    """Write a run with ten images of each class, of which three of class 0 are taken for class 1."""

    def make(classes: Sequence[str]) -> Run:
        labels = np.repeat(np.arange(len(classes)), 10)
        predicted = labels.copy()
        predicted[:3] = 1
        facts = {"classes": len(classes), "test_images": len(labels)}
        record = make_record("lenet5", name="LeNet-5", correct=len(labels) - 3, dataset=facts)
        save_predictions(tmp_path, predictions(np.eye(len(classes))[predicted], labels, tuple(classes)))
        return Run(record, tmp_path, "local")

    return make


@pytest.mark.parametrize("count", [2, 15])
def test_few_classes_have_numbers_in_their_cells(made: Made, legible: Callable[[Any], list[str]], count: int) -> None:
    drawn = figure(made([f"class {number}" for number in range(count)]))
    texts = legible(drawn)
    cells = [text.get_text() for text in drawn.axes[0].texts]
    assert cells == ["70", "30", *["100"] * (count - 1)]
    assert "images (% of the true class)" in texts
    assert any(text.startswith("Confusion matrix of LeNet-5, recipe default, seed 0:") for text in texts)


@pytest.mark.parametrize("count", [16, 500])
def test_the_largest_errors_of_many_classes_are_named(
    made: Made, legible: Callable[[Any], list[str]], count: int
) -> None:
    texts = legible(figure(made([f"class {number}" for number in range(count)])))
    assert "largest errors\n\n1  class 0 → class 1: 30.0 %" in texts
    assert "1" in texts


def test_long_names_and_names_in_any_script_stay_legible(made: Made, legible: Callable[[Any], list[str]]) -> None:
    names = [f"{letter} with a name that is much too long for the axis, {letter}" for letter in "abcdefghijklmnopqrst"]
    legible(figure(made(names)))


@pytest.mark.filterwarnings("ignore:the chart shows boxes", "ignore:Glyph")
def test_a_chart_with_other_scripts_is_written_to_the_same_bytes(made: Made, tmp_path: Path) -> None:
    run = made(["一二三", "사과", "りんご"])
    for name in ("one.svg", "two.svg"):
        plot(lambda: figure(run), tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
