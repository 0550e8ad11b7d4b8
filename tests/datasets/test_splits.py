"""What a network is trained on: geometry, channels, and validation cut from train. Imports Keras."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.load import load_dataset
from modelzoo.datasets.splits import (
    cut_validation,
    fit_geometry,
    keeps_rare_classes,
    stratified,
    validation_size,
)
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


def as_cut_before(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The cut of the published runs: largest remainders, without regard to rare classes."""
    random = np.random.default_rng(seed)
    classes, sizes = np.unique(labels, return_counts=True)
    exact = sizes * (count / len(labels))
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: count - int(shares.sum())]] += 1
    drawn = [
        random.permutation(np.flatnonzero(labels == label))[:share]
        for label, share in zip(classes, shares, strict=True)
    ]
    return np.sort(np.concatenate(drawn))


# Training images of each class of emnist47, on which the published runs were trained.
EMNIST47 = np.full(47, 2400)
EMNIST47[[10, 11, 13, 14, 16, 17, 19, 20, 26, 27, 31, 32, 33, 34, 35, 37, 40, 41, 44]] = [
    1983, 1209, 1401, 1579, 830, 1017, 1734, 1542, 772, 1526, 2321, 2330, 1658, 2203, 1737, 1660, 770, 1097, 977,
]  # fmt: skip


@pytest.mark.parametrize(("count", "seed"), [(15_924, 0), (15_924, 1), (1000, 0), (47, 3), (79_999, 2)])
def test_the_cuts_of_large_classes_are_those_of_the_published_runs(count: int, seed: int) -> None:
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(47), EMNIST47))
    before = as_cut_before(labels, count, seed)
    for bounds in ({}, {"least": 1}, {"left": 1}):
        np.testing.assert_array_equal(stratified(labels, count, seed, **bounds), before)
        assert not keeps_rare_classes(labels, count, **bounds)


def test_the_validation_images_of_the_published_runs_are_the_same(real_data: Path) -> None:
    labels = load_dataset("emnist47", real_data).train.labels
    indices = stratified(labels, validation_size(len(labels)), 0, left=1)
    assert hashlib.sha256(indices.astype("<i8").tobytes()).hexdigest()[:16] == "c7afa42e34a220f8"


@given(st.lists(st.integers(1, 30), min_size=1, max_size=12), st.data())
def test_a_cut_leaves_or_draws_one_of_each_class_and_otherwise_keeps_the_shares(sizes: list[int], data: Any) -> None:
    labels = np.repeat(np.arange(len(sizes)), sizes)
    total, classes = len(labels), len(sizes)
    limit = data.draw(st.integers(classes, total))
    drawn = np.bincount(labels[stratified(labels, limit, 0, least=1)], minlength=classes)
    assert drawn.sum() == limit
    assert (drawn >= 1).all()
    if total > classes:
        count = data.draw(st.integers(1, total - classes))
        kept = sizes - np.bincount(labels[stratified(labels, count, 0, left=1)], minlength=classes)
        assert kept.sum() == total - count
        assert (kept >= 1).all()
        if not keeps_rare_classes(labels, count, left=1):
            np.testing.assert_array_equal(stratified(labels, count, 0, left=1), as_cut_before(labels, count, 0))


def test_the_only_image_of_a_class_is_trained_on_and_the_other_classes_give_more() -> None:
    split = Split(np.zeros((72, 2, 2), np.uint8), np.repeat(np.arange(13), [60, *[1] * 12]))
    train, validation = cut_validation(split, 12, 0)
    assert np.bincount(train.labels).tolist() == [48, *[1] * 12]
    assert np.bincount(validation.labels).tolist() == [12]


def test_a_limit_takes_one_of_each_class_first_then_the_shares() -> None:
    labels = np.repeat(np.arange(4), [100, 50, 1, 1])
    assert np.bincount(labels[stratified(labels, 4, 0, least=1)]).tolist() == [1, 1, 1, 1]
    assert np.bincount(labels[stratified(labels, 32, 0, least=1)]).tolist() == [20, 10, 1, 1]


@pytest.mark.parametrize("count", [0, 58, 61, -1])
def test_a_validation_split_that_leaves_nothing_is_refused(count: int) -> None:
    with pytest.raises(ZooError, match="validation images of 60; expected at least 1, and at most 57"):
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
    with pytest.raises(ZooError, match=r"have 3 channels and the network takes 1; set input\.channels = 3 in"):
        fit_geometry(np.zeros((1, 28, 28, 3), np.uint8), size=(28, 28), mode="pad", channels=1)
