"""Weighted sum: one criterion compensates for another at the rate of the weights."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def weighted_sum(normalized: FloatArray, weights: FloatArray) -> FloatArray:
    """Return each model's score, higher is better.

    Parameters
    ----------
    normalized : (n_models, n_criteria), 1 the best of a scale 0-1
    weights : (n_criteria,), or (n_models, n_criteria)

    Returns
    -------
    (n_models,)

    References
    ----------
    Fishburn (1967), Additive utilities with incomplete product set, Operations Research 15, 537-542.
    """
    scores = np.zeros(len(normalized))
    # The rows of the transpose are the criteria either way.
    for column, weight in enumerate(weights.T):
        scores += weight * normalized[:, column]
    return scores
