"""How far weights must move: worked by hand, held against grids of weightings and a general optimizer."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.sensitivity.weight_stability import WeightRange, nearest_for_first, nearest_for_rival, weight_ranges

MATRIX = st.integers(2, 4).flatmap(
    lambda columns: arrays(np.float64, st.tuples(st.integers(2, 6), st.just(columns)), elements=st.integers(0, 9))
)
WEIGHTS = st.lists(st.integers(0, 5), min_size=4, max_size=4)


def leader(normalized: np.ndarray, weights: np.ndarray) -> tuple[int, np.ndarray]:
    scores = normalized @ weights
    return int(np.argmax(scores)), scores


def grid(criteria: int, steps: int) -> np.ndarray:
    """Weightings of the simplex in even steps."""
    axes = np.meshgrid(*[np.arange(steps + 1)] * (criteria - 1), indexing="ij")
    free = np.stack([axis.ravel() for axis in axes], axis=1)
    free = free[free.sum(axis=1) <= steps]
    return np.column_stack([free, steps - free.sum(axis=1)]) / steps


# --- one weight


def test_the_ranges_of_three_models_worked_by_hand() -> None:
    # Leads over the second model: 4a - b; over the third: -2a + 5b.
    normalized = np.array([[5.0, 5.0], [1.0, 6.0], [7.0, 0.0]])
    assert weight_ranges(normalized, np.array([1.0, 1.0]), 0) == (
        WeightRange(0.25, 2.5, below=1, above=2),
        WeightRange(0.4, 4.0, below=2, above=1),
    )


def test_a_dominated_rival_ends_no_range() -> None:
    normalized = np.array([[5.0, 5.0], [5.0, 1.0], [0.0, 0.0]])
    free = WeightRange(0.0, float("inf"), below=None, above=None)
    assert weight_ranges(normalized, np.array([1.0, 2.0]), 0) == (free, free)


def test_a_tied_rival_ends_the_range_at_the_weight_itself_and_an_equal_one_does_not() -> None:
    normalized = np.array([[1.0, 3.0], [3.0, 1.0], [1.0, 3.0]])
    assert weight_ranges(normalized, np.array([2.0, 2.0]), 0) == (
        WeightRange(0.0, 2.0, below=None, above=1),
        WeightRange(2.0, float("inf"), below=1, above=None),
    )


def test_a_rival_tied_at_weight_0_leads_with_any_weight_above() -> None:
    normalized = np.array([[1.0, 0.0], [1.0, 1.0]])
    assert weight_ranges(normalized, np.array([1.0, 0.0]), 0)[1] == WeightRange(0.0, 0.0, below=None, above=1)
    assert weight_ranges(normalized, np.array([1.0, 0.0]), 1)[1].high == float("inf")


@given(MATRIX, WEIGHTS)
def test_the_winner_stays_just_inside_its_range_and_the_named_rival_leads_just_outside(
    normalized: np.ndarray, drawn: list[int]
) -> None:
    weights = np.array(drawn[: normalized.shape[1]], float)
    assume(weights.any())
    first, scores = leader(normalized, weights)
    assume(np.sum(scores > scores[first] - 1e-6) == 1)
    for column, found in enumerate(weight_ranges(normalized, weights, first)):
        assert found.low <= weights[column] <= found.high
        for end, rival, outward in ((found.low, found.below, -1), (found.high, found.above, 1)):
            moved = weights.copy()
            if rival is None:
                moved[column] = 0.0 if outward < 0 else 1e6
                assert leader(normalized, moved)[1].max() <= (normalized @ moved)[first] + 1e-6
                continue
            moved[column] = end * (1 - outward * 1e-6)
            assert (normalized @ moved)[first] >= (normalized @ moved).max() - 1e-12
            moved[column] = end * (1 + outward * 1e-6)
            scores = normalized @ moved
            assert scores[rival] > scores[first]
            assert scores[rival] == pytest.approx(scores.max(), abs=1e-3)


# --- all weights


def test_the_nearest_weighting_worked_by_hand() -> None:
    # The rival catches up on the line a = b + 0.5 (c is level): from (1/3, 1/3, 1/3) straight to (7/12, 1/12, 1/3).
    normalized = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    normalized[0] += 0.5
    found = nearest_for_rival(normalized, np.full(3, 1 / 3), 0, 1)
    assert found == pytest.approx([7 / 12, 1 / 12, 1 / 3])


def test_the_nearest_weighting_lies_on_the_border_where_a_weight_would_fall_below_0() -> None:
    # Straight on, b falls below 0 before a - c reaches 0.8: with b = 0 the nearest is (0.9, 0, 0.1).
    gain = np.array([1.0, -0.8 / 0.9, -1.0])
    normalized = np.array([[0.0, 0.0, 0.0], gain - 0.8])
    found = nearest_for_rival(normalized, np.array([0.2, 0.1, 0.7]), 0, 1)
    assert found == pytest.approx([0.9, 0.0, 0.1])


@pytest.mark.parametrize("rival", [[1.0, 1.0], [0.0, 2.0], [1.0, 2.0]])
def test_no_change_puts_a_rival_ahead_that_is_nowhere_better(rival: list[float]) -> None:
    normalized = np.array([[1.0, 2.0], rival])
    assert nearest_for_rival(normalized, np.array([0.5, 0.5]), 0, 1) is None


def test_no_change_puts_a_model_first_that_a_mix_of_others_always_beats() -> None:
    # Better than each other somewhere, but never than both at once: it lies below the line between them.
    normalized = np.array([[1.0, 0.0], [0.0, 1.0], [0.4, 0.4]])
    assert nearest_for_rival(normalized, np.array([0.9, 0.1]), 0, 2) is not None
    assert nearest_for_first(normalized, np.array([0.9, 0.1]), 2) is None


def test_equal_models_do_not_stand_in_each_other_s_way() -> None:
    normalized = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    assert nearest_for_first(normalized, np.array([0.8, 0.2]), 2) == pytest.approx([0.5, 0.5])


@given(arrays(np.float64, st.tuples(st.integers(2, 5), st.just(3)), elements=st.integers(0, 9)), WEIGHTS)
def test_no_weighting_of_a_grid_is_nearer_and_the_found_one_is_level(normalized: np.ndarray, drawn: list[int]) -> None:
    assume(any(drawn[:3]))
    shares = np.array(drawn[:3]) / sum(drawn[:3])
    first, _ = leader(normalized, shares)
    points = grid(3, 40)
    scores = points @ normalized.T
    distances = np.linalg.norm(points - shares, axis=1)
    for model in range(len(normalized)):
        ahead = {
            "rival": (nearest_for_rival(normalized, shares, first, model), scores[:, model] > scores[:, first]),
            "first": (nearest_for_first(normalized, shares, model), scores[:, model] >= scores.max(axis=1)),
        }
        for kind, (found, there) in ahead.items():
            if found is None:
                assert kind == "first" or not there.any()
                continue
            assert found.sum() == pytest.approx(1)
            assert found.min() >= 0
            level = normalized[first] if kind == "rival" else normalized
            assert (level @ found).max() <= normalized[model] @ found + 1e-9
            nearest = distances[there].min(initial=np.inf)
            assert np.linalg.norm(found - shares) <= nearest + 1e-7


@pytest.mark.parametrize("seed", range(12))
def test_a_general_optimizer_finds_no_nearer_weighting(seed: int) -> None:
    from scipy.optimize import linprog, minimize

    random = np.random.default_rng(seed)
    normalized, shares = random.random((6, 5)), random.dirichlet(np.ones(5))
    for model in range(6):
        gains = normalized[model] - np.delete(normalized, model, axis=0)
        found = nearest_for_first(normalized, shares, model)
        possible = linprog(np.zeros(5), A_ub=-gains, b_ub=np.zeros(5), A_eq=np.ones((1, 5)), b_eq=[1])
        assert (found is not None) == (possible.status == 0)
        other = minimize(
            lambda point: ((point - shares) ** 2).sum(),
            np.full(5, 0.2),
            bounds=[(0, 1)] * 5,
            constraints=[
                {"type": "eq", "fun": lambda point: point.sum() - 1},
                {"type": "ineq", "fun": lambda point, gains=gains: gains @ point},
            ],
            options={"ftol": 1e-14, "maxiter": 500},
        )
        if found is not None and other.success:
            assert found == pytest.approx(other.x, abs=1e-5)
