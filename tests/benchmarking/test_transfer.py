"""Whole runs that begin with ImageNet's weights, made-up ones in Keras' cache."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import modelzoo
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.runs.events import Waiting

pytestmark = [pytest.mark.xdist_group("keras"), pytest.mark.slow]


@pytest.fixture
def colors() -> DataSet:
    """Make images of three colors under noise: the mean of the pixels tells the class."""

    def split(images: int, seed: int) -> Split:
        labels = np.arange(images) % 3
        pixels = np.random.default_rng(seed).integers(0, 156, (images, 40, 36, 3), dtype=np.uint8)
        pixels[np.arange(images), :, :, labels] += 100
        return Split(pixels, labels)

    return DataSet("colors", "Colors", ("red", "green", "blue"), split(60, 0), split(30, 1), {}, synthetic=True)


@pytest.fixture
def bench(keras_cache: Callable[[str], Path], tmp_path: Path) -> Callable[..., Any]:
    keras_cache("MobileNet")

    def run(dataset: DataSet, **given: Any) -> Any:
        return modelzoo.bench("mobilenet", dataset=dataset, runs=tmp_path / "runs", latency_batches=(), **given)

    return run


def test_a_probe_learns_colors_from_features(bench: Any, colors: DataSet, events: list[Any]) -> None:
    record = bench(colors, recipe="probe", image_size=32, epochs=30, report=events.append)
    assert record.outcome == "finished"
    assert (record.recipe.weights, record.recipe.head_epochs) == ("imagenet", record.recipe.epochs)
    assert record.input_shape == (32, 32, 3)
    assert {epoch.learning_rate for epoch in record.epochs} == {record.recipe.head_learning_rate}
    assert record.test.top1_low > 100 / 3
    assert Waiting("computing features") in events


def test_a_fine_tuning_trains_the_head_and_then_all_layers(bench: Any, colors: DataSet) -> None:
    record = bench(colors, recipe="finetune", set=["frozen_epochs=2", "epochs=4", "input.size=32"])
    assert record.outcome == "finished"
    assert [epoch.learning_rate for epoch in record.epochs][:2] == [1e-3, 1e-3]
    assert all(epoch.learning_rate < 1e-3 for epoch in record.epochs[2:])
    assert len(record.epochs) == 4
    assert (record.input_shape, record.recipe.input.mode) == ((32, 32, 3), "crop")


def test_gray_images_are_repeated_for_imagenets_weights(bench: Any, tiny: DataSet) -> None:
    record = bench(tiny, recipe="probe", epochs=1)
    assert (record.input_shape, record.recipe.input.mode) == ((32, 32, 3), "pad")
