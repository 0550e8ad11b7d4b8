"""Robust: distance from the median in interquartile ranges, which one outlier does not stretch."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def robust_score(values: FloatArray, reference: FloatArray) -> FloatArray:
    """How many interquartile ranges each value lies above the reference median; 0 where all are equal.

    Where half of the reference values or more are one and the same, so that the quartiles coincide, the whole range
    takes their place: a unit still moves nothing, and an order is not lost.
    """
    if reference.min() == reference.max():
        return np.where(np.isnan(values), np.nan, 0.0)
    # Through the largest one, so that no range overflows.
    largest = np.abs(reference).max()
    known = reference / largest
    lower, median, upper = np.quantile(known, [0.25, 0.5, 0.75])
    scaled: FloatArray = (values / largest - median) / ((upper - lower) or np.ptp(known))
    return scaled
