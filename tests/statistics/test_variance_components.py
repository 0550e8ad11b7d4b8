"""Recipes with several seeds: against textbook tests where these apply, and by simulation."""

import numpy as np
import numpy.typing as npt
import pytest

from modelzoo.errors import ZooError
from modelzoo.statistics.variance_components import compare_seeds, win_probability


def simulated(
    random: np.random.Generator, images: int, *, seeds: int, shift: float = 0.0
) -> list[npt.NDArray[np.bool_]]:
    """Two recipes on the same images: images differ in difficulty, more so for one recipe, and seeds in skill."""
    difficulty = random.normal(0, 1.2, images)
    return [
        2 + move + random.normal(0, 0.1, (seeds, 1)) + difficulty + random.normal(0, 0.5, images)
        + random.normal(0, 1, (seeds, images)) > 0
        for move in (0.0, shift)
    ]  # fmt: skip


@pytest.mark.slow
def test_equal_recipes_are_told_apart_no_more_often_than_the_level() -> None:
    random = np.random.default_rng(1)
    tests = [compare_seeds(*simulated(random, 400, seeds=3)) for _ in range(2000)]
    rejected = np.mean([test.p < 0.05 for test in tests])
    # Sampling error of the share itself: 0.005.
    assert 0.03 < rejected < 0.065
    assert rejected == np.mean([not test.low <= 0 <= test.high for test in tests])


def test_the_interval_agrees_with_its_p_value_and_mirrors() -> None:
    first, second = simulated(np.random.default_rng(2), 500, seeds=4, shift=0.6)
    one, other = compare_seeds(first, second), compare_seeds(second, first)
    assert (other.difference, other.low, other.high) == pytest.approx((-one.difference, -one.high, -one.low))
    assert other.p == pytest.approx(one.p)
    assert (one.p < 0.05) == (one.high < 0)


def test_where_only_seeds_differ_it_is_welchs_t_test() -> None:
    """Every image is answered alike by chance alone: with no variance of images left, the seeds' accuracies count."""
    from scipy.stats import ttest_ind

    random = np.random.default_rng(3)
    skills = [np.array([[0.70], [0.74], [0.79]]), np.array([[0.60], [0.71], [0.66], [0.62]])]
    first, second = (random.random((len(skill), 4000)) < skill for skill in skills)
    welch = ttest_ind(first.mean(axis=1), second.mean(axis=1), equal_var=False)
    test = compare_seeds(first, second)
    assert test.p == pytest.approx(welch.pvalue, rel=0.1)
    low, high = welch.confidence_interval()
    assert (test.low, test.high) == pytest.approx((100 * low, 100 * high), abs=0.5)


def test_where_the_seeds_agree_in_everything_it_is_the_paired_t_test_over_images() -> None:
    from scipy.stats import ttest_rel

    random = np.random.default_rng(4)
    first, second = random.random(300) < 0.8, random.random(300) < 0.7
    test = compare_seeds(np.stack([first, first]), np.stack([second, second]))
    assert test.p == pytest.approx(ttest_rel(first.astype(float), second.astype(float)).pvalue)


def test_more_images_and_seeds_narrow_the_interval() -> None:
    def width(images: int, seeds: int) -> float:
        random = np.random.default_rng(5)
        tests = [compare_seeds(*simulated(random, images, seeds=seeds)) for _ in range(30)]
        return float(np.mean([test.high - test.low for test in tests]))

    assert width(2000, 3) < width(400, 3)
    assert width(2000, 8) < width(2000, 3)


def test_equal_answers_have_no_difference_and_p_1() -> None:
    answers = np.ones((2, 50), bool)
    test = compare_seeds(answers, answers)
    assert (test.difference, test.low, test.high, test.p, test.detectable) == (0, 0, 0, 1, 0)


def test_one_seed_cannot_say_how_seeds_differ() -> None:
    with pytest.raises(ZooError, match="expected two seeds each"):
        compare_seeds(np.ones((1, 5), bool), np.ones((2, 5), bool))


@pytest.mark.slow
def test_the_detectable_difference_is_found_four_times_in_five() -> None:
    from scipy.stats import norm

    random = np.random.default_rng(6)
    tests = [compare_seeds(*simulated(random, 2000, seeds=5, shift=0.25)) for _ in range(600)]
    found = np.mean([test.p < 0.05 for test in tests])
    difference = abs(np.mean([test.difference for test in tests]))
    detectable = np.mean([test.detectable for test in tests])
    # The power at a difference r times the detectable one, by the normal approximation.
    expected = norm.cdf(difference / detectable * (1.96 + 0.8416) - 1.96)
    assert found == pytest.approx(expected, abs=0.08)


@pytest.mark.parametrize(
    ("first", "second", "share"),
    [([3, 4], [1, 2], 1), ([1, 2], [3, 4], 0), ([1, 3], [2, 2], 0.5), ([1, 2], [1, 2], 0.5), ([2, 4, 6], [3], 2 / 3)],
)
def test_the_chance_to_win_is_the_share_of_pairs(first: list[float], second: list[float], share: float) -> None:
    chance, low, high = win_probability(np.array(first, float), np.array(second, float))
    assert chance == pytest.approx(share)
    assert 0 <= low <= chance <= high <= 1
    assert high - low > 0.3
    assert win_probability(np.array(second, float), np.array(first, float)) == pytest.approx(
        (1 - share, 1 - high, 1 - low)
    )


def test_the_chance_to_win_is_mann_and_whitneys_u() -> None:
    from scipy.stats import mannwhitneyu

    random = np.random.default_rng(7)
    first, second = random.normal(0.5, 1, 9), random.normal(0, 1, 7)
    assert win_probability(first, second)[0] == pytest.approx(mannwhitneyu(first, second).statistic / 63)


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [3, 5, 10])
def test_the_interval_of_the_chance_to_win_holds_it_as_often_as_it_says(seeds: int) -> None:
    from scipy.stats import norm

    random = np.random.default_rng(8)
    truth = norm.cdf(1 / 2**0.5)
    intervals = [win_probability(random.normal(1, 1, seeds), random.normal(0, 1, seeds)) for _ in range(1000)]
    assert np.mean([low <= truth <= high for _, low, high in intervals]) > 0.93


@pytest.mark.parametrize("seeds", [3, 5, 6, 7])
def test_rounding_is_no_variance(seeds: int) -> None:
    # Each seed has the same accuracy and each image the same share of seeds: nothing varies.
    square = np.eye(seeds, dtype=bool)
    equal, worse = compare_seeds(square, square[::-1]), compare_seeds(square, ~square)
    assert (equal.p, equal.low, equal.high) == (1, equal.difference, equal.difference)
    assert (worse.p, worse.low, worse.high) == (0, worse.difference, worse.difference)
    assert worse.difference == pytest.approx(100 * (2 / seeds - 1))
