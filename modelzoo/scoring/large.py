"""The usual score of many models: min-max and weighted sum in one pass over the matrix."""

import numpy as np

from modelzoo.scoring.senses import BoolArray, FloatArray

# Fewer models are scored by the normalized matrix, which is small then.
MANY = 10_000
# Numbers of a block: OpenBLAS multiplies more than 9216 in several threads, which wait for each other.
_BLOCK = 9000
# A column may be this many times its span away from 0. The scores then lose less than a thousandth of the tolerance.
_FAR = 1e3


def min_max_sum(
    matrix: FloatArray, bounds: tuple[FloatArray, FloatArray], weights: FloatArray, maximize: BoolArray
) -> FloatArray | None:
    """Return each model's weighted sum of min-max normalized values; None where that needs the normalized matrix.

    Parameters
    ----------
    matrix : (n_models, n_criteria), finite, within the bounds
    bounds : two of (n_criteria,)
    weights : (n_criteria,)
    maximize : (n_criteria,), False where smaller is better
    """
    if len(matrix) < MANY:
        return None
    low, high = bounds
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        spans = high - low
        # A far offset leaves few digits of the difference; a span that overflows leaves none.
        near = bool((np.maximum(np.abs(low), np.abs(high)) < _FAR * spans).all()) and np.isfinite(spans).all()
        factors = np.where(maximize, weights, -weights) / spans
    # A weight over one of the least spans overflows.
    if not near or not np.isfinite(factors).all():
        return None
    scores = np.empty(len(matrix))
    rows = max(_BLOCK // len(factors), 1)
    whole = len(matrix) // rows * rows
    blocks = matrix[:whole].reshape(-1, rows, len(factors))
    np.matmul(blocks, factors, out=scores[:whole].reshape(-1, rows))
    np.matmul(matrix[whole:], factors, out=scores[whole:])
    scores -= np.where(maximize, low, high) @ factors
    return scores
