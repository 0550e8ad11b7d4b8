"""Every criterion on the scale 0-1."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.scoring.normalize import METHODS, bounds_of, min_max

UP, DOWN = np.array([True]), np.array([False])
FINITE = st.floats(-1e308, 1e308, allow_nan=False)


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


def test_bounds_pass_over_missing_values_and_are_missing_where_all_are() -> None:
    low, high = bounds_of(np.array([[3.0, np.nan], [np.nan, np.nan], [1.0, np.nan]]))
    np.testing.assert_array_equal(low, [1, np.nan])
    np.testing.assert_array_equal(high, [3, np.nan])


def test_bounds_of_no_rows_are_missing() -> None:
    assert np.isnan(bounds_of(np.empty((0, 2)))).all()


@pytest.mark.parametrize(("maximize", "expected"), [(UP, [0, 0.25, 1]), (DOWN, [1, 0.75, 0])])
def test_the_better_bound_is_1_and_the_worse_one_0(maximize: np.ndarray, expected: list[float]) -> None:
    got = min_max(column(2, 3, 6), np.array([2.0]), np.array([6.0]), maximize)
    assert got.ravel().tolist() == expected


@pytest.mark.parametrize("maximize", [UP, DOWN])
def test_zero_is_never_negative(maximize: np.ndarray) -> None:
    assert not np.signbit(min_max(column(2, 6), np.array([2.0]), np.array([6.0]), maximize)).any()


def test_values_beyond_the_bounds_are_cut_to_them() -> None:
    assert min_max(column(-5, 50), np.array([0.0]), np.array([10.0]), UP).ravel().tolist() == [0, 1]


@pytest.mark.parametrize("maximize", [UP, DOWN])
def test_equal_bounds_give_1_and_keep_what_is_missing(maximize: np.ndarray) -> None:
    got = min_max(column(7, np.nan, 7), np.array([7.0]), np.array([7.0]), maximize)
    np.testing.assert_array_equal(got.ravel(), [1, np.nan, 1])


def test_a_missing_value_stays_missing() -> None:
    assert np.isnan(min_max(column(np.nan), np.array([0.0]), np.array([1.0]), UP)).all()


def test_each_column_has_its_own_sense_and_bounds() -> None:
    got = min_max(np.array([[1.0, 10.0], [2.0, 30.0]]), np.array([0.0, 10.0]), np.array([2.0, 50.0]), np.array([1, 0]))
    assert got.tolist() == [[0.5, 1.0], [1.0, 0.5]]


@given(arrays(np.float64, (5, 1), elements=FINITE), st.booleans())
def test_any_finite_column_lands_between_0_and_1_in_its_order(values: np.ndarray, maximize: bool) -> None:
    got = min_max(values, *bounds_of(values), np.array([maximize])).ravel()
    assert ((got >= 0) & (got <= 1)).all()
    better_first = np.argsort(-values.ravel() if maximize else values.ravel())
    assert (np.diff(got[better_first]) <= 0).all()
    assert got[better_first[0]] == 1


@pytest.mark.parametrize(("maximize", "expected"), [(UP, [0, 1, 0.5]), (DOWN, [1, 0, 0.5])])
def test_a_span_greater_than_any_float_is_still_one(maximize: np.ndarray, expected: list[float]) -> None:
    values = column(-1.5e308, 1.5e308, 0)
    assert min_max(values, *bounds_of(values), maximize).ravel().tolist() == expected


def test_a_span_of_the_least_floats_is_still_one() -> None:
    values = column(0, 5e-324)
    assert min_max(values, *bounds_of(values), UP).ravel().tolist() == [0, 1]


def test_profiles_can_name_min_max() -> None:
    assert METHODS["min-max"] is min_max
