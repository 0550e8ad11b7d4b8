"""Weightings: functions of the stated weights, (n_criteria,), of the values, and of the senses.

Values are (n_models, n_criteria), finite, of two models or more. Weights come at any scale, none negative.
"""

import numpy as np

from modelzoo.errors import ZooError
from modelzoo.scoring.normalize import METHODS
from modelzoo.scoring.senses import BoolArray, FloatArray


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
    """Return 1 minus the entropy of each criterion's shares of its sum, 0 where all models are equal.

    Values are 0 or more; a share of 0 adds 0, its limit. Senses are not read: the spread of the values as they are
    counts, as in the source.

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


def critic(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return each criterion's standard deviation times the sum of 1 - r over the others, r being Pearson's correlation.

    Both are on the scale 0-1, 1 the best: criteria of opposite senses agree where they order models alike. A
    criterion in which all models are equal weighs 0.

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
    varying = np.array(values.min(axis=0) < values.max(axis=0))
    conflict = (1 - (units.T @ units).clip(-1.0, 1.0)) * np.outer(varying, varying)
    np.fill_diagonal(conflict, 0.0)
    if varying.sum() == 1:
        # A single varying criterion has all the weight.
        return varying.astype(np.float64)
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
