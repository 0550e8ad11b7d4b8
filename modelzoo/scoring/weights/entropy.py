"""Entropy weights: a criterion weighs by how unevenly its total is spread over the models."""

import numpy as np

from modelzoo.scoring.senses import BoolArray, FloatArray


def entropy(given: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """1 less the entropy of each criterion's shares of its sum, 0 where all models have the same.

    Parameters
    ----------
    values : (n_models, n_criteria), 0 or more, at least two models; a share of 0 adds 0, its limit
    maximize : not read: the figures' spread as they are counts, as in the source

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, 2.5.2; Zeleny (1982), Multiple Criteria Decision Making.
    """
    # Through the largest one, so that no sum overflows; a column of zeros tells nothing apart.
    largest = values.max(axis=0)
    shares = values / np.where(largest > 0, largest, 1.0)
    sums = shares.sum(axis=0)
    shares /= np.where(sums > 0, sums, 1.0)
    logarithms = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    spread = 1 + (shares * logarithms).sum(axis=0) / np.log(len(values))
    # Rounding leaves equal figures a hair from 0, on either side.
    return np.where(values.min(axis=0) == largest, 0.0, spread.clip(min=0.0))
