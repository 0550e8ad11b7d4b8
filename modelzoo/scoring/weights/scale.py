"""The scale of weights."""

import numpy as np

from modelzoo.errors import ZooError
from modelzoo.scoring.senses import FloatArray


def rescale(weights: FloatArray) -> FloatArray:
    """Scale the weights to sum to their number: equal ones are 1 each, and a score is a plain sum.

    Parameters
    ----------
    weights : (n_criteria,), finite, none negative, not all zero
    """
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        stated = ", ".join(f"{weight:g}" for weight in weights)
        raise ZooError(f"weights are {stated}; expected finite numbers, none negative, one above 0")
    # Through the largest one, so that no sum overflows and no quotient underflows.
    shares = weights / weights.max()
    rescaled: FloatArray = shares * (len(shares) / shares.sum())
    return rescaled
