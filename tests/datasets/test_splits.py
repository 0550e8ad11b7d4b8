"""What a network is trained on: geometry, channels, and validation cut from train. Imports Keras."""

from typing import Any

import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.splits import cut_validation, fit_geometry, prepare_datasets, stratified, validation_size
from modelzoo.errors import ZooError

IMAGES = np.random.default_rng(0).integers(0, 256, (60, 28, 20)).astype(np.uint8)
LABELS = np.tile(np.arange(3), 20)
DATASET = DataSet("own", "own", ("a", "b", "c"), Split(IMAGES, LABELS), Split(IMAGES[:6], LABELS[:6]), {})


def labels_of_balanced() -> Split:
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(47), 2400))
    # An image is its own place, so that it can be followed.
    return Split(np.arange(112_800, dtype=np.uint32).view(np.uint8).reshape(-1, 2, 2), labels)


def places(split: Split) -> np.ndarray:
    return split.images.reshape(-1, 4).view(np.uint32)[:, 0]


def test_balanced_is_cut_into_94_000_and_18_800_evenly() -> None:
    train, validation = cut_validation(labels_of_balanced(), validation_size(112_800), seed=0)
    assert (len(train), len(validation)) == (94_000, 18_800)
    assert np.bincount(train.labels).tolist() == [2000] * 47
    assert np.bincount(validation.labels).tolist() == [400] * 47


def test_each_image_goes_to_one_side_with_its_label_in_order() -> None:
    whole = labels_of_balanced()
    parts = cut_validation(whole, 18_800, seed=0)
    assert sorted(np.concatenate([places(part) for part in parts])) == list(range(112_800))
    for part in parts:
        np.testing.assert_array_equal(part.labels, whole.labels[places(part)])
        assert (np.diff(places(part).astype(int)) > 0).all()


def test_the_seed_and_nothing_else_chooses_the_validation_images() -> None:
    labels = labels_of_balanced().labels
    np.testing.assert_array_equal(stratified(labels, 18_800, 0), stratified(labels, 18_800, 0))
    assert len(np.setdiff1d(stratified(labels, 18_800, 0), stratified(labels, 18_800, 1))) > 10_000


@pytest.mark.parametrize("count", [1, 7, 33, 99])
def test_uneven_classes_keep_their_shares(count: int) -> None:
    labels = np.repeat([0, 1, 2], [70, 20, 10])
    drawn = np.bincount(labels[stratified(labels, count, 0)], minlength=3)
    assert drawn.sum() == count
    assert (np.abs(drawn - np.array([0.7, 0.2, 0.1]) * count) < 1).all()


@pytest.mark.parametrize("count", [0, 60, 61, -1])
def test_a_validation_split_that_leaves_nothing_is_refused(count: int) -> None:
    with pytest.raises(ZooError, match="validation images of 60; expected at least 1"):
        cut_validation(DATASET.train, count, 0)


keras = pytest.importorskip("keras")


def fitted(images: np.ndarray, **settings: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(fit_geometry(images, **settings))


def test_padding_puts_the_picture_in_the_middle_of_zeros() -> None:
    padded = fitted(IMAGES, size=(32, 34), mode="pad", channels=1)
    assert padded.shape == (60, 34, 32, 1)
    np.testing.assert_array_equal(padded[:, 3:31, 6:26, 0], IMAGES)
    assert padded.sum(dtype=np.int64) == IMAGES.sum(dtype=np.int64)


def test_resizing_takes_width_and_height_and_keeps_range_and_brightness() -> None:
    resized = fitted(IMAGES, size=(40, 56), mode="resize", channels=1)
    assert resized.shape == (60, 56, 40, 1)
    assert resized.min() >= 0
    assert resized.max() <= 255
    assert resized.mean() == pytest.approx(IMAGES.mean(), rel=0.01)
    flat = fitted(np.full((1, 28, 28), 200, np.uint8), size=(75, 75), mode="resize", channels=1)
    assert np.unique(flat).tolist() == [200]


def test_the_same_size_changes_nothing() -> None:
    for mode in ("pad", "resize"):
        np.testing.assert_array_equal(fitted(IMAGES, size=(20, 28), mode=mode, channels=1)[..., 0], IMAGES)


def test_three_channels_are_the_one_three_times() -> None:
    three = fitted(IMAGES, size=(20, 28), mode="pad", channels=3)
    np.testing.assert_array_equal(three, np.repeat(IMAGES[..., None], 3, axis=-1))


def test_color_is_not_made_gray_in_silence() -> None:
    with pytest.raises(ZooError, match="have 3 channels and the network takes 1; set input.channels = 3 in"):
        fit_geometry(np.zeros((1, 28, 28, 3), np.uint8), size=(28, 28), mode="pad", channels=1)


@pytest.mark.parametrize(
    ("size", "mode", "found"),
    [
        ((19, 28), "pad", "20×28 images cannot be padded to 19×28, which is smaller; use resize"),
        ((20, 27), "pad", "cannot be padded to 20×27"),
        ((0, 28), "resize", "at least 1 pixel"),
        ((32, 32), "crop", "expected 'pad' or 'resize'"),
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
