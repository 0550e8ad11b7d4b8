"""Entropy weights: a criterion weighs by the unevenness of the models' shares of its sum."""

import numpy as np

from modelzoo.scoring.senses import BoolArray, FloatArray


def entropy(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return 1 minus the entropy of each criterion's shares of its sum, 0 where all models are equal.

    Parameters
    ----------
    values : (n_models, n_criteria), 0 or more, at least two models; a share of 0 adds 0, its limit
    maximize : not read: the spread of the values as they are counts, as in the source

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, 2.5.2; Zeleny (1982), Multiple Criteria Decision Making.
    """
    # Through the largest one, so that no sum overflows.
    largest = values.max(axis=0)
    shares = values / np.where(largest > 0, largest, 1.0)
    sums = shares.sum(axis=0)
    shares /= np.where(sums > 0, sums, 1.0)
    logarithms = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    spread = 1 + (shares * logarithms).sum(axis=0) / np.log(len(values))
    # Rounding leaves equal values slightly off 0, on either side.
    return np.where(values.min(axis=0) == largest, 0.0, spread.clip(min=0.0))
