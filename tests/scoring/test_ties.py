"""Ranks and ties, held against a slow definition in plain Python."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.scoring.rounding import TOLERANCE
from modelzoo.scoring.ties import competition_ranks, possible_ranks


def ranks_of(scores: list[float], tolerance: float, names: list[str] | None = None) -> list[int]:
    """Each score's rank, in the order of the scores given."""
    order, ranks = competition_ranks(np.array(scores, dtype=float), tolerance, names)
    by_model = dict(zip(order.tolist(), ranks.tolist(), strict=True))
    return [by_model[model] for model in range(len(scores))]


def ranks_by_definition(scores: list[float], tolerance: float) -> list[int]:
    best_first = sorted(range(len(scores)), key=lambda model: -scores[model])
    ranks = [0] * len(scores)
    first = None
    for place, model in enumerate(best_first):
        if first is None or not scores[first] - scores[model] < tolerance:
            first = model
            ranks[model] = place + 1
        else:
            ranks[model] = ranks[first]
    return ranks


def test_tied_scores_share_a_rank_and_the_next_one_counts_them() -> None:
    assert ranks_of([1.0, 3.0, 3.0, 2.0], 1e-9) == [4, 1, 1, 3]


def test_a_difference_by_rounding_is_a_tie() -> None:
    assert 0.1 + 0.2 != 0.3
    assert ranks_of([0.3, 0.1 + 0.2, 0.2], TOLERANCE) == [1, 1, 3]


def test_a_difference_of_the_tolerance_is_none() -> None:
    assert ranks_of([1.0, 0.5], 0.5) == [1, 2]
    assert ranks_of([1.0, np.nextafter(0.5, 1)], 0.5) == [1, 1]


def test_a_chain_of_small_steps_ends_at_the_tolerance_from_its_first() -> None:
    assert ranks_of([1.0, 0.75, 0.5, 0.25, 0.0], 0.5) == [1, 1, 3, 3, 5]


def test_tied_models_stand_in_alphabetical_order() -> None:
    order, _ = competition_ranks(np.array([0.5, 1.0, 1.0, 1.0]), 1e-9, ["a", "d", "b", "c"])
    assert order.tolist() == [2, 3, 1, 0]


def test_without_names_tied_models_keep_their_order() -> None:
    order, _ = competition_ranks(np.array([1.0, 1.0 + 1e-15, 1.0]), 1e-9)
    assert order.tolist() == [0, 1, 2]


def test_no_scores_have_no_ranks() -> None:
    order, ranks = competition_ranks(np.empty(0), 1e-9)
    assert (order.tolist(), ranks.tolist()) == ([], [])


# Steps of a quarter against a tolerance of a half make chains common, and every difference exact.
@given(st.lists(st.integers(-12, 12).map(lambda step: step / 4), max_size=30))
def test_ranks_are_those_of_the_definition(scores: list[float]) -> None:
    assert ranks_of(scores, 0.5) == ranks_by_definition(scores, 0.5)


@given(st.lists(st.floats(0, 3), max_size=30), st.sampled_from([1e-9, 0.01, 0.3]))
def test_ranks_are_those_of_the_definition_for_any_scores(scores: list[float], tolerance: float) -> None:
    assert ranks_of(scores, tolerance) == ranks_by_definition(scores, tolerance)


@pytest.mark.parametrize("count", [1, 2, 100])
def test_all_equal_are_all_first(count: int) -> None:
    assert ranks_of([0.7] * count, 1e-9) == [1] * count


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=6))
def test_possible_ranks_are_those_of_all_corners(intervals: list[tuple[int, int]]) -> None:
    worst = np.array([low for low, _ in intervals], float)
    best = worst + [width for _, width in intervals]
    highest, lowest = possible_ranks(worst, best, 1e-9)
    seen = [set() for _ in intervals]  # type: list[set[int]]
    for scores in product(*zip(worst, best, strict=True)):
        for model, score in enumerate(scores):
            seen[model].add(1 + sum(other > score for other in scores))
    assert [(min(ranks), max(ranks)) for ranks in seen] == list(zip(highest, lowest, strict=True))
