"""Normalizations: functions of one column and of the reference values, more being better.

Values are NaN where missing, and stay so. Reference values have no NaN; there is at least one.
"""

import numpy as np

from modelzoo.scoring.senses import FloatArray

_HALF_OF_ALL = np.finfo(np.float64).max / 2


def share_of_range(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Scale the values: 0 at the least reference value, 1 at the greatest.

    Values beyond the two are cut to them. Where the two are equal, every value becomes 1.
    """
    worst, best = reference.min(), reference.max()
    # The span of bounds as far apart as floats go would overflow; that of their halves does not.
    scale = 0.5 if max(best, -worst) > _HALF_OF_ALL else 1.0
    span = best * scale - worst * scale
    if span == 0:
        return np.where(np.isnan(values), np.nan, 1.0)
    placed: FloatArray = np.clip((values * scale - worst * scale) / span, 0.0, 1.0)
    return placed


def log_min_max(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Scale log(values) by min-max: halving a latency counts the same at 4 ms as at 40 ms.

    For values above 0 that span decades, such as times and parameters: min-max crowds the best ones near 1.
    """
    return share_of_range(np.log(values), np.log(reference))


def share_of_best(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return each value over the greatest reference value, so x / max, or min / x where smaller is better.

    It is above 1 only for a value beyond those of the reference models.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, 2.3.1: linear scale transformation.
    """
    scaled: FloatArray = values / reference.max()
    return scaled


def share_of_sum(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return each value over the sum of the reference values; of reciprocals where smaller is better.

    References
    ----------
    Saaty (1977), A scaling method for priorities in hierarchical structures, J. Math. Psychology 15, 234-281:
    the distributive mode.
    """
    # Through the largest one, so that no sum overflows.
    largest = reference.max()
    scaled: FloatArray = values / largest / (reference / largest).sum()
    return scaled


def share_of_length(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return each value over the Euclidean length of the reference column, negative where smaller is better.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, 2.3.1: vector normalization.
    """
    # Through the largest one, so that no square overflows or vanishes.
    largest = np.abs(reference).max()
    if largest == 0:
        return values
    length = np.sqrt(np.square(reference / largest).sum())
    scaled: FloatArray = values / largest / length
    return scaled


def z_score(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the (population) standard deviations of each value above the reference mean; 0 where all are equal."""
    if reference.min() == reference.max():
        return np.where(np.isnan(values), np.nan, 0.0)
    # Through the largest one, so that no square overflows.
    largest = np.abs(reference).max()
    known = reference / largest
    scaled: FloatArray = (values / largest - known.mean()) / known.std()
    return scaled


def share_beaten(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return 1 for the best of the reference values and 0 for the worst.

    Equal values share the mean of their ranks.
    """
    if len(reference) == 1:
        return np.where(np.isnan(values), np.nan, 1.0)
    ordered = np.sort(reference)
    below = np.searchsorted(ordered, values, side="left")
    equal = np.searchsorted(ordered, values, side="right") - below
    # A model of the reference does not beat itself.
    shares = (below + (equal - 1) / 2) / (len(reference) - 1)
    return np.where(np.isnan(values), np.nan, np.clip(shares, 0.0, 1.0))


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
