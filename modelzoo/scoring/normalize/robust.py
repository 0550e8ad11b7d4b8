"""Robust: distance from the median in interquartile ranges, which an outlier does not stretch."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def robust_score(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the interquartile ranges of each value above the reference median; 0 where all are equal.

    Where the quartiles are equal, the whole range takes their place: units move nothing, and the order stays.
    """
    if reference.min() == reference.max():
        return np.where(np.isnan(values), np.nan, 0.0)
    # Through the largest one, so that no range overflows.
    largest = np.abs(reference).max()
    known = reference / largest
    lower, median, upper = np.quantile(known, [0.25, 0.5, 0.75])
    scaled: FloatArray = (values / largest - median) / ((upper - lower) or np.ptp(known))
    return scaled
