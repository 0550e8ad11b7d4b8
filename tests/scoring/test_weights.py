"""Weights: worked examples from their sources, independent libraries, and what they do not depend on."""

from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.errors import ZooError
from modelzoo.scoring.rank import rank
from modelzoo.scoring.weights import METHODS

# Eight pharmaceutical firms by three criteria, all of which are to be high: Diakoulaki, Mavrotas & Papayannakis (1995).
FIRMS = np.array(
    [
        [61, 1.08, 4.33],
        [20.7, 0.26, 4.34],
        [16.3, 1.98, 2.53],
        [9, 3.29, 1.65],
        [5.4, 2.77, 2.33],
        [4, 4.12, 1.21],
        [-6.1, 3.52, 2.10],
        [-34.6, 3.31, 0.98],
    ]
)
UP = np.ones(3, bool)
DERIVED = [name for name, method in METHODS.items() if method.figures]


def derived(name: str, values: np.ndarray, maximize: np.ndarray) -> np.ndarray:
    weights = METHODS[name](np.ones(values.shape[1]), values, maximize)
    return weights / weights.sum()


def test_critic_is_that_of_diakoulaki_s_firms() -> None:
    assert derived("critic", FIRMS, UP) == pytest.approx([0.202, 0.481, 0.317], abs=5e-4)


def test_entropy_is_that_of_hwang_and_yoon_s_fighter_aircraft() -> None:
    # Hwang & Yoon (1981), 2.5.2; its shares are rounded to four decimals before the logarithm.
    aircraft = np.array(
        [
            [2.0, 1500, 20000, 5.5, 5, 9],
            [2.5, 2700, 18000, 6.5, 3, 5],
            [1.8, 2000, 21000, 4.5, 7, 7],
            [2.2, 1800, 20000, 5.0, 5, 5],
        ]
    )
    expected = [0.0649, 0.2055, 0.0133, 0.0829, 0.3570, 0.2764]
    assert derived("entropy", aircraft, np.ones(6, bool)) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, [1.0]), (2, [0.75, 0.25]), (3, [0.6111, 0.2778, 0.1111]), (4, [0.5208, 0.2708, 0.1458, 0.0625])],
)
def test_the_centroid_is_that_of_barron_and_barrett_s_table(count: int, expected: list[float]) -> None:
    # Barron & Barrett (1996), table 1.
    got = METHODS["rank-order-centroid"](np.ones(count), np.empty((0, count)), np.ones(count, bool))
    assert got.tolist() == pytest.approx(expected, abs=5e-5)


def test_the_centroid_is_the_mean_of_all_weightings_in_that_order() -> None:
    drawn = -np.sort(-np.random.default_rng(0).dirichlet(np.ones(4), 200_000), axis=1)
    got = METHODS["rank-order-centroid"](np.ones(4), np.empty((0, 4)), np.ones(4, bool))
    np.testing.assert_allclose(got, drawn.mean(axis=0), atol=1e-3)


def test_swing_points_are_in_percent_of_the_largest_step() -> None:
    assert [item.weight for item in rank(by="top5:100,gpu:60,params:40", weights="swing").criteria] == pytest.approx(
        [1.5, 0.9, 0.6]
    )
    with pytest.raises(ZooError, match="swing points are 2, 1, 1; expected 100 for the criterion whose step"):
        rank(by="top5:2,gpu,params", weights="swing")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["critic", "entropy", "standard-deviation"])
def test_derived_weights_agree_with_scikit_criteria(name: str) -> None:
    weighters = pytest.importorskip("skcriteria.preprocessing.weighters")
    random = np.random.default_rng(4)
    for _ in range(20):
        values, maximize = random.lognormal(1, 1, (random.integers(3, 20), 4)), random.random(4) < 0.5
        placed = (values - values.min(axis=0)) / np.ptp(values, axis=0)
        theirs = {
            "critic": lambda: weighters.critic_weights(values, np.where(maximize, 1, -1), scale=True),  # noqa: B023
            "entropy": lambda: weighters.entropy_weights(values),  # noqa: B023
            # Its deviation is of the figures in their units; on one scale it is free of them.
            "standard-deviation": lambda: weighters.std_weights(placed),  # noqa: B023
        }[name]()
        np.testing.assert_allclose(derived(name, values, maximize), theirs / theirs.sum(), atol=1e-9)


