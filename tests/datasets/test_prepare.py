"""Batches of a data set in the size of a network's input."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.prepare import prepare_datasets
from modelzoo.datasets.splits import cut_validation
from modelzoo.errors import ZooError

pytestmark = pytest.mark.xdist_group("keras")

IMAGES = np.random.default_rng(0).integers(0, 256, (60, 28, 20)).astype(np.uint8)
LABELS = np.tile(np.arange(3), 20)
DATASET = DataSet("own", "own", ("a", "b", "c"), Split(IMAGES, LABELS), Split(IMAGES[:6], LABELS[:6]), {})


@pytest.mark.parametrize(
    ("size", "mode", "found"),
    [
        ((19, 28), "pad", "20×28 images cannot be padded to 19×28, which is smaller; use crop"),
        ((20, 27), "pad", "cannot be padded to 20×27"),
        ((0, 28), "resize", "at least 1 pixel"),
        ((32, 32), "fit", "expected 'pad', 'resize' or 'crop'"),
    ],
)
def test_a_geometry_that_cannot_be_is_refused(size: tuple[int, int], mode: Any, found: str) -> None:
    with pytest.raises(ZooError, match=found):
        prepare_datasets(DATASET, size, mode=mode)


def test_a_batch_of_no_images_is_refused() -> None:
    with pytest.raises(ZooError, match="batch_size is 0; expected 1 or more"):
        prepare_datasets(DATASET, batch_size=0)


@pytest.fixture
def arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any backend but TensorFlow, as `prepare_datasets` sees it."""
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")


@pytest.mark.usefixtures("arrays")
@pytest.mark.parametrize("mode", ["pad", "resize"])
def test_other_backends_get_arrays(mode: Any) -> None:
    train, validation, test = prepare_datasets(DATASET, (32, 30), mode=mode, channels=3)
    assert [part.images.shape for part in (train, validation, test)] == [(n, 30, 32, 3) for n in (50, 10, 6)]
    assert {part.images.dtype for part in (train, validation, test)} == {np.dtype(np.uint8)}
    assert (train.labels.tolist(), validation.labels.tolist()) == tuple(
        part.labels.tolist() for part in cut_validation(DATASET.train, 10, 0)
    )


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.data is for TensorFlow")
def test_tensorflow_gets_batches_with_the_same_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = prepare_datasets(DATASET, (32, 30), channels=1, batch_size=16, validation=12)
    monkeypatch.setattr("keras.backend.backend", lambda: "jax")
    arrays = prepare_datasets(DATASET, (32, 30), channels=1, validation=12)
    for place, (part, array) in enumerate(zip(batches, arrays, strict=True)):
        images, labels = (np.concatenate(kind) for kind in zip(*part.as_numpy_iterator(), strict=True))
        assert images.dtype == np.uint8
        if place == 0:
            assert images.tobytes() != array.images.tobytes()  # shuffled
            order = np.lexsort(images.reshape(len(images), -1).T), np.lexsort(array.images.reshape(len(array), -1).T)
            images, labels, array = (
                images[order[0]],
                labels[order[0]],
                Split(array.images[order[1]], array.labels[order[1]]),
            )
        np.testing.assert_array_equal(images, array.images)
        np.testing.assert_array_equal(labels, array.labels)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.data is for TensorFlow")
def test_tensorflow_shuffles_the_same_way_for_the_same_seed_and_anew_each_epoch() -> None:
    def epoch(batches: Any) -> list[int]:
        return [int(label) for _, labels in batches.as_numpy_iterator() for label in labels]

    first, again = (prepare_datasets(DATASET, (28, 28), seed=3)[0] for _ in range(2))
    one, two = epoch(first), epoch(first)
    assert one != two
    assert [one, two] == [epoch(again), epoch(again)]


@pytest.fixture
def of_files(photos: Callable[..., ImageFiles]) -> DataSet:
    """24 photos to train on and 6 to test on."""
    files = photos(30)
    train, test = Split(files[:24], LABELS[:24]), Split(files[24:], LABELS[24:30])
    return DataSet("own", "own", ("a", "b", "c"), train, test, {})


def test_images_in_files_are_cropped_to_any_size_as_when_they_are_decoded(of_files: DataSet, arrays: None) -> None:
    train, validation, test = prepare_datasets(of_files, (20, 12), channels=3)
    assert [part.images.shape for part in (train, validation, test)] == [(n, 12, 20, 3) for n in (20, 4, 6)]
    expected = of_files.test.images.decode(np.arange(6), size=(20, 12), mode="crop", channels=3)
    np.testing.assert_array_equal(test.images, expected)


def test_a_channel_of_files_is_their_luma(of_files: DataSet, arrays: None) -> None:
    test = prepare_datasets(of_files, (16, 16), mode="resize")[2]
    expected = of_files.test.images.decode(np.arange(6), size=16, mode="resize", channels=1)
    np.testing.assert_array_equal(test.images, expected[..., None])


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="tf.data is for TensorFlow")
def test_tensorflow_reads_files_and_arrays_in_the_same_order(of_files: DataSet) -> None:
    def decoded(split: Split) -> Split:
        files = split.images
        return Split(files.decode(np.arange(len(files)), size=16, mode="crop", channels=3), split.labels)

    in_memory = DataSet("own", "own", ("a", "b", "c"), decoded(of_files.train), decoded(of_files.test), {})
    parts = (prepare_datasets(data, (16, 16), channels=3, batch_size=7) for data in (of_files, in_memory))
    for files, array in zip(*parts, strict=True):
        for one, other in zip(files.as_numpy_iterator(), array.as_numpy_iterator(), strict=True):
            np.testing.assert_array_equal(one[0], other[0])
            np.testing.assert_array_equal(one[1], other[1])


def test_the_validation_split_of_a_data_set_is_used_and_no_other_is_cut(arrays: None) -> None:
    parts = {part: Split(IMAGES[:9], LABELS[:9]) for part in ("train", "test", "validation")}
    dataset = DataSet("own", "own", ("a", "b", "c"), checksums={}, **parts)
    train, validation, _ = prepare_datasets(dataset)
    assert (len(train), len(validation)) == (9, 9)
    with pytest.raises(ZooError, match="`validation` is 3, and the data set has a validation split of 9 images"):
        prepare_datasets(dataset, validation=3)
