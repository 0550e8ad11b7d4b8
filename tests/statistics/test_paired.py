"""Two classifiers on the same images: against published examples, statsmodels, scipy, and enumeration."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modelzoo.errors import ZooError
from modelzoo.statistics.intervals import wilson
from modelzoo.statistics.paired import (
    Paired,
    detectable_difference,
    difference_interval,
    images_needed,
    log_odds_difference,
    mcnemar,
    mid_p,
    paired_table,
)

CELLS = st.integers(0, 60)
TABLES = st.builds(Paired, CELLS, CELLS, CELLS, CELLS).filter(lambda table: table.images > 0)


def swapped(table: Paired) -> Paired:
    return Paired(table.both, table.only_second, table.only_first, table.neither)


def test_the_table_counts_who_was_right() -> None:
    first, second = np.array([1, 1, 1, 0, 0, 0], bool), np.array([1, 1, 0, 1, 0, 0], bool)
    assert paired_table(first, second) == Paired(2, 1, 1, 2)
    assert paired_table(first, second & False) == Paired(0, 3, 0, 3)


@pytest.mark.parametrize(("first", "second"), [(3, 4), (0, 0)])
def test_the_table_refuses_answers_to_other_images(first: int, second: int) -> None:
    with pytest.raises(ZooError, match="the same images, one at least"):
        paired_table(np.ones(first, bool), np.ones(second, bool))


def test_mcnemar_recomputes_the_example_of_fagerland_2013() -> None:
    """Fagerland, Lydersen & Laake (2013), table 1 (Bentur et al.): exact p = 0.0703, mid-p = 0.0391."""
    test = mcnemar(Paired(1, 1, 7, 12))
    assert (test.exact, test.mid) == (pytest.approx(0.0703, abs=5e-5), pytest.approx(0.0391, abs=5e-5))


def test_mcnemar_recomputes_the_example_of_armitage_and_berry() -> None:
    """Armitage & Berry (1994), p. 127, two media for tubercle bacilli: exact two-sided p = 0.0129."""
    assert mcnemar(Paired(20, 12, 2, 16)).exact == pytest.approx(0.0129, abs=5e-5)


@given(table=TABLES)
def test_mcnemar_is_scipys_binomial_test_and_the_mid_p_takes_half_of_the_observed(table: Paired) -> None:
    from scipy.stats import binom, binomtest

    assume(table.discordant)
    test = mcnemar(table)
    assert test.exact == pytest.approx(binomtest(table.only_first, table.discordant).pvalue)
    observed = float(binom.pmf(table.only_first, table.discordant, 0.5))
    if table.only_first != table.only_second:
        assert test.mid == pytest.approx(test.exact - observed)


@pytest.mark.parametrize("table", [Paired(50, 0, 0, 3), Paired(0, 3, 9, 0), Paired(900, 41, 60, 80)])
def test_mcnemars_exact_test_equals_statsmodels(table: Paired) -> None:
    from statsmodels.stats.contingency_tables import mcnemar as reference

    cells = [[table.both, table.only_first], [table.only_second, table.neither]]
    assert mcnemar(table).exact == pytest.approx(float(reference(cells, exact=True).pvalue))


@given(table=TABLES)
def test_swapping_the_two_mirrors_everything(table: Paired) -> None:
    other = swapped(table)
    low, high = difference_interval(table)
    assert difference_interval(other) == (-high, -low)
    assert mcnemar(other) == mcnemar(table)
    assert other.difference == -table.difference
    assert detectable_difference(other) == detectable_difference(table)


@given(both=CELLS, neither=CELLS, either=st.integers(0, 30))
def test_equal_counts_have_no_difference_and_a_mid_p_below_1(both: int, neither: int, either: int) -> None:
    assume(both + neither + either)
    table = Paired(both, either, either, neither)
    test = mcnemar(table)
    assert table.difference == 0
    probability = Fraction(comb(2 * either, either), 4**either)
    assert test.exact == pytest.approx(1)
    assert test.mid == pytest.approx(float(1 - probability / 2) if either else 1)
    if either == 0:
        _, most = wilson(0, table.images)
        assert difference_interval(table) == (-most, most)


@given(table=TABLES)
def test_the_mid_p_is_below_the_exact_one_and_both_are_probabilities(table: Paired) -> None:
    test = mcnemar(table)
    assert 0 < test.mid <= test.exact + 1e-12 <= 1 + 1e-12


def test_the_mid_p_stays_exact_where_it_is_tiny() -> None:
    assert mid_p(Paired(0, 0, 100, 0)) == pytest.approx(0.5**100, rel=1e-9)


@given(table=TABLES, confidence=st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_interval_holds_the_difference_and_stays_in_percent(table: Paired, confidence: float) -> None:
    low, high = difference_interval(table, confidence)
    assert -100 <= low <= table.difference + 100 / table.images
    assert table.difference - 100 / table.images <= high <= 100


@given(table=TABLES.filter(lambda table: table.discordant > 4))
def test_more_images_narrow_the_interval_and_show_smaller_differences(table: Paired) -> None:
    more = Paired(*(9 * cell for cell in (table.both, table.only_first, table.only_second, table.neither)))
    low, high = difference_interval(table)
    assert np.subtract(*difference_interval(more)[::-1]) < high - low
    found = detectable_difference(table)
    assert found is None or (detectable_difference(more) or 101) < found


def test_the_interval_is_the_quantile_of_all_resamples() -> None:
    """Every sample of 5 images drawn from 5 with replacement, listed one by one."""
    steps = np.array([1, 1, -1, 0, 0])
    differences = np.sort([sum(drawn) for drawn in product(steps, repeat=5)])
    table = Paired(1, 2, 1, 1)
    for confidence in (0.5, 0.8, 0.9, 0.95):
        tail = (1 - confidence) / 2
        low = differences[int(np.ceil(tail * len(differences))) - 1]
        high = differences[::-1][int(np.ceil(tail * len(differences))) - 1]
        assert difference_interval(table, confidence) == pytest.approx((20 * low, 20 * high))


def test_the_interval_is_that_of_multinomial_resamples() -> None:
    table = Paired(1200, 80, 60, 115)
    cells = np.array([table.both, table.only_first, table.only_second, table.neither])
    drawn = np.random.default_rng(0).multinomial(table.images, cells / table.images, size=200_000)
    ends = np.percentile(100 * (drawn[:, 1] - drawn[:, 2]) / table.images, [2.5, 97.5])
    assert difference_interval(table) == pytest.approx(ends, abs=100 / table.images + 1e-9)


def test_the_interval_is_that_of_scipys_paired_bootstrap() -> None:
    from scipy.stats import bootstrap

    table = Paired(300, 60, 30, 110)
    first = np.repeat([1, 1, 0, 0], [300, 60, 30, 110])
    second = np.repeat([1, 0, 1, 0], [300, 60, 30, 110])
    drawn = bootstrap(
        (first, second),
        lambda one, other, axis: 100 * (one.mean(axis=axis) - other.mean(axis=axis)),
        paired=True,
        vectorized=True,
        n_resamples=5_000,
        method="percentile",
        random_state=np.random.default_rng(0),
    ).confidence_interval
    assert difference_interval(table) == pytest.approx((drawn.low, drawn.high), abs=0.4)


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_the_interval_refuses_a_confidence_that_is_no_share(confidence: float) -> None:
    with pytest.raises(ZooError, match="expected a share between 0 and 1"):
        difference_interval(Paired(1, 1, 1, 1), confidence)


@given(images=st.integers(50, 20_000), discordant=st.floats(0.05, 0.6), alpha=st.sampled_from([0.05, 0.01, 0.1]))
def test_connors_sample_size_for_the_detectable_difference_is_the_number_of_images(
    images: int, discordant: float, alpha: float
) -> None:
    """Connor (1987), p. 209: n = (z_a sqrt(psi) + z_b sqrt(psi - d^2))^2 / d^2."""
    from scipy.stats import norm

    one = round(images * discordant / 2)
    table = Paired(images - 2 * one, one, one, 0)
    found = detectable_difference(table, alpha)
    assume(found is not None)
    share, difference = table.discordant / images, (found or 0) / 100
    needed = (norm.isf(alpha / 2) * share**0.5 + norm.ppf(0.8) * (share - difference**2) ** 0.5) ** 2 / difference**2
    assert needed == pytest.approx(images, rel=1e-6)


def test_the_published_sample_size_is_found_again() -> None:
    """The example that goes with Connor's formula: 45 against 5 % discordant, difference 40 points, takes 23 pairs."""
    found = {images: detectable_difference(Paired(images // 2, images // 2, 0, 0)) for images in (22, 24)}
    assert (found[22] or 0) > 40 > (found[24] or 0)


@pytest.mark.parametrize(("first", "second", "images"), [(45, 5, 23), (30, 15, 155)])
def test_the_published_number_of_images_is_found_again(first: int, second: int, images: int) -> None:
    """Two examples that go with Connor's formula: 45 against 5 % discordant, and 30 against 15 %."""
    table = Paired(20, first, second, 80 - first - second)
    assert images_needed(table) == images_needed(swapped(table)) == images


def test_no_number_of_images_finds_a_difference_of_0() -> None:
    assert images_needed(Paired(80, 7, 7, 6)) is None


@given(only_first=st.integers(20, 500), only_second=st.integers(20, 500), alpha=st.sampled_from([0.05, 0.001]))
def test_the_detectable_difference_of_the_images_needed_is_that_of_the_table(
    only_first: int, only_second: int, alpha: float
) -> None:
    table = Paired(500, only_first, only_second, 500)
    needed = images_needed(table, alpha)
    assume(needed is not None and needed > 500)
    times = (needed or 0) / table.images
    either = table.discordant * times / 2
    found = detectable_difference(Paired(round(1000 * times), round(either), round(either), 0), alpha)
    assume(found is not None)
    assert found == pytest.approx(abs(table.difference), rel=0.02)


@pytest.mark.parametrize(("only_first", "only_second", "alpha"), [(60, 40, 0.05), (25, 15, 0.05), (60, 40, 0.0005)])
def test_mcnemar_separates_the_two_on_the_images_needed_four_times_in_five(
    only_first: int, only_second: int, alpha: float
) -> None:
    table = Paired(1000 - only_first - only_second, only_first, only_second, 0)
    needed = images_needed(table, alpha)
    assert needed is not None
    shares = np.array([table.both, only_first, only_second]) / table.images
    drawn = np.random.default_rng(0).multinomial(needed, shares, 2000).tolist()
    found = [mid_p(Paired(both, first, second, 0)) <= alpha for both, first, second in drawn]
    assert np.mean(found) == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("images", [200, 800])
def test_mcnemar_finds_the_detectable_difference_four_times_in_five(images: int) -> None:
    """The power of the mid-p test itself, summed over all numbers of discordant images and how they fall."""
    either = images // 10
    found = (detectable_difference(Paired(images - 2 * either, either, either, 0)) or 0) / 100
    share = 2 * either / images
    up = (share + found) / 2 / share
    power = 0.0
    for discordant in range(images + 1):
        chance = np.exp(_log_binomial(images, discordant, share))
        if chance < 1e-7:
            continue
        rejected = [k for k in range(discordant + 1) if mid_p(Paired(0, k, discordant - k, 0)) <= 0.05]
        power += chance * sum(np.exp(_log_binomial(discordant, k, up)) for k in rejected)
    assert power == pytest.approx(0.8, abs=0.02)


def _log_binomial(of: int, k: int, chance: float) -> float:
    from math import log

    return log(comb(of, k)) + k * log(chance) + (of - k) * log(1 - chance)


@pytest.mark.parametrize("table", [Paired(50, 0, 0, 50), Paired(14_000, 3, 1, 546), Paired(1, 1, 0, 0)])
def test_where_too_few_images_are_discordant_no_difference_can_be_found(table: Paired) -> None:
    assert detectable_difference(table) is None


def test_the_mid_p_of_equal_counts_is_that_of_fagerland() -> None:
    # Fagerland, Lydersen & Laake (2013): 1 - P(b) / 2; of b = c = 3, 1 - 20 / 64 / 2.
    assert mid_p(Paired(9, 3, 3, 1)) == pytest.approx(0.84375, rel=1e-15)


@given(fewer=st.integers(0, 30), more=st.integers(0, 30))
def test_the_mid_p_is_that_of_exact_fractions(fewer: int, more: int) -> None:
    assume(fewer < more)
    table, count = Paired(1, fewer, more, 0), fewer + more
    below = sum(comb(count, index) for index in range(fewer))
    assert mid_p(table) == pytest.approx(float(Fraction(2 * below + comb(count, fewer), 2**count)), rel=1e-12)


@given(table=TABLES)
def test_the_difference_of_log_odds_mirrors_and_has_an_error(table: Paired) -> None:
    difference, error = log_odds_difference(table)
    mirrored, same_error = log_odds_difference(swapped(table))
    assert mirrored == pytest.approx(-difference)
    assert error == pytest.approx(same_error)
    assert 0 < error < np.inf


def test_the_error_of_the_difference_of_log_odds_is_that_of_simulated_tables() -> None:
    """Correlated classifiers: without their covariance the error would be 1.6 times too large."""
    shares, random = (0.75, 0.05, 0.10, 0.10), np.random.default_rng(0)
    drawn = [log_odds_difference(Paired(*map(int, row)))[0] for row in random.multinomial(2000, shares, 3000)]
    difference, error = log_odds_difference(Paired(1500, 100, 200, 200))
    assert difference == pytest.approx(np.log(0.8 / 0.2) - np.log(0.85 / 0.15), abs=0.01)
    assert error == pytest.approx(float(np.std(drawn)), rel=0.05)
