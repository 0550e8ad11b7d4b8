"""The risk of short schedules: against exact values of its own model, and the drift against simulated races."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtr, stdtr

from modelzoo.racing.risk import Drift, overtake_risk, separation_probability, updated_drift
from modelzoo.statistics.paired import BoolArray, Paired, log_odds_difference

CELLS = st.integers(0, 300)
TABLES = st.builds(Paired, CELLS, CELLS, CELLS, CELLS).filter(lambda table: table.images > 20)
DRIFT = Drift(0.2, 7)
TABLE = Paired(800, 20, 40, 140)
# So many images that their sampling error hardly counts.
EXACT = Paired(8_000_000, 200_000, 400_000, 1_400_000)


def mirrored(table: Paired) -> Paired:
    return Paired(table.both, table.only_second, table.only_first, table.neither)


def test_without_longer_training_only_the_images_are_uncertain() -> None:
    difference, error = log_odds_difference(TABLE)
    assert overtake_risk([(TABLE, 0)], DRIFT) == pytest.approx(float(ndtr(difference / error)), abs=0.002)


@pytest.mark.parametrize("doublings", [1, 3])
def test_with_many_images_the_risk_of_one_candidate_is_students_tail(doublings: int) -> None:
    difference, _ = log_odds_difference(EXACT)
    expected = float(stdtr(7, difference / (0.2 * np.sqrt(doublings))))
    assert overtake_risk([(EXACT, doublings)], DRIFT) == pytest.approx(expected, abs=0.01)


def test_equal_candidates_share_the_winner() -> None:
    """Two candidates as good as the winner: each of three is best with the same probability, so the risk is 2 / 3."""
    equal = Paired(8_000_000, 200_000, 200_000, 1_600_000)
    assert overtake_risk([(equal, 2), (equal, 2)], DRIFT) == pytest.approx(2 / 3, abs=0.01)


def test_no_candidate_is_no_risk() -> None:
    assert overtake_risk([], DRIFT) == 0


@settings(max_examples=20)
@given(table=TABLES.filter(lambda table: table.difference < 0))
def test_longer_training_a_larger_drift_and_more_candidates_raise_the_risk(table: Paired) -> None:
    risks = [overtake_risk([(table, doublings)], DRIFT) for doublings in (1, 2, 4)]
    assert risks == pytest.approx(sorted(risks), abs=0.01)
    assert overtake_risk([(table, 1)], Drift(0.4, 7)) >= risks[0] - 0.01
    assert overtake_risk([(table, 1), (TABLE, 3)], DRIFT) >= risks[0] - 0.01


@given(table=TABLES, other=TABLES)
@settings(max_examples=20)
def test_the_order_of_the_candidates_does_not_matter(table: Paired, other: Paired) -> None:
    assert overtake_risk([(table, 1), (other, 1)], DRIFT) == overtake_risk([(other, 1), (table, 1)], DRIFT)


@given(table=TABLES)
def test_a_separation_is_as_likely_for_both_sides(table: Paired) -> None:
    expected = separation_probability(table, 1, DRIFT, 0.01)
    assert 0 < expected < 1
    assert separation_probability(mirrored(table), 1, DRIFT, 0.01) == pytest.approx(expected)


def test_a_separation_is_likely_with_a_large_drift_or_difference_and_rare_without() -> None:
    close, apart = Paired(900, 20, 21, 59), Paired(900, 5, 60, 35)
    assert separation_probability(close, 1, Drift(0.001, 50), 0.01) < 0.05
    assert separation_probability(close, 1, Drift(5.0, 7), 0.01) > 0.8
    assert separation_probability(apart, 1, Drift(0.001, 50), 0.01) > 0.9


def with_log_odds(values: np.ndarray, images: int = 1_000_000) -> dict[str, BoolArray]:
    return {str(index): np.arange(images) < images / (1 + np.exp(-value)) for index, value in enumerate(values)}


def test_the_drift_of_a_race_comes_from_the_spread_of_the_changes() -> None:
    """Changes of ±0.3 around a common gain have a variance of 0.09 · 4 / 3; a difference has twice of it."""
    start = np.array([1.0, 1.2, 1.4, 1.6])
    later = start + 0.5 + np.array([0.3, -0.3, 0.3, -0.3])
    drift = updated_drift([(1, with_log_odds(start)), (2, with_log_odds(later))], Drift(0.1, 7))
    assert drift.df == 10
    assert drift.scale**2 == pytest.approx((7 * 0.01 + 3 * 2 * 0.12) / 10, rel=1e-3)


def test_a_gap_of_two_doublings_counts_as_two() -> None:
    start, later = np.array([1.0, 1.0]), np.array([1.2, 1.6])
    once = updated_drift([(1, with_log_odds(start)), (2, with_log_odds(later))], Drift(1e-9, 1e-9))
    twice = updated_drift([(1, with_log_odds(start)), (4, with_log_odds(later))], Drift(1e-9, 1e-9))
    assert once.scale == pytest.approx(0.4, rel=1e-3)
    assert twice.scale == pytest.approx(0.4 / np.sqrt(2), rel=1e-3)


def test_without_two_common_candidates_the_prior_remains() -> None:
    rounds = [(1, with_log_odds(np.array([1.0, 2.0]), 99)), (2, with_log_odds(np.array([1.5]), 99))]
    assert updated_drift(rounds, DRIFT) == DRIFT
    assert updated_drift([], DRIFT) == DRIFT


def test_the_sampling_error_of_the_images_is_no_drift() -> None:
    """Without drift, 200 images alone spread the changes by 0.2; with drift it is found in spite of them."""
    random = np.random.default_rng(0)
    chances = 1 / (1 + np.exp(-1 - np.stack([np.zeros(300), random.normal(0, 0.4, 300)])))
    steady, moved = ({str(i): random.random(200) < p for i, p in enumerate(each)} for each in chances)
    again = {str(i): random.random(200) < p for i, p in enumerate(chances[0])}
    assert updated_drift([(1, steady), (2, again)], Drift(1.0, 1e-9)).scale < 0.1
    assert updated_drift([(1, steady), (2, moved)], Drift(1.0, 1e-9)).scale == pytest.approx(0.4 * np.sqrt(2), rel=0.15)
