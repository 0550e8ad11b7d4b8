"""Macro recall and confused classes, against scikit-learn."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.statistics.recall import confusions, count_by_class, macro_recall

CLASSES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=1, max_size=60)


@given(pairs=CLASSES)
def test_it_is_scikit_learns_balanced_accuracy(pairs: list[tuple[int, int]]) -> None:
    from sklearn import metrics

    labels, predicted = np.array(pairs).T
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that are predicted and have no image
        expected = 100 * metrics.balanced_accuracy_score(labels, predicted)
    assert macro_recall(labels, predicted) == pytest.approx(expected)


def test_a_rare_class_counts_as_much_as_a_frequent_one() -> None:
    labels = np.array([0] * 98 + [1] * 2)
    assert macro_recall(labels, np.zeros(100, int)) == 50.0


@given(pairs=CLASSES)
def test_confusions_are_the_errors_of_scikit_learns_confusion_matrix(pairs: list[tuple[int, int]]) -> None:
    from sklearn import metrics

    labels, predicted = np.array(pairs).T
    expected = metrics.confusion_matrix(labels, predicted, labels=range(10))
    images, correct = count_by_class(labels, predicted, 10)
    assert correct.tolist() == np.diag(expected).tolist()
    assert images.tolist() == expected.sum(axis=1).tolist()
    np.fill_diagonal(expected, 0)
    found = confusions(labels, predicted)
    assert {(pair.true, pair.taken_for): pair.images for pair in found} == {
        (true, taken): expected[true, taken] for true, taken in np.argwhere(expected)
    }
    assert [pair.images for pair in found] == sorted((pair.images for pair in found), reverse=True)


def test_confusions_of_many_classes_take_little_memory() -> None:
    """All pairs of 70,000 classes would take 39 GB."""
    labels = np.arange(70_000)
    predicted = labels.astype(np.uint32)
    predicted[[3, 69_999]] = 69_998
    assert confusions(labels, predicted) == [(3, 69_998, 1), (69_999, 69_998, 1)]
