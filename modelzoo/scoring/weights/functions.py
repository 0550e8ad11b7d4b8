"""Weightings: functions of the stated weights, (n_criteria,), of the values, and of the senses.

Values are (n_models, n_criteria), finite, of two models or more. Weights come at any scale, none negative.
"""

import numpy as np

from modelzoo.errors import ZooError
from modelzoo.scoring.normalize import METHODS
from modelzoo.scoring.rounding import TOLERANCE, are_equal
from modelzoo.scoring.senses import BoolArray, FloatArray

# A relative distance from the mean whose fifth power is less than the rounding of its square.
_SMALL = 1e-3


def as_stated(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return the stated weights."""
    return stated


def equal(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return 1 for each criterion."""
    return np.ones(len(stated))


def rank_order_centroid(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return the mean of all weightings in which no criterion weighs more than the one before it.

    References
    ----------
    Barron & Barrett (1996), Decision quality using ranked attribute weights, Management Science 42, 1515-1523.
    """
    count = len(stated)
    return np.cumsum(1 / np.arange(count, 0, -1))[::-1] / count


def swing(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return the points of the swing method, which are the stated weights.

    The criterion whose step from its worst bound to its best is worth most has 100. The points of another criterion
    are the worth of its step in percent of this one.

    References
    ----------
    von Winterfeldt & Edwards (1986), Decision Analysis and Behavioral Research, 8.4.
    """
    if stated.max() != 100:
        points = ", ".join(f"{point:g}" for point in stated)
        raise ZooError(
            f"swing points are {points}; expected 100 for the criterion whose step from its worst bound to its best "
            "matters most, and 0 to 100 for the others: top5:100,gpu:60"
        )
    return stated


def entropy(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return 1 minus the entropy of each criterion's shares of its sum, 0 where all are equal except for rounding.

    Values are 0 or more; a share of 0 adds 0, its limit. Senses are not read: the spread of the values as they are
    counts, as in the source.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, 2.5.2; Zeleny (1982), Multiple Criteria Decision Making.
    """
    low, largest = values.min(axis=0), values.max(axis=0)
    # Through a power of two, so that no sum overflows and no digit is lost.
    scaled = np.ldexp(values, -np.frexp(largest)[1])
    least = scaled.min(axis=0)
    offsets = scaled - least
    means = offsets.mean(axis=0)
    # A share of p, times the number of models, is 1 + d. The sum over p log p is the one over (1 + d) log(1 + d) - d,
    # since the d cancel.
    d = (offsets - means) / np.where(largest > 0, least + means, 1.0)
    surplus = (1 + d) * np.log1p(d, out=np.zeros_like(d), where=d > -1) - d
    # For a small d the two parts cancel too; five terms of the series are exact then.
    series = d * d * (1 / 2 - d * (1 / 6 - d * (1 / 12 - d * (1 / 20 - d / 30))))
    spread = np.where(np.abs(d) < _SMALL, series, surplus).mean(axis=0) / np.log(len(values))
    return np.where(are_equal(low, largest), 0.0, spread)


def critic(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return each criterion's standard deviation times the sum of 1 - r over the others, r being Pearson's correlation.

    Both are on the scale 0-1, 1 the best: criteria of opposite senses agree where they order models alike. A
    criterion in which all models are equal weighs 0.

    Raises
    ------
    ZooError
        If all criteria agree perfectly except for rounding, so that every sum is 0.

    References
    ----------
    Diakoulaki, Mavrotas & Papayannakis (1995), Determining objective weights in multiple criteria problems: the
    CRITIC method, Computers & Operations Research 22, 763-770.
    """
    scaled = METHODS["min-max"](values, values, maximize)
    deviations = scaled.std(axis=0)
    centered = scaled - scaled.mean(axis=0)
    lengths = np.sqrt(np.square(centered).sum(axis=0))
    units = centered / np.where(lengths > 0, lengths, 1.0)
    # A constant criterion has no correlation: it conflicts with none and weighs nothing.
    varying = ~are_equal(values.min(axis=0), values.max(axis=0))
    if varying.sum() <= 1:
        # A single varying criterion has all the weight.
        return varying.astype(np.float64)
    # 1 - r is half the square of the distance; the distance keeps the digits that 1 - r loses near 0.
    distances = np.array([np.linalg.norm(units - unit[:, np.newaxis], axis=0) for unit in units.T])
    conflict = np.where(distances < TOLERANCE, 0.0, distances**2 / 2) * np.outer(varying, varying)
    if not conflict.any():
        raise ZooError(
            "`weights` critic: all criteria agree perfectly (their correlations are 1), so that none conflicts with "
            "another; give weights: top5:2,gpu, or take standard-deviation"
        )
    weights: FloatArray = deviations * conflict.sum(axis=0)
    return weights


def standard_deviation(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return each criterion's standard deviation on the scale 0-1 between its least and greatest value.

    The source is the one of `critic`.
    """
    deviations: FloatArray = METHODS["min-max"](values, values, maximize).std(axis=0)
    return deviations


def rescale(weights: FloatArray) -> FloatArray:
    """Scale the weights to sum to their number: equal ones are 1 each, and a score is a plain sum.

    Raise a ZooError if weights are not finite, one is negative, or all are zero.
    """
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        stated = ", ".join(f"{weight:g}" for weight in weights)
        raise ZooError(f"weights are {stated}; expected finite numbers, none negative, one above 0")
    # Through the largest one, so that no sum overflows and no quotient underflows.
    shares = weights / weights.max()
    rescaled: FloatArray = shares * (len(shares) / shares.sum())
    return rescaled
