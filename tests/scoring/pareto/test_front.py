"""The Pareto front, held against brute force."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from modelzoo.scoring.pareto import front

SMALL = array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8)


def dominates(one: np.ndarray, other: np.ndarray, maximize: np.ndarray) -> bool:
    better = [a > b if up else a < b for a, b, up in zip(one, other, maximize, strict=True)]
    worse = [a < b if up else a > b for a, b, up in zip(one, other, maximize, strict=True)]
    return any(better) and not any(worse)


@given(arrays(np.float64, SMALL, elements=st.integers(0, 3)), st.data())
def test_the_front_is_what_nothing_dominates(matrix: np.ndarray, data: st.DataObject) -> None:
    maximize = data.draw(arrays(bool, matrix.shape[1]))
    expected = [not any(dominates(other, row, maximize) for other in matrix) for row in matrix]
    assert front(matrix, maximize).tolist() == expected


def test_equal_models_are_all_on_the_front() -> None:
    assert front(np.array([[1.0, 2.0], [1.0, 2.0], [0.0, 2.0]]), np.array([True, True])).tolist() == [True, True, False]


def test_senses_decide_who_is_better() -> None:
    matrix = np.array([[90.0, 5.0], [80.0, 9.0]])
    assert front(matrix, np.array([True, False])).tolist() == [True, False]
    assert front(matrix, np.array([True, True])).tolist() == [True, True]


def test_no_models_have_no_front() -> None:
    assert front(np.empty((0, 2)), np.array([True, True])).tolist() == []
