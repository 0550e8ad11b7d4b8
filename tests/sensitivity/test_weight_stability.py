"""Weight stability intervals: worked by hand, and proved by moving a weight just inside and just outside."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.sensitivity.weight_stability import StabilityInterval, stability_intervals

MATRIX = st.integers(2, 4).flatmap(
    lambda columns: arrays(np.float64, st.tuples(st.integers(2, 6), st.just(columns)), elements=st.integers(0, 9))
)
WEIGHTS = st.lists(st.integers(0, 5), min_size=4, max_size=4)


def leader(normalized: np.ndarray, weights: np.ndarray) -> tuple[int, np.ndarray]:
    scores = normalized @ weights
    return int(np.argmax(scores)), scores


def test_the_ranges_of_three_models_worked_by_hand() -> None:
    # Leads over the second model: 4a - b; over the third: -2a + 5b.
    normalized = np.array([[5.0, 5.0], [1.0, 6.0], [7.0, 0.0]])
    assert stability_intervals(normalized, np.array([1.0, 1.0]), 0) == (
        StabilityInterval(0.25, 2.5, below=1, above=2),
        StabilityInterval(0.4, 4.0, below=2, above=1),
    )


def test_a_dominated_rival_ends_no_range() -> None:
    normalized = np.array([[5.0, 5.0], [5.0, 1.0], [0.0, 0.0]])
    free = StabilityInterval(0.0, float("inf"), below=None, above=None)
    assert stability_intervals(normalized, np.array([1.0, 2.0]), 0) == (free, free)


def test_a_tied_rival_ends_the_range_at_the_weight_itself_and_an_equal_one_does_not() -> None:
    normalized = np.array([[1.0, 3.0], [3.0, 1.0], [1.0, 3.0]])
    assert stability_intervals(normalized, np.array([2.0, 2.0]), 0) == (
        StabilityInterval(0.0, 2.0, below=None, above=1),
        StabilityInterval(2.0, float("inf"), below=1, above=None),
    )


def test_a_rival_tied_at_weight_0_leads_with_any_weight_above() -> None:
    normalized = np.array([[1.0, 0.0], [1.0, 1.0]])
    assert stability_intervals(normalized, np.array([1.0, 0.0]), 0)[1] == StabilityInterval(
        0.0, 0.0, below=None, above=1
    )
    assert stability_intervals(normalized, np.array([1.0, 0.0]), 1)[1].high == float("inf")


@given(MATRIX, WEIGHTS)
def test_the_winner_stays_just_inside_its_range_and_the_named_rival_leads_just_outside(
    normalized: np.ndarray, drawn: list[int]
) -> None:
    weights = np.array(drawn[: normalized.shape[1]], float)
    assume(weights.any())
    first, scores = leader(normalized, weights)
    assume(np.sum(scores > scores[first] - 1e-6) == 1)
    for column, interval in enumerate(stability_intervals(normalized, weights, first)):
        assert interval.low <= weights[column] <= interval.high
        for end, rival, outward in ((interval.low, interval.below, -1), (interval.high, interval.above, 1)):
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
