"""The ranking of a plain matrix as arrays: the same as with names, whatever the memory looks like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from modelzoo.errors import ZooError
from modelzoo.scoring.arrays import rank_matrix
from modelzoo.scoring.rank import rank

WEIGHTS = np.array([2.0, 1.0, 1.0])
SENSES = np.array([True, False, True])


@given(
    arrays(np.float64, st.tuples(st.integers(1, 300), st.just(3)), elements=st.integers(0, 9)),
    st.sampled_from(["C", "F"]),
    st.sampled_from([0.0, 1e9]),
)
def test_it_is_the_ranking_with_names(matrix: np.ndarray, layout: str, offset: float) -> None:
    matrix = np.array(matrix + offset, order=layout)
    order, ranks, scores = rank_matrix(matrix, WEIGHTS, SENSES)
    names = [f"m{row:03}" for row in range(len(matrix))]
    entries = rank(matrix, by="a:2:max,b:min,c:max", names=names).entries
    assert [(entry.slug, entry.rank) for entry in entries] == [
        (names[row], place) for row, place in zip(order, ranks, strict=True)
    ]
    np.testing.assert_allclose([entry.score for entry in entries], scores[order], atol=1e-11)


@given(
    arrays(np.float64, st.tuples(st.integers(1, 60), st.just(3)), elements=st.integers(0, 2)),
    st.integers(1, 70),
)
def test_the_best_few_are_those_of_the_whole(matrix: np.ndarray, top: int) -> None:
    order, ranks, _ = rank_matrix(matrix, WEIGHTS, SENSES)
    best, best_ranks, _ = rank_matrix(matrix, WEIGHTS, SENSES, top=top)
    assert (best.tolist(), best_ranks.tolist()) == (order[:top].tolist(), ranks[:top].tolist())


@pytest.mark.parametrize("top", [1, 3, 10, 2999])
@pytest.mark.parametrize("decimals", [1, 3, 16])
def test_the_best_few_of_many_are_those_of_the_whole_too(top: int, decimals: int) -> None:
    matrix = np.round(np.random.default_rng(top).random((3000, 3)), decimals)
    order, ranks, _ = rank_matrix(matrix, WEIGHTS, SENSES)
    best, best_ranks, _ = rank_matrix(matrix, WEIGHTS, SENSES, top=top)
    assert (best.tolist(), best_ranks.tolist()) == (order[:top].tolist(), ranks[:top].tolist())


def test_spans_at_the_ends_of_the_floats_are_still_spans() -> None:
    matrix = np.array([[-1.5e308, 0, 1], [1.5e308, 0, 1], [0, 5e-324, 1]])
    assert rank_matrix(matrix, WEIGHTS, SENSES)[2].tolist() == pytest.approx([1.5, 3.0, 1.5])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused_by_row_and_column(value: float) -> None:
    matrix = np.random.default_rng(0).random((500, 3))
    matrix[397, 1] = value
    for layout in ("C", "F"):
        with pytest.raises(ZooError, match=f"row 397, column 1: {value}; expected a finite number"):
            rank_matrix(np.array(matrix, order=layout), WEIGHTS, SENSES)


@pytest.mark.parametrize("shape", [(3,), (4, 2), (0, 3)])
def test_a_matrix_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ZooError, match=r"expected .n_models, n_criteria., one model at least"):
        rank_matrix(np.ones(shape), WEIGHTS, SENSES)


def test_a_top_of_none_is_refused() -> None:
    with pytest.raises(ZooError, match="top is 0; expected 1 or more"):
        rank_matrix(np.ones((2, 3)), WEIGHTS, SENSES, top=0)
