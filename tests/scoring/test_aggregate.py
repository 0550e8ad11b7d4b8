"""From normalized criteria and weights to scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.errors import ZooError
from modelzoo.scoring.aggregate import METHODS, rescale, weighted_sum

WEIGHTS = st.lists(st.floats(0, 1e300), min_size=1, max_size=6).filter(any)


@given(st.integers(1, 8), st.floats(1e-300, 1e300))
def test_equal_weights_become_1_each(count: int, weight: float) -> None:
    assert rescale(np.full(count, weight)).tolist() == pytest.approx([1.0] * count)


@given(WEIGHTS)
def test_weights_sum_to_their_number_in_the_proportions_given(weights: list[float]) -> None:
    got = rescale(np.array(weights))
    assert got.sum() == pytest.approx(len(weights))
    np.testing.assert_allclose(got / got.max(), np.array(weights) / max(weights), atol=1e-300)


@pytest.mark.parametrize("scale", [1e-300, 0.1, 3.0, 1e300])
def test_the_scale_of_the_weights_moves_nothing(scale: float) -> None:
    np.testing.assert_allclose(rescale(np.array([2.0, 1.0, 1.0]) * scale), [1.5, 0.75, 0.75])


@pytest.mark.parametrize(
    ("weights", "said"),
    [([0.0, 0.0], "0, 0"), ([1.0, -2.0], "1, -2"), ([1.0, np.nan], "1, nan"), ([np.inf, 1.0], "inf, 1")],
)
def test_weights_that_weigh_nothing_are_refused(weights: list[float], said: str) -> None:
    with pytest.raises(ZooError, match=f"weights are {said}; expected finite numbers, none negative, one above 0"):
        rescale(np.array(weights))


def test_a_score_is_the_sum_of_weight_times_value() -> None:
    got = weighted_sum(np.array([[1.0, 0.5], [0.0, 1.0]]), np.array([1.5, 0.5]))
    assert got.tolist() == [1.75, 0.5]


def test_profiles_can_name_the_sum() -> None:
    assert METHODS["sum"] is weighted_sum
