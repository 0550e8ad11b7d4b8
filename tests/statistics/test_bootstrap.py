"""The interval of a series' mean."""

import numpy as np
import pytest

from modelzoo.errors import ZooError
from modelzoo.statistics.bootstrap import mean_interval


def autoregressive(rng: np.random.Generator, count: int, like_before: float) -> np.ndarray:
    noise = rng.normal(size=count + 100)
    series = np.zeros(count + 100)
    for place in range(1, len(series)):
        series[place] = like_before * series[place - 1] + noise[place]
    return series[100:]


def width(interval: tuple[float, float]) -> float:
    return interval[1] - interval[0]


def test_values_that_are_independent_have_the_interval_of_the_textbook() -> None:
    values = np.random.default_rng(3).normal(5.0, 2.0, 1000)
    low, high = mean_interval(values)
    half = 1.96 * values.std() / np.sqrt(1000)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.15 * half)


def test_correlated_values_have_a_wider_interval_than_the_same_ones_shuffled() -> None:
    rng = np.random.default_rng(4)
    values = autoregressive(rng, 1000, 0.9)
    assert width(mean_interval(values)) > 1.8 * width(mean_interval(rng.permutation(values)))


def test_the_interval_holds_the_mean_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    held = [low <= 0 <= high for low, high in (mean_interval(autoregressive(rng, 300, 0.4)) for _ in range(300))]
    assert 0.88 < np.mean(held) < 0.98


def test_every_value_counts_alike_also_at_the_ends() -> None:
    # An outlier at the end, or in the middle: in a circle both are drawn as often.
    last, middle = np.zeros(200), np.zeros(200)
    last[-1] = middle[100] = 1.0
    assert mean_interval(last) == pytest.approx(mean_interval(middle), abs=0.004)
    assert mean_interval(last)[1] > 1 / 200


def test_the_same_series_has_the_same_interval_and_another_seed_another() -> None:
    values = np.random.default_rng(6).normal(size=50)
    assert mean_interval(values) == mean_interval(list(values))
    assert mean_interval(values) != mean_interval(values, seed=1)


def test_equal_values_have_no_width() -> None:
    assert mean_interval([2.5] * 30) == pytest.approx((2.5, 2.5))


def test_one_value_has_no_interval() -> None:
    with pytest.raises(ZooError, match="two values at least, not 1"):
        mean_interval([1.0])
