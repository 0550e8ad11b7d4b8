"""The ranking of many models: the scores, ranks and warnings that the definition gives, in any layout of the memory."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.errors import ZooError
from modelzoo.scoring.large import MANY, min_max_sum
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking
from modelzoo.scoring.ties import competition_ranks

BY = "a:2:max,b:min,c:max"
WEIGHTS = np.array([1.5, 0.75, 0.75])
SENSES = np.array([True, False, True])


def many(decimals: int = 16, count: int = MANY + 7, seed: int = 0) -> np.ndarray:
    return np.round(np.random.default_rng(seed).random((count, 3)), decimals)


def expected_scores(matrix: np.ndarray) -> np.ndarray:
    normalized = (matrix - matrix.min(axis=0)) / np.ptp(matrix, axis=0)
    return np.where(SENSES, normalized, 1 - normalized) @ WEIGHTS


def shown(ranking: Ranking) -> list[tuple[str, int]]:
    return list(zip(ranking.names, ranking.ranks.tolist(), strict=True))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("offset", [0.0, 1e9])
def test_many_models_are_ranked_by_the_definition(order: str, offset: float) -> None:
    matrix = np.array(many(3) + offset, order=order)
    ranking = rank(matrix, BY)
    scores = expected_scores(matrix)
    names = [f"model {row + 1}" for row in range(len(matrix))]
    best, ranks = competition_ranks(scores, 3e-9, names)
    assert shown(ranking) == [(names[row], place) for row, place in zip(best, ranks.tolist(), strict=True)]
    np.testing.assert_allclose(ranking.scores, scores[best], atol=1e-11)
    np.testing.assert_allclose(ranking.contributions.sum(axis=1), ranking.scores, atol=1e-11)


@pytest.mark.parametrize("top", [1, 3, 10, 2999])
@pytest.mark.parametrize("decimals", [1, 3, 16])
def test_the_best_few_of_many_are_those_of_the_whole(top: int, decimals: int) -> None:
    matrix = many(decimals, seed=top)
    whole, best = rank(matrix, BY), rank(matrix, BY, top=top)
    assert shown(best) == shown(whole)[:top]
    assert best.entries[:5] == whole.best(min(top, 5)).entries
    assert (best.ranked, best.warnings) == (whole.ranked, whole.warnings)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 60), st.just(3)), elements=st.integers(0, 2)),
    st.integers(1, 70),
)
def test_the_best_few_of_few_are_those_of_the_whole(matrix: np.ndarray, top: int) -> None:
    assert rank(matrix, BY, top=top).entries == rank(matrix, BY).entries[:top]


def test_spans_at_the_ends_of_the_floats_are_still_spans() -> None:
    matrix = np.tile([[-1.5e308, 0, 1], [1.5e308, 0, 1], [0, 5e-324, 1]], (MANY, 1))
    scores = rank(matrix, BY).scored.scores
    assert scores[:3].tolist() == pytest.approx([1.5, 3.0, 1.5])


def test_few_models_and_far_offsets_are_scored_by_the_normalized_matrix() -> None:
    bounds = np.zeros(3), np.ones(3)
    assert min_max_sum(many()[: MANY - 1], bounds, WEIGHTS, SENSES) is None
    assert min_max_sum(many() + 1e6, (bounds[0] + 1e6, bounds[1] + 1e6), WEIGHTS, SENSES) is None
    assert min_max_sum(many(), bounds, WEIGHTS, SENSES) is not None


@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_infinite_value_among_many_is_refused_by_row_and_column(value: float, order: str) -> None:
    matrix = np.array(many(), order=order)
    matrix[397, 1] = value
    with pytest.raises(ZooError, match=f"column 'b', row 397: {value}; expected a finite number"):
        rank(matrix, BY)


@pytest.mark.parametrize("count", [1, 3])
def test_many_scores_are_tied_within_a_billionth_of_each_criterion(count: int) -> None:
    for difference, expected in ((0.8e-9 * count, 1), (1.2e-9 * count, MANY - 1)):
        matrix = np.ones((MANY, count))
        matrix[0, 0] -= difference
        matrix[1] = 0
        ranking = rank(matrix, [f"c{column}:max" for column in range(count)])
        assert dict(shown(ranking))["model 1"] == expected


def test_missing_values_among_many_are_left_out() -> None:
    matrix = many()
    matrix[5, 0] = np.nan
    ranking = rank(matrix, BY)
    assert [(item.name, item.reason) for item in ranking.excluded] == [("model 6", "no value for a")]
    assert ranking.ranked == len(matrix) - 1
    assert set(ranking.names) == {f"model {row + 1}" for row in range(len(matrix)) if row != 5}


def test_a_crowd_among_many_is_warned_of_with_its_exact_count() -> None:
    matrix = many()
    matrix[: int(0.6 * len(matrix)), 0] *= 0.05
    (warning,) = rank(matrix, BY).warnings
    count = int((np.sort(matrix[:, 0]) < 0.1).sum())
    assert warning.startswith("a separates few models: ")
    assert abs(int(warning.split()[4]) - count) < 0.01 * len(matrix)


@pytest.mark.parametrize("index", [None, [f"Net {row}" for row in range(MANY + 7)]])
def test_a_frame_is_ranked_as_its_matrix(index: list[str] | None) -> None:
    matrix = many()
    ranking = rank(pd.DataFrame(matrix, columns=list("abc"), index=index), BY, top=20)
    plain = rank(matrix, BY, names=index or [str(row) for row in range(len(matrix))], top=20)
    assert shown(ranking) == shown(plain)
    np.testing.assert_allclose(ranking.scores, plain.scores, rtol=1e-14)
