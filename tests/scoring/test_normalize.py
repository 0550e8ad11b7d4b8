"""Every criterion on the scale 0-1."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.scoring.normalize import METHODS

UP, DOWN = np.array([True]), np.array([False])
FINITE = st.floats(-1e308, 1e308, allow_nan=False)


def column(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)[:, None]


def min_max(matrix: np.ndarray, low: np.ndarray, high: np.ndarray, maximize: np.ndarray) -> np.ndarray:
    return METHODS["min-max"](matrix, np.stack([low, high]), maximize)


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
    got = METHODS["min-max"](values, values, np.array([maximize])).ravel()
    assert ((got >= 0) & (got <= 1)).all()
    better_first = np.argsort(-values.ravel() if maximize else values.ravel())
    assert (np.diff(got[better_first]) <= 0).all()
    assert got[better_first[0]] == 1


@pytest.mark.parametrize(("maximize", "expected"), [(UP, [0, 1, 0.5]), (DOWN, [1, 0, 0.5])])
def test_a_span_greater_than_any_float_is_still_one(maximize: np.ndarray, expected: list[float]) -> None:
    values = column(-1.5e308, 1.5e308, 0)
    assert METHODS["min-max"](values, values, maximize).ravel().tolist() == expected


def test_a_span_of_the_least_floats_is_still_one() -> None:
    values = column(0, 5e-324)
    assert METHODS["min-max"](values, values, UP).ravel().tolist() == [0, 1]


# --- the other methods, against plain definitions

VALUES = np.array([2.0, 3.0, 6.0, 9.0])


@pytest.mark.parametrize(
    ("name", "up", "down"),
    [
        ("min-max", (VALUES - 2) / 7, (9 - VALUES) / 7),
        ("max", VALUES / 9, 2 / VALUES),
        ("sum", VALUES / 20, (1 / VALUES) / sum(1 / VALUES)),
        ("vector", VALUES / np.sqrt(130), -VALUES / np.sqrt(130)),
        ("z-score", (VALUES - 5) / np.sqrt(7.5), (5 - VALUES) / np.sqrt(7.5)),
        ("rank", [0, 1 / 3, 2 / 3, 1], [1, 2 / 3, 1 / 3, 0]),
        ("log-min-max", np.log(VALUES / 2) / np.log(4.5), np.log(9 / VALUES) / np.log(4.5)),
        # Quartiles 2.75 and 6.75, median 4.5.
        ("robust", (VALUES - 4.5) / 4, (4.5 - VALUES) / 4),
    ],
)
def test_each_method_is_its_definition_either_way(name: str, up: list[float], down: list[float]) -> None:
    matrix = VALUES[:, None]
    np.testing.assert_allclose(METHODS[name](matrix, matrix, UP).ravel(), up, atol=1e-15)
    np.testing.assert_allclose(METHODS[name](matrix, matrix, DOWN).ravel(), down, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "rival"),
    [("min-max", "minmax"), ("max", "linear"), ("sum", "sum"), ("vector", "vector")],
)
def test_it_agrees_with_pymcdm_but_for_an_offset(name: str, rival: str) -> None:
    theirs = getattr(pytest.importorskip("pymcdm.normalizations"), f"{rival}_normalization")
    values = np.random.default_rng(2).lognormal(1, 1, 40)
    for sense in (UP, DOWN):
        ours = METHODS[name](values[:, None], values[:, None], sense).ravel()
        # pymcdm adds 1 to a vector-normalized cost.
        offset = 1.0 if name == "vector" and not sense[0] else 0.0
        np.testing.assert_allclose(ours + offset, theirs(values, cost=not sense[0]), atol=1e-12)


@pytest.mark.parametrize(("name", "scaler"), [("z-score", "StandardScaler"), ("robust", "RobustScaler")])
def test_it_agrees_with_scikit_learn(name: str, scaler: str) -> None:
    theirs = getattr(pytest.importorskip("sklearn.preprocessing"), scaler)()
    matrix = np.random.default_rng(3).normal(5, 2, (31, 3))
    np.testing.assert_allclose(
        METHODS[name](matrix, matrix, np.ones(3, bool)), theirs.fit_transform(matrix), atol=1e-12
    )


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("sense", [UP, DOWN])
@given(values=arrays(np.float64, 6, elements=st.integers(1, 9)))
def test_every_method_keeps_the_order_and_what_is_missing(name: str, sense: np.ndarray, values: np.ndarray) -> None:
    matrix = np.append(values, np.nan)[:, None]
    got = METHODS[name](matrix, matrix, sense).ravel()
    assert np.isnan(got[-1])
    gains = values if sense[0] else -values
    for one, own in zip(gains, got, strict=False):
        for other, its in zip(gains, got, strict=False):
            # Equal figures are equal on the scale, better ones better.
            assert (one > other) == (own > its + 1e-12), (one, other)


@pytest.mark.parametrize("name", METHODS)
@given(values=arrays(np.float64, 5, elements=st.integers(1, 9)), factor=st.sampled_from([1e-6, 0.3, 1000.0, 1e6]))
def test_the_unit_moves_no_value(name: str, values: np.ndarray, factor: float) -> None:
    for sense in (UP, DOWN):
        plain = METHODS[name](values[:, None], values[:, None], sense)
        np.testing.assert_allclose(
            METHODS[name](values[:, None] * factor, values[:, None] * factor, sense), plain, atol=1e-9
        )


@pytest.mark.parametrize("name", ["min-max", "z-score", "rank", "robust"])
def test_an_offset_moves_no_value_where_no_ratio_counts(name: str) -> None:
    moved = VALUES[:, None] + 273.15
    for sense in (UP, DOWN):
        got = METHODS[name](moved, moved, sense)
        np.testing.assert_allclose(got, METHODS[name](VALUES[:, None], VALUES[:, None], sense), atol=1e-12)


@pytest.mark.parametrize(
    ("name", "gives"), [("z-score", 0), ("robust", 0), ("log-min-max", 1), ("rank", 0.5), ("max", 1)]
)
def test_equal_values_give_one_value(name: str, gives: float) -> None:
    got = METHODS[name](column(7, 7, np.nan), column(7, 7), DOWN)
    np.testing.assert_array_equal(got.ravel(), [gives, gives, np.nan])


def test_the_range_stands_in_for_quartiles_that_coincide() -> None:
    assert METHODS["robust"](column(5, 5, 5, 5, 9), column(5, 5, 5, 5, 9), UP).ravel().tolist() == [0, 0, 0, 0, 1]


def test_tied_places_are_shared() -> None:
    assert METHODS["rank"](column(1, 4, 4, 9), column(1, 4, 4, 9), UP).ravel().tolist() == [0, 0.5, 0.5, 1]


@pytest.mark.parametrize("name", METHODS)
def test_the_reference_alone_sets_the_scale(name: str) -> None:
    reference = column(1, 2, 4, 8)
    alone = METHODS[name](column(2), reference, UP)
    among = METHODS[name](column(2, 3, 1), reference, UP)
    assert alone[0] == among[0]


@pytest.mark.parametrize("name", ["min-max", "max", "sum", "vector", "z-score", "rank", "robust"])
def test_figures_at_the_ends_of_the_floats_keep_their_order(name: str) -> None:
    got = METHODS[name](column(1e308, 1.7e308, 1.5e308), column(1e308, 1.7e308, 1.5e308), UP).ravel()
    assert np.isfinite(got).all()
    assert got.argsort().tolist() == [0, 2, 1]


def test_figures_that_have_no_ratio_or_logarithm_are_known() -> None:
    matrix = np.array([[0.0, 0.0], [-1.0, -1.0], [2.0, 2.0]])
    senses = np.array([True, False])
    assert METHODS["max"].outside(matrix, senses).tolist() == [[False, True], [True, True], [False, False]]
    assert METHODS["log-min-max"].outside(matrix, senses).tolist() == [[True, True], [True, True], [False, False]]
    assert not METHODS["min-max"].outside(matrix, senses).any()


def test_rounding_is_no_quartile_range() -> None:
    values = column(0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2, 0.8)
    got = METHODS["robust"](values, values, UP).ravel()
    assert got == pytest.approx([0, 0, 0, 0, 1], abs=1e-12)


@pytest.mark.parametrize("name", ["min-max", "log-min-max", "z-score", "rank", "robust"])
def test_values_that_differ_by_rounding_alone_are_equal(name: str) -> None:
    values = column(1.0, 1.0 + 2e-16, 1.0)
    assert np.ptp(METHODS[name](values, values, UP)) == 0
    # One part in 10^8 is no rounding.
    spread = column(1e8, 1e8 + 1, 1e8 + 2)
    exact = METHODS[name](column(0, 1, 2) if name != "log-min-max" else spread, column(0, 1, 2), UP).ravel()
    if name != "log-min-max":
        assert METHODS[name](spread, spread, UP).ravel() == pytest.approx(exact, abs=1e-12)