def test_critic_heeds_the_senses() -> None:
    # Speed and time say the same. Without their senses they seem to conflict, and would weigh most.
    speed = np.array([1.0, 2, 4, 5])
    values = np.column_stack([speed, -speed + 9, [1.0, 5, 2, 4]])
    heeded = derived("critic", values, np.array([True, False, True]))
    assert heeded[0] == pytest.approx(heeded[1])
    assert heeded[2] > heeded[0]
    assert derived("critic", values, UP)[2] < heeded[2]


@pytest.mark.parametrize("name", DERIVED)
@given(
    values=arrays(np.float64, (5, 3), elements=st.integers(1, 9)),
    units=arrays(np.float64, 3, elements=st.floats(1e-3, 1e3)),
    rows=st.permutations(range(5)),
)
def test_units_and_order_of_rows_move_no_derived_weight(
    name: str, values: np.ndarray, units: np.ndarray, rows: list[int]
) -> None:
    maximize = np.array([True, False, True])
    try:
        plain = METHODS[name](np.ones(3), values, maximize)
    except ZooError:
        # CRITIC has no weights where all criteria agree.
        assume(False)
    assume(plain.any())
    np.testing.assert_allclose(derived(name, (values * units)[rows], maximize), plain / plain.sum(), atol=1e-7)
    assert (plain >= 0).all()


@pytest.mark.parametrize("name", DERIVED)
def test_a_criterion_in_which_all_are_equal_weighs_nothing(name: str) -> None:
    values = np.column_stack([[1.0, 2, 4], [0.1, 0.1, 0.1], [3.0, 1, 2]])
    got = derived(name, values, UP)
    assert got[1] == 0
    assert got[0] > 0
    assert METHODS[name](np.ones(2), values[:, :2], UP[:2])[0] > 0


@pytest.mark.parametrize(
    ("matrix", "weights", "message"),
    [
        ([[1.0, 2.0]], "critic", "`weights` critic are derived from models with every value, and there is one"),
        ([[1.0, np.nan], [2.0, np.nan], [3.0, 1.0]], "entropy", "with every value, and there is one"),
        ([[1.0, 2.0], [1.0, 2.0]], "entropy", "`weights` entropy: no criterion tells the models apart"),
        (
            [[1.0, 2.0], [-3.0, 4.0]],
            "entropy",
            "m1 has -3 for a; expected 0 or more, as `weights` entropy goes by shares",
        ),
    ],
)
def test_figures_that_cannot_tell_are_refused(matrix: list, weights: str, message: str) -> None:
    names = [f"m{row}" for row in range(len(matrix))]
    with pytest.raises(ZooError, match=message):
        rank(np.array(matrix), by="a:max,b:min", weights=weights, missing="worst", names=names)


def test_the_caption_says_how_the_weights_came_about() -> None:
    ranking = rank(weights="rank-order-centroid")
    assert "params (min, weight 11.1 %); weights: rank-order-centroid, min-max normalized" in ranking.caption


def exactly(columns: list[list[int]]) -> list[float]:
    """Entropy weights that sum to their number, computed with 60 digits."""
    with localcontext() as context:
        context.prec = 60
        spreads = []
        for column in columns:
            shares = [Decimal(value) / sum(column) for value in column]
            entropy = -sum(share * share.ln() for share in shares) / Decimal(len(column)).ln()
            spreads.append(1 - entropy)
        return [float(spread * len(columns) / sum(spreads)) for spread in spreads]


@pytest.mark.parametrize("offset", [1, 10**3, 10**6, 10**8, 10**10])
def test_entropy_keeps_its_digits_for_a_small_relative_spread(offset: int) -> None:
    columns = [[offset, offset + 1, offset + 2], [offset, offset + 2, offset + 4]]
    expected = exactly(columns)
    if offset == 10**8:
        assert expected == pytest.approx([0.4, 1.6], abs=1e-7)
    matrix = np.array(columns, dtype=np.float64).T
    got = [item.weight for item in rank(matrix, by="a:max,b:max", weights="entropy").criteria]
    assert got == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("noise", [0.0, 1e-15])
def test_critic_refuses_criteria_that_all_agree_perfectly(noise: float) -> None:
    values = np.array([0.1, 0.2, 0.7])
    matrix = np.column_stack([values, values * 3 + noise, 5 - values])
    with pytest.raises(ZooError, match="`weights` critic: all criteria agree perfectly"):
        rank(matrix, by="a:max,b:max,c:min", weights="critic")
