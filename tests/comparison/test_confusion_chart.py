"""The confused classes of several models."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.comparison.compare import compare
from modelzoo.comparison.confusion_chart import figure

pytest.importorskip("matplotlib")

LABELS = np.arange(400) % 10


@pytest.fixture
def folder(make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path) -> Path:
    for model, wrong in (("efficientnetb1", 20), ("mobilenet", 60), ("lenet5", 90)):
        predicted = LABELS.copy()
        predicted[:wrong] = (predicted[:wrong] + 1) % 10
        record = make_record(model, correct=400 - wrong, dataset={"classes": 10, "test_images": 400})
        write_run(tmp_path / "runs", record, predicted, LABELS)
    return tmp_path / "runs"


def test_two_models_have_a_third_chart_of_their_difference(
    folder: Path, empty: Path, monkeypatch: pytest.MonkeyPatch, legible: Callable[[Any], list[str]]
) -> None:
    monkeypatch.setattr("modelzoo.base.paths.BENCHMARKS", empty)
    drawn = figure(compare(["efficientnetb1", "mobilenet"], runs=folder))
    texts = legible(drawn)
    charts = [axes for axes in drawn.axes if axes.images]
    shown = [np.nan_to_num(axes.images[0].get_array().filled(0)) for axes in charts]
    assert np.allclose(shown[2], shown[0] - shown[1])
    assert shown[0][0, 1] == pytest.approx(100 * 2 / 40)
    assert "difference (percentage points)" in texts
    assert any(text.startswith("efficientnetb1\n95.00 % correct (") for text in texts)
    assert "Classes confused on 400 test images of emnist47" in texts


def test_three_models_have_a_chart_each(folder: Path, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelzoo.base.paths.BENCHMARKS", empty)
    drawn = figure(compare(["efficientnetb1", "mobilenet", "lenet5"], runs=folder))
    assert sum(bool(axes.images) for axes in drawn.axes) == 3
