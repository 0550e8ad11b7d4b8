"""The chart of predicted classes."""

from collections.abc import Callable
from typing import Any

import pytest

from modelzoo.deployment.predict import Predicted, Prediction
from modelzoo.deployment.predicted_chart import figure

pytest.importorskip("matplotlib")


def _predicted(images: int, classes: tuple[str, ...]) -> Predicted:
    probabilities = tuple(0.5 / (rank + 1) for rank in range(len(classes)))
    predictions = tuple(
        Prediction(image=f"photos/{'long' * 9}-{number}.jpg", classes=classes, probabilities=probabilities)
        for number in range(images)
    )
    return Predicted(network="lenet5-1", model="LeNet-5", images=predictions)


def test_each_image_has_its_classes_with_probabilities(legible: Callable[[Any], list[str]]) -> None:
    drawn = figure(_predicted(30, ("cat", "dog")), top=4)
    texts = legible(drawn)
    assert "Classes by LeNet-5: the first 4 of 30 images" in texts
    assert [[bar.get_width() for bar in axes.patches] for axes in drawn.axes] == [[50.0, 25.0]] * 4
    assert [texts.count(text) for text in ("cat", "dog", "50.0", "25.0")] == [4] * 4


@pytest.mark.parametrize("images", [1, 5, 12])
def test_long_names_stay_legible(images: int, legible: Callable[[Any], list[str]]) -> None:
    legible(figure(_predicted(images, tuple(f"{'class' * 9} {rank}" for rank in range(12)))))
