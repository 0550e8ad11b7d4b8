"""The images that are added: how many of each class, and which."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from modelzoo.statistics.recall import count_confusion
from modelzoo.training.oversampling import epoch_images, oversample, oversampling_weights


def test_a_class_weighs_by_what_it_is_taken_for_and_what_is_taken_for_it() -> None:
    """Of class 0 a fifth is missed, of 1 a tenth; 1 of 9 taken for 0 is wrong, 2 of 11 for 1; 2 is never mixed up."""
    confusion = np.array([[8, 2, 0], [1, 9, 0], [0, 0, 10]])
    errors = np.array([(2 / 10 + 1 / 9) / 2, (1 / 10 + 2 / 11) / 2, 0.0])
    assert oversampling_weights(confusion) == pytest.approx(errors / errors.sum())


def test_where_nothing_is_mixed_up_all_classes_weigh_the_same() -> None:
    assert oversampling_weights(np.diag([5, 9, 0, 2])) == pytest.approx([0.25] * 4)


@given(arrays.arrays(np.int64, (4, 4), elements=st.integers(0, 50)))
def test_weights_are_shares_and_do_not_hang_on_the_number_of_images(confusion: np.ndarray) -> None:
    weights = oversampling_weights(confusion)
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1)
    assert oversampling_weights(confusion * 7) == pytest.approx(weights)


def test_rows_are_the_right_classes_and_columns_those_taken_for() -> None:
    assert count_confusion(np.array([0, 0, 1]), np.array([1, 1, 1]), 2).tolist() == [[0, 2], [0, 1]]


def test_an_epoch_grows_by_the_share() -> None:
    assert (epoch_images(1000, 0.25), epoch_images(10, 0.04), epoch_images(10, 0.0)) == (1250, 10, 10)


LABELS = np.repeat([0, 1, 2], [10, 100, 1000])


def test_images_are_added_by_the_classes_weights_however_many_each_has() -> None:
    drawn = oversample(LABELS, [0.5, 0.5, 0.0], count=4000, seed=0, epoch=2)
    counts = np.bincount(LABELS[drawn], minlength=3)
    assert counts[2] == 0
    assert counts[0] == pytest.approx(2000, abs=150)
    assert len(set(drawn)) == 110


def test_at_first_all_classes_get_the_same() -> None:
    counts = np.bincount(LABELS[oversample(LABELS, None, count=6000, seed=0, epoch=1)])
    assert counts == pytest.approx([2000] * 3, abs=150)


def test_each_epoch_draws_anew_and_a_repeated_one_alike() -> None:
    one, again, other = (oversample(LABELS, None, count=50, seed=3, epoch=epoch) for epoch in (1, 1, 2))
    assert (one == again).all()
    assert (one != other).any()


def test_a_mixed_up_class_without_training_images_is_passed_over() -> None:
    labels = np.array([0, 0, 2, 2])
    drawn = oversample(labels, [0.0, 1.0, 0.0], count=20, seed=0, epoch=1)
    assert set(labels[drawn]) == {0, 2}
