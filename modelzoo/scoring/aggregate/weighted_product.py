"""Weighted product: ratios count, and nothing compensates for a 0."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def weighted_product(normalized: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted geometric mean of each model's normalized values.

    Parameters
    ----------
    normalized : (n_models, n_criteria), 0 or more
    weights : (n_criteria,), or (n_models, n_criteria)

    References
    ----------
    Bridgman (1922), Dimensional Analysis; Miller & Starr (1969), Executive Decisions and Operations Research.
    """
    shares = np.broadcast_to(weights / weights.sum(axis=-1, keepdims=True), normalized.shape)
    with np.errstate(divide="ignore"):
        logarithms = np.log(normalized)
    # A criterion without weight moves nothing, not even by a 0.
    product: FloatArray = np.exp((shares * np.where(shares > 0, logarithms, 0.0)).sum(axis=1))
    return product
