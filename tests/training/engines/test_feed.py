"""Batches for Keras: the same from arrays, from mapped images and from files."""

import math
import sys
import threading
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from modelzoo.datasets.dataset import Split, Splits
from modelzoo.datasets.decoded import StreamedImages, decode_splits
from modelzoo.datasets.mapped import MappedImages
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
    photo_splits.train.images.paths[7].write_bytes(b"changed")
    with pytest.raises(ZooError, match=r"7\.png changed"):
        trained(images["streamed"], Augmentation())
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="/proc has the anonymous memory of a process")
def test_the_memory_of_a_training_does_not_depend_on_the_number_of_images(tmp_path: Path) -> None:
    """10,000 images of 224×224 pixels take 1.5 GB. They were measured to add 55 MB; an array of them adds 3.1 GB."""
    shape = (10_000, 224, 224, 3)
    with (tmp_path / "images.npy").open("wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})
        file.truncate(file.tell() + math.prod(shape))  # zeros that take no space on the disk
    images = MappedImages(tmp_path / "images.npy")
    recipe = Recipe(title="t", batch_size=64, input=Input(size=32, mode="resize", channels=3))
    engine = make_engine("modelzoo:lenet5", recipe, image_shape=shape[1:], classes=3, seed=0, steps=157)

    def peak_mb(count: int) -> float:
        part = Split(Part(images, count), np.arange(count) % 3)
        with AnonymousMemory() as memory:
            engine.train_epoch(part, np.random.default_rng(0).permutation(count), lambda step: None)
            engine.evaluate(part)
        return memory.peak_mb

    few, many = peak_mb(640), peak_mb(10_000)
    assert many - few < 300


class Part:
    """The first images of mapped ones."""

    def __init__(self, images: MappedImages, count: int) -> None:
        self.shape, self._images = (count, *images.shape[1:]), images

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> Any:
        return self._images[rows if not isinstance(rows, slice) else slice(*rows.indices(len(self)))]


class AnonymousMemory:
    """The peak of the process' memory without pages of files, read every 5 ms."""

    def __enter__(self) -> "AnonymousMemory":
        self.peak_mb, self._ended = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._ended.wait(0.005):
            status = Path("/proc/self/status").read_text()
            self.peak_mb = max(self.peak_mb, int(status.split("RssAnon:")[1].split()[0]) / 1000)

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()
