"""Aggregation: from normalized criteria and weights to one score a model.

A method is a function of the normalized matrix and the weights; one line in METHODS makes it known to profiles.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from modelzoo.errors import ZooError

FloatArray = NDArray[np.float64]


def rescale(weights: FloatArray) -> FloatArray:
    """The weights, scaled to sum to their number, so that equal ones are 1 each and a score is a plain sum.

    Parameters
    ----------
    weights : (n_criteria,), finite, none negative, not all zero
    """
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        given = ", ".join(f"{weight:g}" for weight in weights)
        raise ZooError(f"weights are {given}; expected finite numbers, none negative, one above 0")
    # Through the largest one, so that no sum overflows and no quotient underflows.
    shares = weights / weights.max()
    rescaled: FloatArray = shares * (len(shares) / shares.sum())
    return rescaled


def weighted_sum(normalized: FloatArray, weights: FloatArray) -> FloatArray:
    """Each model's score, higher is better.

    Parameters
    ----------
    normalized : (n_models, n_criteria), 0-1, 1 the best
    weights : (n_criteria,)

    Returns
    -------
    (n_models,)

    References
    ----------
    Fishburn (1967), Additive utilities with incomplete product set, Operations Research 15, 537-542.
    """
    scores = np.zeros(len(normalized))
    for column, weight in enumerate(weights):
        scores += weight * normalized[:, column]
    return scores


METHODS: Mapping[str, Callable[[FloatArray, FloatArray], FloatArray]] = MappingProxyType({"sum": weighted_sum})
