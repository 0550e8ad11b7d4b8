"""Batches for Keras: the same from arrays, from mapped images and from files."""

from typing import Any

import keras
import numpy as np
import pytest

from modelzoo.datasets.dataset import Split, Splits
from modelzoo.datasets.decoded import StreamedImages, decode_splits
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Augmentation, Input, Recipe
from modelzoo.training.augmentation import sample_transforms
from modelzoo.training.engines.choose import make_engine
from modelzoo.training.engines.engine import Engine
from modelzoo.training.engines.feed import feed, read_batches

pytestmark = pytest.mark.xdist_group("keras")


@pytest.fixture
def images(photo_splits: Splits) -> dict[str, Any]:
    """The same 50 images: an array, in a file that is mapped, and in image files."""
    geometry: Any = {"size": (32, 32), "mode": "crop", "channels": 3}
    mapped = decode_splits(photo_splits, **geometry, report=print).train.images
    return {
        "array": mapped.mapped(),
        "mapped": mapped,
        "streamed": StreamedImages(photo_splits.train.images, **geometry),
    }


def trained(images: Any, augmentation: Augmentation) -> tuple[Engine, list[Any]]:
    """Return an engine after two epochs, and its scores."""
    recipe = Recipe(title="t", batch_size=16, input=Input(size=32, mode="crop", channels=3), augmentation=augmentation)
    engine = make_engine("modelzoo:lenet5", recipe, image_shape=(32, 32, 3), classes=3, seed=0, steps=4)
    split, scores = Split(images, np.arange(50) % 3), []
    for epoch in (1, 2):
        order = np.random.default_rng(epoch).permutation(50)
        transforms = sample_transforms(augmentation, seed=0, epoch=epoch, images=50, batch_size=16, size=(32, 32))
        scores.append(engine.train_epoch(split, order, lambda step: None, transforms))
        scores.append(engine.evaluate(split))
    return engine, scores


@pytest.mark.parametrize(
    "augmentation", [Augmentation(), Augmentation(translate=0.1, mixup=0.2)], ids=["plain", "mixup"]
)
def test_a_training_has_the_same_weights_whatever_holds_the_images(
    images: dict[str, Any], augmentation: Augmentation
) -> None:
    expected, scores = trained(images["array"], augmentation)
    for kind in ("mapped", "streamed"):
        engine, same = trained(images[kind], augmentation)
        assert same == scores, kind
        for weight, other in zip(engine.weights(), expected.weights(), strict=True):
            np.testing.assert_array_equal(weight, other)


def test_batches_are_read_in_order_and_the_last_one_may_be_smaller(images: dict[str, Any]) -> None:
    for kind in images:
        batches = list(read_batches(images[kind], 16))
        assert [len(batch) for batch in batches] == [16, 16, 16, 2]
        np.testing.assert_array_equal(np.concatenate(batches), images["array"])


def test_images_that_are_no_array_are_read_a_batch_at_a_time(images: dict[str, Any]) -> None:
    class Counted:
        shape, read = images["array"].shape, 0

        def __len__(self) -> int:
            return 50

        def __getitem__(self, rows: Any) -> Any:
            Counted.read += 1
            assert len(rows) <= 4
            return images["array"][rows]

    order = np.arange(50)[::-1].copy()
    batches = feed(Split(Counted(), np.arange(50)), order, 4, {}, 50)["x"]
    inputs, labels = next(iter(batches)) if keras.backend.backend() == "tensorflow" else batches[0]
    np.testing.assert_array_equal(labels, [49, 48, 47, 46])
    np.testing.assert_array_equal(inputs, images["array"][[49, 48, 47, 46]])
    assert Counted.read < 8  # a few batches ahead, not all 13


def test_an_error_of_a_file_ends_the_training_and_is_named(
    photo_splits: Splits, images: dict[str, Any], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelzoo.datasets.decoded._PIECE", 4)
    path = photo_splits.train.images.paths[7]
    content = path.read_bytes()
    path.write_bytes(b"changed")
    try:
        with pytest.raises(ZooError, match=r"7\.png changed"):
            trained(images["streamed"], Augmentation())
    finally:
        path.write_bytes(content)
    assert "Traceback" not in capfd.readouterr().err
