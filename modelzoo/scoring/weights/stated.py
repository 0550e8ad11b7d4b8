"""Stated weights: each one, none, or only the order of importance."""

import numpy as np

from modelzoo.errors import ZooError
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
