"""Minimal weight changes: worked by hand, compared with grids of weights and a general optimizer."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.sensitivity.minimal_change import _nearest_of_few, smallest_change, weights_for_first, weights_for_rival

WEIGHTS = st.lists(st.integers(0, 5), min_size=4, max_size=4)


def grid(criteria: int, steps: int) -> np.ndarray:
    """Return weight vectors of the simplex in even steps."""
    axes = np.meshgrid(*[np.arange(steps + 1)] * (criteria - 1), indexing="ij")
    free = np.stack([axis.ravel() for axis in axes], axis=1)
    free = free[free.sum(axis=1) <= steps]
    return np.column_stack([free, steps - free.sum(axis=1)]) / steps


def test_the_nearest_weighting_worked_by_hand() -> None:
    # The rival catches up on the line a = b + 0.5 (c is level): from (1/3, 1/3, 1/3) straight to (7/12, 1/12, 1/3).
    normalized = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    normalized[0] += 0.5
    nearest_weights = weights_for_rival(normalized, np.full(3, 1 / 3), 0, 1)
    assert nearest_weights == pytest.approx([7 / 12, 1 / 12, 1 / 3])


def test_the_nearest_weighting_lies_on_the_border_where_a_weight_would_fall_below_0() -> None:
    # Straight on, b falls below 0 before a - c reaches 0.8: with b = 0 the nearest is (0.9, 0, 0.1).
    gain = np.array([1.0, -0.8 / 0.9, -1.0])
    normalized = np.array([[0.0, 0.0, 0.0], gain - 0.8])
    nearest_weights = weights_for_rival(normalized, np.array([0.2, 0.1, 0.7]), 0, 1)
    assert nearest_weights == pytest.approx([0.9, 0.0, 0.1])


@pytest.mark.parametrize("rival", [[1.0, 1.0], [0.0, 2.0], [1.0, 2.0]])
def test_no_change_puts_a_rival_ahead_that_is_nowhere_better(rival: list[float]) -> None:
    normalized = np.array([[1.0, 2.0], rival])
    assert weights_for_rival(normalized, np.array([0.5, 0.5]), 0, 1) is None


def test_no_change_puts_a_model_first_that_a_mix_of_others_always_beats() -> None:
    # Better than each other somewhere, but never than both at once: it lies below the line between them.
    normalized = np.array([[1.0, 0.0], [0.0, 1.0], [0.4, 0.4]])
    assert weights_for_rival(normalized, np.array([0.9, 0.1]), 0, 2) is not None
    assert weights_for_first(normalized, np.array([0.9, 0.1]), normalized[2]) is None


def test_equal_models_do_not_stand_in_each_other_s_way() -> None:
    normalized = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    assert weights_for_first(normalized, np.array([0.8, 0.2]), normalized[2]) == pytest.approx([0.5, 0.5])


@given(arrays(np.float64, st.tuples(st.integers(2, 5), st.just(3)), elements=st.integers(0, 9)), WEIGHTS)
def test_no_weighting_of_a_grid_is_nearer_and_the_found_one_is_level(normalized: np.ndarray, drawn: list[int]) -> None:
    assume(any(drawn[:3]))
    shares = np.array(drawn[:3]) / sum(drawn[:3])
    first = int(np.argmax(normalized @ shares))
    points = grid(3, 40)
    scores = points @ normalized.T
    distances = np.linalg.norm(points - shares, axis=1)
    for model in range(len(normalized)):
        ahead = {
            "rival": (weights_for_rival(normalized, shares, first, model), scores[:, model] > scores[:, first]),
            "first": (weights_for_first(normalized, shares, normalized[model]), scores[:, model] >= scores.max(axis=1)),
        }
        for kind, (nearest_weights, there) in ahead.items():
            if nearest_weights is None:
                assert kind == "first" or not there.any()
                continue
            assert nearest_weights.sum() == pytest.approx(1)
            assert nearest_weights.min() >= 0
            level = normalized[first] if kind == "rival" else normalized
            assert (level @ nearest_weights).max() <= normalized[model] @ nearest_weights + 1e-9
            nearest = distances[there].min(initial=np.inf)
            assert np.linalg.norm(nearest_weights - shares) <= nearest + 1e-7


@pytest.mark.parametrize("seed", range(12))
def test_a_general_optimizer_finds_no_nearer_weighting(seed: int) -> None:
    from scipy.optimize import linprog, minimize

    random = np.random.default_rng(seed)
    normalized, shares = random.random((6, 5)), random.dirichlet(np.ones(5))
    for model in range(6):
        gains = normalized[model] - np.delete(normalized, model, axis=0)
        nearest_weights = weights_for_first(normalized, shares, normalized[model])
        possible = linprog(np.zeros(5), A_ub=-gains, b_ub=np.zeros(5), A_eq=np.ones((1, 5)), b_eq=[1])
        assert (nearest_weights is not None) == (possible.status == 0)
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
        if nearest_weights is not None and other.success:
            assert nearest_weights == pytest.approx(other.x, abs=1e-5)


@given(arrays(np.float64, st.tuples(st.integers(1, 9), st.just(3)), elements=st.integers(0, 9)), WEIGHTS)
def test_the_smallest_change_is_the_nearest_of_all_rivals(normalized: np.ndarray, drawn: list[int]) -> None:
    assume(any(drawn[:3]))
    shares = np.array(drawn[:3]) / sum(drawn[:3])
    normalized = normalized[np.argsort(-normalized @ shares, kind="stable")]
    distances = {}
    for rival in range(1, len(normalized)):
        weights = weights_for_rival(normalized, shares, 0, rival)
        if weights is not None:
            distances[rival] = float(np.linalg.norm(weights - shares))
    smallest = smallest_change(normalized, shares)
    assert (smallest is None) == (not distances)
    if smallest is not None:
        rival, weights = smallest
        assert rival == min(distances, key=lambda row: (distances[row], row))
        assert np.linalg.norm(weights - shares) == distances[rival]


def test_few_binding_rivals_give_the_weights_of_all() -> None:
    random = np.random.default_rng(2)
    normalized = random.dirichlet(np.ones(4), 300) ** 0.5
    shares = np.full(4, 0.25)
    for model in normalized[:20]:
        got = weights_for_first(normalized, shares, model)
        rivals = normalized[(np.abs(model - normalized) >= 1e-9).any(axis=1)]
        expected = _nearest_of_few(shares, model - rivals, 1e-9)
        assert (got is None) == (expected is None)
        if got is not None:
            np.testing.assert_allclose(got, expected, atol=1e-9)
