"""The Pareto front, held against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from modelzoo.scoring.pareto import dominators, front, front_of_rows, layers
from modelzoo.scoring.pareto.front import FEW

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


# --- many models


@pytest.mark.parametrize("columns", [1, 2, 3, 5])
@pytest.mark.parametrize("kind", ["uniform", "plane", "coarse", "with infinities"])
def test_many_models_have_the_front_and_layers_that_few_at_a_time_have(columns: int, kind: str) -> None:
    random = np.random.default_rng(columns)
    matrix = random.random((FEW * 3, columns))
    if kind == "plane":
        matrix /= matrix.sum(axis=1, keepdims=True)
    if kind == "coarse":
        matrix = np.round(matrix * 6)
    if kind == "with infinities":
        matrix[random.random(matrix.shape) < 0.2] = -np.inf
    maximize = np.ones(columns, bool)
    expected = [not ((matrix >= row).all(axis=1) & (matrix > row).any(axis=1)).any() for row in matrix]
    assert front(matrix, maximize).tolist() == expected
    assert front(-matrix, ~maximize).tolist() == expected
    assert (layers(matrix, maximize) == 1).tolist() == expected


def test_the_layers_of_many_models_are_those_of_peeling_fronts_off() -> None:
    matrix = np.round(np.random.default_rng(1).random((FEW + 100, 2)) * 20)
    maximize = np.array([True, False])
    expected = np.zeros(len(matrix), int)
    while not expected.all():
        left = np.flatnonzero(expected == 0)
        expected[left[front(matrix[left], maximize)]] = expected.max() + 1
    assert layers(matrix, maximize).tolist() == expected.tolist()


@given(arrays(np.float64, SMALL, elements=st.integers(0, 3)), st.data())
def test_layers_start_with_the_front_and_each_beats_the_next(matrix: np.ndarray, data: st.DataObject) -> None:
    maximize = data.draw(arrays(bool, matrix.shape[1]))
    found = layers(matrix, maximize)
    assert (found == 1).tolist() == front(matrix, maximize).tolist()
    for row, layer in zip(matrix, found, strict=True):
        above = [other for other, its in zip(matrix, found, strict=True) if its == layer - 1]
        assert layer == 1 or any(dominates(other, row, maximize) for other in above)
        same = [other for other, its in zip(matrix, found, strict=True) if its == layer]
        assert not any(dominates(other, row, maximize) for other in same)


@given(arrays(np.float64, SMALL, elements=st.integers(0, 3)), st.data())
def test_the_dominator_that_is_named_is_on_the_front_and_dominates(matrix: np.ndarray, data: st.DataObject) -> None:
    maximize = data.draw(arrays(bool, matrix.shape[1]))
    on_front = front(matrix, maximize)
    for row, found in enumerate(dominators(matrix, maximize, on_front)):
        if on_front[row]:
            assert found == -1
        else:
            assert on_front[found]
            assert dominates(matrix[found], matrix[row], maximize)


def test_no_models_have_no_layers() -> None:
    nobody, senses = np.empty((0, 2)), np.array([True, True])
    assert layers(nobody, senses).tolist() == dominators(nobody, senses, front(nobody, senses)).tolist() == []


@given(arrays(np.float64, SMALL, elements=st.integers(0, 3)), st.data())
def test_the_front_of_a_few_rows_is_that_of_all(matrix: np.ndarray, data: st.DataObject) -> None:
    maximize = data.draw(arrays(bool, matrix.shape[1]))
    rows = np.array(data.draw(st.permutations(range(len(matrix)))))
    assert front_of_rows(matrix, maximize, rows).tolist() == front(matrix, maximize)[rows].tolist()


def test_the_front_of_many_rows_is_that_of_all() -> None:
    matrix = np.random.default_rng(0).random((300, 3))
    rows, maximize = np.arange(299, -1, -1), np.array([True, False, True])
    assert front_of_rows(matrix, maximize, rows).tolist() == front(matrix, maximize)[rows].tolist()


@pytest.mark.parametrize("end", [-np.inf, np.inf])
def test_infinite_values_of_many_models_are_compared_as_those_of_few(end: float) -> None:
    matrix = np.random.default_rng(0).dirichlet(np.ones(4), 900) ** 0.5
    matrix[::5, 0] = matrix[1::7, 2] = end
    expected = [not ((matrix >= row).all(axis=1) & (matrix > row).any(axis=1)).any() for row in matrix]
    assert front(matrix, np.ones(4, bool)).tolist() == expected
    assert (layers(matrix, np.ones(4, bool)) == 1).tolist() == expected
