"""SMAA: examples worked by hand, a plain definition, and properties."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.sensitivity import smaa as module
from modelzoo.sensitivity.smaa import Smaa, confidence, smaa
from modelzoo.sensitivity.weight_constraints import parse_constraints
from modelzoo.sensitivity.weight_space import draw, unconstrained

MATRIX = st.integers(1, 4).flatmap(
    lambda columns: arrays(np.float64, st.tuples(st.integers(1, 6), st.just(columns)), elements=st.integers(0, 4))
)


def indices_of(*arguments: Any, **options: Any) -> Smaa:
    """Compute the indices with all ranks, and check that shares of rank 1 and mean ranks agree with them."""
    indices = smaa(*arguments, rank_shares=True, **options)
    assert indices.rank_shares is not None
    assert indices.first == pytest.approx(indices.rank_shares[:, 0])
    assert indices.mean_rank == pytest.approx(indices.rank_shares @ np.arange(1.0, len(indices.first) + 1))
    return indices


def plainly(normalized: np.ndarray, weightings: np.ndarray) -> np.ndarray:
    """Rank acceptabilities by the definition: one weighting, one model at a time."""
    counts = np.zeros((len(normalized), len(normalized)))
    for weights in weightings:
        scores = normalized @ weights
        for model, score in enumerate(scores):
            counts[model, np.sum(scores >= score + 1e-9)] += 1
    return counts / len(weightings)


# --- worked by hand


def test_two_criteria_are_solved_exactly() -> None:
    # With weight w on the first criterion: w, 1 - w, 0.6. The third is first for w from 0.4 to 0.6.
    indices = indices_of(np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]]))
    assert indices.exact
    assert indices.rank_shares == pytest.approx(np.array([[0.4, 0.1, 0.5], [0.4, 0.1, 0.5], [0.2, 0.8, 0.0]]))
    assert indices.central == pytest.approx(np.array([[0.8, 0.2], [0.2, 0.8], [0.5, 0.5]]))
    assert not indices.standard_error.any()


def test_two_criteria_in_order_or_ranges_are_solved_exactly() -> None:
    normalized = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]])
    ordered = indices_of(normalized, parse_constraints(["a", "b"], "a > b"))
    assert ordered.rank_shares[:, 0] == pytest.approx([0.8, 0.0, 0.2])
    backward = indices_of(normalized, parse_constraints(["a", "b"], "b > a"))
    assert backward.rank_shares[:, 0] == pytest.approx([0.0, 0.8, 0.2])
    ranged = indices_of(normalized, parse_constraints(["a", "b"], "", "a:0.5:0.9,b:0.2:"))
    assert ranged.rank_shares[:, 0] == pytest.approx([2 / 3, 0.0, 1 / 3])


def test_three_models_best_at_one_criterion_each_share_the_simplex() -> None:
    indices = indices_of(np.eye(3))
    assert indices.rank_shares == pytest.approx(np.full((3, 3), 1 / 3), abs=0.01)
    # The part of the triangle where a is the heaviest has its centroid at 11/18.
    assert indices.central[0] == pytest.approx([11 / 18, 3.5 / 18, 3.5 / 18], abs=0.005)
    assert indices.mean_rank == pytest.approx([2, 2, 2], abs=0.02)


def test_in_order_of_importance_the_best_at_the_most_important_is_always_first() -> None:
    indices = indices_of(np.eye(3), parse_constraints(["a", "b", "c"], "b > c > a"))
    assert indices.rank_shares.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    assert np.isnan(indices.central[[0, 2]]).all()


def test_one_criterion_has_one_ranking() -> None:
    indices = indices_of(np.array([[1.0], [3.0], [3.0], [0.0]]))
    assert indices.exact
    assert indices.rank_shares.argmax(axis=1).tolist() == [2, 0, 0, 3]


# --- against the definition


@given(MATRIX, st.integers(0, 5))
def test_shares_are_those_of_the_plain_definition(normalized: np.ndarray, seed: int) -> None:
    indices = indices_of(normalized, samples=40, seed=seed)
    if indices.exact:
        return
    weightings = draw(unconstrained(normalized.shape[1]), 40, np.random.default_rng(seed))
    assert indices.rank_shares == pytest.approx(plainly(normalized, weightings))


@given(arrays(np.float64, st.tuples(st.integers(1, 5), st.just(2)), elements=st.integers(0, 9)))
def test_the_exact_shares_are_those_of_a_fine_comb(normalized: np.ndarray) -> None:
    comb = (np.arange(200) + 0.5123) / 200.5
    indices = indices_of(normalized)
    expected = plainly(normalized, np.column_stack([comb, 1 - comb]))
    assert indices.rank_shares == pytest.approx(expected, abs=0.03)


def test_the_shares_come_in_the_same_whatever_the_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    normalized = np.random.default_rng(5).random((7, 3))
    whole = indices_of(normalized, samples=20_000)
    monkeypatch.setattr(module, "_SCORES", 100)
    parts = indices_of(normalized, samples=20_000)
    assert np.array_equal(whole.rank_shares, parts.rank_shares)
    assert whole.central == pytest.approx(parts.central, nan_ok=True)


def test_mean_ranks_of_many_models_are_those_of_the_first_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    normalized = np.random.default_rng(5).random((50, 3))
    whole = smaa(normalized, samples=20_000)
    assert (whole.samples, whole.rank_samples, whole.rank_shares) == (20_000, 20_000, None)
    monkeypatch.setattr(module, "_RANKED_SCORES", 50 * 9000)
    part = smaa(normalized, samples=20_000)
    assert (part.samples, part.rank_samples) == (20_000, 9000)
    assert np.array_equal(part.first, whole.first)
    weights = np.concatenate([block for block, _ in module._draw_batches(unconstrained(3), 20_000, 0)])[:9000]
    ranks = (-weights @ normalized.T).argsort(axis=1).argsort(axis=1) + 1
    assert part.mean_rank == pytest.approx(ranks.mean(axis=0))
    assert np.abs(part.mean_rank - whole.mean_rank).max() > 0
    assert smaa(normalized, samples=20_000, rank_shares=True).rank_samples == 20_000


@pytest.mark.parametrize("criteria", [2, 3])
def test_sums_of_ranks_give_the_mean_ranks_that_counts_give(criteria: int, monkeypatch: pytest.MonkeyPatch) -> None:
    normalized = np.random.default_rng(5).integers(0, 4, (9, criteria)).astype(float)
    by_counts = smaa(normalized, samples=2000)
    monkeypatch.setattr(module, "_SCORES", 1)
    by_sums = smaa(normalized, samples=2000)
    assert by_sums.mean_rank == pytest.approx(by_counts.mean_rank)
    assert by_sums.first == pytest.approx(by_counts.first)


def test_memory_does_not_grow_with_the_weightings() -> None:
    normalized, peaks = np.random.default_rng(5).random((8, 3)), []
    for samples in (40_000, 200_000):
        tracemalloc.start()
        indices_of(normalized, samples=samples)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0] < 8e6


# --- what must hold


@given(MATRIX, st.integers(0, 3))
def test_shares_sum_to_1_and_a_dominated_model_is_never_first(normalized: np.ndarray, seed: int) -> None:
    indices = indices_of(normalized, samples=200, seed=seed)
    assert indices.rank_shares.sum(axis=1) == pytest.approx(1)
    distinct = len(np.unique(normalized, axis=0)) == len(normalized)
    if distinct:
        assert indices.rank_shares.sum(axis=0) == pytest.approx(1)
    for model, row in enumerate(normalized):
        dominated = ((normalized >= row).all(axis=1) & (normalized > row).any(axis=1)).any()
        assert not dominated or indices.rank_shares[model, 0] == 0
        assert np.isnan(indices.central[model]).all() == (indices.rank_shares[model, 0] == 0)


@given(MATRIX, st.integers(0, 3))
def test_a_model_is_first_by_its_central_weights(normalized: np.ndarray, seed: int) -> None:
    indices = indices_of(normalized, samples=200, seed=seed)
    for model, central in enumerate(indices.central):
        if not np.isnan(central).any():
            assert central.sum() == pytest.approx(1)
            assert normalized[model] @ central >= (normalized @ central).max() - 1e-9


@given(MATRIX, st.randoms(use_true_random=False))
def test_the_order_of_the_models_changes_nothing(normalized: np.ndarray, random: object) -> None:
    rows = list(range(len(normalized)))
    random.shuffle(rows)  # type: ignore[attr-defined]
    straight, shuffled = indices_of(normalized, samples=100), indices_of(normalized[rows], samples=100)
    assert shuffled.rank_shares == pytest.approx(straight.rank_shares[rows])


def test_equal_models_share_their_ranks() -> None:
    indices = indices_of(np.array([[1.0, 0, 0], [0.1 + 0.2, 0, 1], [0.3, 0, 1], [0, 0, 0]]), samples=500)
    assert indices.rank_shares[1].tolist() == indices.rank_shares[2].tolist()
    assert indices.rank_shares[:, 0].sum() > 1
    assert indices.rank_shares[3].tolist() == [0, 0, 0, 1]
    # Where the first model is behind the equal two, it is third.
    assert indices.rank_shares[0, 1] == 0
    assert indices.rank_shares[0, 2] == indices.rank_shares[1, 0]


def test_a_seed_gives_the_same_and_another_one_something_within_the_error() -> None:
    normalized = np.random.default_rng(0).random((6, 3))
    one, same, other = (indices_of(normalized, samples=20_000, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.rank_shares, same.rank_shares)
    assert not np.array_equal(one.rank_shares, other.rank_shares)
    error = np.hypot(one.standard_error, other.standard_error)
    assert (np.abs(one.first - other.first) <= 4.5 * error + 1e-12).all()


# --- confidence


def test_confidence_is_1_where_figures_are_exact_and_none_without_central_weights() -> None:
    normalized = np.array([[1.0, 0.0], [0.0, 1.0], [0.1, 0.1]])
    assert confidence(normalized, normalized, indices_of(normalized).central).tolist()[:2] == [1.0, 1.0]
    assert np.isnan(confidence(normalized, normalized, indices_of(normalized).central)[2])


def test_confidence_of_two_models_alike_is_a_half() -> None:
    low, high = np.array([[0.4], [0.4]]), np.array([[0.6], [0.6]])
    assert confidence(low, high, np.ones((2, 1))) == pytest.approx([0.5, 0.5], abs=0.04)


def test_confidence_is_the_share_of_draws_in_which_the_model_leads_all() -> None:
    random = np.random.default_rng(3)
    lower = random.random((30, 3))
    upper = lower + 0.1 * random.random((30, 3))
    central = random.dirichlet(np.ones(3), 30)
    central[::3] = np.nan
    got = confidence(lower, upper, central, seed=5)
    draws, firsts = np.random.default_rng(5), np.zeros(30)
    for _ in range(2000):
        scores = central @ (lower + (upper - lower) * draws.random((30, 3))).T
        firsts += np.diag(scores) > scores.max(axis=1) - 1e-9
    np.testing.assert_allclose(got, np.where(np.isnan(central[:, 0]), np.nan, firsts / 2000))
