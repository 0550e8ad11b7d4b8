"""The default ranking of a plain matrix of any size, without names, as arrays: min-max, weighted sum, ranks."""

import numpy as np
from numpy.typing import NDArray

from modelzoo.errors import ZooError
from modelzoo.scoring.aggregate import weighted_sum
from modelzoo.scoring.normalize import METHODS
from modelzoo.scoring.senses import BoolArray, FloatArray
from modelzoo.scoring.ties import TOLERANCE, competition_ranks
from modelzoo.scoring.weights import rescale

# Rows that are compared side by side when bounds are looked for, so that numpy runs along the memory.
_FOLD = 64
# How many times its span a column may lie from 0: the scores then lose less than a thousandth of the tolerance.
_FAR = 1e3


def rank_matrix(
    matrix: FloatArray, weights: FloatArray, maximize: BoolArray, *, top: int | None = None
) -> tuple[NDArray[np.intp], NDArray[np.int64], FloatArray]:
    """The rows from best to worst, their ranks, and every row's score, as `rank` gives them for the same figures.

    It takes two passes over the matrix, one for the bounds and one for the scores, and a sort of the scores; with
    `top`, a partition in place of the sort.

    Parameters
    ----------
    matrix : (n_models, n_criteria), finite
    weights : (n_criteria,), of any scale
    maximize : (n_criteria,), False where smaller is better
    top : only the best so many

    Returns
    -------
    order, ranks : as `competition_ranks` gives them
    scores : (n_models,), sums of weight times value between 0 and 1, the weights summing to their number

    Raises
    ------
    ZooError
        If a figure is missing or infinite; it names row and column.
    """
    if top is not None and top < 1:
        raise ZooError(f"top is {top}; expected 1 or more")
    if matrix.ndim != 2 or matrix.shape[1] != len(weights) or len(weights) != len(maximize) or not len(matrix):
        raise ZooError(
            f"the matrix has shape {matrix.shape}, with {len(weights)} weights and {len(maximize)} senses; expected "
            "(n_models, n_criteria), one model at least, and a weight and a sense for each criterion"
        )
    scores = min_max_sum(matrix, rescale(weights), maximize)
    order, ranks = competition_ranks(scores, TOLERANCE * len(weights), top=top)
    return order, ranks, scores


def min_max_sum(matrix: FloatArray, weights: FloatArray, maximize: BoolArray) -> FloatArray:
    """Each row's weighted sum of its min-max normalized values, without the normalized matrix in between.

    Parameters
    ----------
    matrix : (n_models, n_criteria), finite, one row at least
    weights : (n_criteria,)
    maximize : (n_criteria,), False where smaller is better
    """
    low, high = _ends(matrix)
    _refuse_not_finite(matrix, low, high)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        spans = high - low
        # A far offset would leave few digits of the difference; so would a span that overflows leave none.
        near = bool((np.maximum(np.abs(low), np.abs(high)) < _FAR * spans).all()) and np.isfinite(spans).all()
    if not near:
        normalized = METHODS["min-max"](matrix, np.stack([low, high]), maximize)
        return weighted_sum(normalized, weights)
    factors = np.where(maximize, weights, -weights) / spans
    scores: FloatArray = matrix @ factors
    scores -= np.where(maximize, low, high) @ factors
    return scores


def _ends(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The least and the greatest value of each column; NaN in both where the column has one."""
    if not matrix.flags.c_contiguous or len(matrix) < 2 * _FOLD:
        return matrix.min(axis=0), matrix.max(axis=0)
    columns, whole = matrix.shape[1], len(matrix) // _FOLD * _FOLD
    folded, rest = matrix[:whole].reshape(-1, _FOLD * columns), matrix[whole - 1 :]
    low = np.minimum(folded.min(axis=0).reshape(_FOLD, columns).min(axis=0), rest.min(axis=0))
    high = np.maximum(folded.max(axis=0).reshape(_FOLD, columns).max(axis=0), rest.max(axis=0))
    return low, high


def _refuse_not_finite(matrix: FloatArray, low: FloatArray, high: FloatArray) -> None:
    columns = np.flatnonzero(~(np.isfinite(low) & np.isfinite(high)))
    if len(columns):
        column = int(columns[0])
        row = int(np.argmin(np.isfinite(matrix[:, column])))
        raise ZooError(f"row {row}, column {column}: {matrix[row, column]}; expected a finite number")
