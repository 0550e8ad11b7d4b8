"""Normalizations: functions of one column and of the reference values, more being better.

Values are NaN where missing, and stay so. Reference values have no NaN; there is at least one.
"""

import numpy as np

from modelzoo.scoring.rounding import are_equal, count_below
from modelzoo.scoring.senses import FloatArray

_HALF_OF_ALL = np.finfo(np.float64).max / 2


def share_of_range(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Scale the values: 0 at the least reference value, 1 at the greatest.

    Values beyond the two are cut to them. Where the two are equal except for rounding, every value becomes 1.
    """
    if _is_flat(reference):
        return _filled(values, 1.0)
    return _placed(values, reference).clip(0.0, 1.0)


def log_min_max(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Scale log(values) by min-max: halving a latency counts the same at 4 ms as at 40 ms.

    For values above 0 that span decades, such as times and parameters: min-max crowds the best ones near 1.
    """
    if _is_flat(reference):
        return _filled(values, 1.0)
    return _placed(np.log(values), np.log(reference)).clip(0.0, 1.0)


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
    if _is_flat(reference):
        return _filled(values, 0.0)
    # Within the range, so that no square overflows and a far offset costs no digits.
    known = _placed(reference, reference)
    scaled: FloatArray = (_placed(values, reference) - known.mean()) / known.std()
    return scaled


def share_beaten(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return 1 for the best of the reference values and 0 for the worst.

    Values that are equal except for rounding share the mean of their ranks.
    """
    if len(reference) == 1:
        return _filled(values, 1.0)
    below, equal = count_below(values, reference)
    # A model of the reference does not beat itself.
    shares = (below + (equal - 1) / 2) / (len(reference) - 1)
    return np.where(np.isnan(values), np.nan, np.clip(shares, 0.0, 1.0))


def robust_score(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the interquartile ranges of each value above the reference median; 0 where all are equal.

    Where the quartiles are equal except for rounding, the whole range takes their place. Units then move nothing, and
    the order stays.
    """
    if _is_flat(reference):
        return _filled(values, 0.0)
    scale = _scale(reference)
    known = reference * scale
    lower, median, upper = np.quantile(known, [0.25, 0.5, 0.75])
    span = np.ptp(known) if are_equal(lower, upper) else upper - lower
    scaled: FloatArray = (values * scale - median) / span
    return scaled


def _is_flat(reference: FloatArray) -> bool:
    """Check whether all reference values are equal except for rounding."""
    return bool(are_equal(reference.min(), reference.max()))


def _filled(values: FloatArray, number: float) -> FloatArray:
    """Return the number for each value, NaN where it is missing."""
    return np.where(np.isnan(values), np.nan, number)


def _placed(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the values on the scale from 0, the least reference value, to 1, the greatest."""
    scale = _scale(reference)
    worst, best = reference.min() * scale, reference.max() * scale
    placed: FloatArray = (values * scale - worst) / (best - worst)
    return placed


def _scale(reference: FloatArray) -> float:
    """Return 0.5 for values as far apart as floats go, whose span would overflow; else 1."""
    return 0.5 if np.abs(reference).max() > _HALF_OF_ALL else 1.0
