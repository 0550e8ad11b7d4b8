"""Rounding: the one rule by which two numbers are equal except for rounding.

Two numbers are equal if they differ by no more than a tolerance times their size. Rounding moves the 16th digit of a
value, and a short computation the 13th. So values as given are equal within `ROUNDING` of the larger one.
Normalization subtracts values and may lose three more digits. So normalized values are equal within `TOLERANCE`, and
sums of them within `TOLERANCE` times their number.
"""

import numpy as np

from modelzoo.scoring.senses import BoolArray, FloatArray

ROUNDING = 1e-12
TOLERANCE = 1e-9


def are_equal(low: FloatArray | float, high: FloatArray | float) -> BoolArray:
    """Return whether two values as given, of which `low` is not the greater, are equal except for rounding."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.subtract(high, low) <= ROUNDING * np.maximum(np.abs(low), np.abs(high)))


def settled(matrix: FloatArray) -> FloatArray:
    """Return the matrix; values of a column that are equal except for rounding become the least of them."""
    result = matrix
    for column, values in enumerate(matrix.T):
        ordered = np.sort(values)
        near = np.flatnonzero(are_equal(ordered[:-1], ordered[1:]) & (ordered[:-1] != ordered[1:]))
        if not len(near):
            continue
        least, end = ordered.copy(), 0
        for start in near[np.isfinite(ordered[near])].tolist():
            if start >= end:
                end = int(np.searchsorted(ordered, ordered[start] + ROUNDING * abs(ordered[start]), side="right"))
                least[start:end] = ordered[start]
        result = result.copy() if result is matrix else result
        result[:, column] = least[np.searchsorted(ordered, values)]
    return result


def count_below(values: FloatArray, reference: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how many of the reference values are less than each value, and how many are equal except for rounding."""
    ordered, reach = np.sort(reference), ROUNDING * np.abs(values)
    with np.errstate(over="ignore"):
        below = np.searchsorted(ordered, values - reach, side="left")
        equal = np.searchsorted(ordered, values + reach, side="right") - below
    return below.astype(np.float64), equal.astype(np.float64)
