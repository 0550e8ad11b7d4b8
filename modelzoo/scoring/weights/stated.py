"""Weights that a person states: each one, none, or only the order of importance."""

import numpy as np

from modelzoo.errors import ZooError
from modelzoo.scoring.senses import BoolArray, FloatArray


def as_given(given: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """The weights given."""
    return given


def equal(given: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """1 each."""
    return np.ones(len(given))


def rank_order_centroid(given: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """The mean of all weightings in which no criterion weighs more than the one before it.

    References
    ----------
    Barron & Barrett (1996), Decision quality using ranked attribute weights, Management Science 42, 1515-1523.
    """
    count = len(given)
    return np.cumsum(1 / np.arange(count, 0, -1))[::-1] / count


def swing(given: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """The points of the swing method: 100 for the criterion whose step from worst bound to best is worth most.

    The others' points say what their steps are worth in percent of that one.

    References
    ----------
    von Winterfeldt & Edwards (1986), Decision Analysis and Behavioral Research, 8.4.
    """
    if given.max() != 100:
        points = ", ".join(f"{point:g}" for point in given)
        raise ZooError(
            f"swing points are {points}; expected 100 for the criterion whose step from its worst bound to its best "
            "matters most, and 0 to 100 for the others: top5:100,gpu:60"
        )
    return given
