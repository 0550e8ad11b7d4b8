"""The risk of short schedules: against simulations of its own model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, stdtr

from modelzoo.racing.risk import Drift, any_of, overtake_probability, separation_probability, updated_drift
from modelzoo.statistics.paired import BoolArray, Paired, log_odds_difference

CELLS = st.integers(0, 300)
TABLES = st.builds(Paired, CELLS, CELLS, CELLS, CELLS).filter(lambda table: table.images > 20)
DRIFT = Drift(0.2, 7)


def test_without_longer_training_only_the_images_are_uncertain() -> None:
    table = Paired(800, 20, 40, 140)
    difference, error = log_odds_difference(table)
    assert overtake_probability(table, 0, DRIFT) == pytest.approx(float(ndtr(difference / error)))


def test_with_many_images_the_risk_is_students_tail() -> None:
    table = Paired(8_000_000, 200_000, 400_000, 1_400_000)
    difference, _ = log_odds_difference(table)
    expected = stdtr(7, difference / (0.2 * np.sqrt(3)))
    assert overtake_probability(table, 3, DRIFT) == pytest.approx(float(expected), rel=0.01)


def test_the_risk_agrees_with_a_simulation_of_the_model() -> None:
    table, random = Paired(800, 20, 40, 140), np.random.default_rng(0)
    difference, error = log_odds_difference(table)
    walk = 0.2 * np.sqrt(2) * random.standard_t(7, 400_000) + error * random.standard_normal(400_000)
    assert overtake_probability(table, 2, DRIFT) == pytest.approx(float((difference + walk > 0).mean()), abs=0.005)


@given(table=TABLES, doublings=st.integers(0, 6))
def test_the_risks_of_both_sides_add_up_to_1(table: Paired, doublings: int) -> None:
    mirrored = Paired(table.both, table.only_second, table.only_first, table.neither)
    both = overtake_probability(table, doublings, DRIFT) + overtake_probability(mirrored, doublings, DRIFT)
    assert both == pytest.approx(1)
    assert separation_probability(table, 1, DRIFT, 0.01) == pytest.approx(
        separation_probability(mirrored, 1, DRIFT, 0.01)
    )


@given(table=TABLES.filter(lambda table: table.difference < 0))
def test_longer_training_and_a_larger_drift_raise_the_risk_of_the_worse_one(table: Paired) -> None:
    risks = [overtake_probability(table, doublings, DRIFT) for doublings in (0, 1, 2, 3)]
    assert risks == sorted(risks)
    assert overtake_probability(table, 1, Drift(0.4, 7)) >= risks[1]


def test_a_separation_is_likely_with_a_large_drift_or_difference_and_rare_without() -> None:
    close, apart = Paired(900, 20, 21, 59), Paired(900, 5, 60, 35)
    assert separation_probability(close, 1, Drift(0.001, 7), 0.01) < 1e-6
    assert separation_probability(close, 1, Drift(5.0, 7), 0.01) > 0.8
    assert separation_probability(apart, 1, Drift(0.001, 7), 0.01) > 0.99


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
    rounds = [(1, with_log_odds(np.array([1.0, 2.0]))), (2, with_log_odds(np.array([1.5])))]
    assert updated_drift(rounds, DRIFT) == DRIFT
    assert updated_drift([], DRIFT) == DRIFT


def test_the_simulated_drift_is_recovered() -> None:
    random = np.random.default_rng(0)
    walk = np.cumsum(random.normal(0, 0.15, (6, 200)), axis=0) + 1
    rounds = [(2**index, with_log_odds(values, 10_000)) for index, values in enumerate(walk)]
    assert updated_drift(rounds, Drift(1.0, 1e-9)).scale == pytest.approx(0.15 * np.sqrt(2), rel=0.05)


def test_any_of_several_is_one_minus_none() -> None:
    assert any_of([]) == 0
    assert any_of([0.1, 0.2]) == pytest.approx(0.28)
