"""The interval of the difference of two means, against scipy's."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from modelzoo.errors import ZooError
from modelzoo.statistics.welch import mean_difference


def test_interval_is_that_of_welchs_t_test() -> None:
    random = np.random.default_rng(0)
    first, second = random.normal(3, 1, 5), random.normal(1, 4, 9)
    difference, low, high = mean_difference(list(first), list(second), 0.9)
    expected = ttest_ind(first, second, equal_var=False).confidence_interval(0.9)
    assert (low, high) == pytest.approx((expected.low, expected.high))
    assert difference == pytest.approx(first.mean() - second.mean())


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert mean_difference([2.0, 2.0], [1.0, 1.0]) == (1.0, 1.0, 1.0)


def test_single_value_has_no_variance() -> None:
    with pytest.raises(ZooError, match="groups of 1 and 2 values"):
        mean_difference([1.0], [1.0, 2.0])
