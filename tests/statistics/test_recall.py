"""Macro recall, against scikit-learn."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.statistics.recall import macro_recall

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
