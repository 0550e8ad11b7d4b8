"""Normalization: every criterion on the scale 0-1, 1 the best.

A method is a function of the matrix, bounds and senses; one line in METHODS makes it known to profiles.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

_HALF_OF_ALL = np.finfo(np.float64).max / 2


def bounds_of(matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The least and the greatest value of each column, NaN passed over.

    Parameters
    ----------
    matrix : (n_models, n_criteria), NaN where missing

    Returns
    -------
    two of (n_criteria,); NaN for a column without any value
    """
    low = np.fmin.reduce(matrix, axis=0, initial=np.inf)
    high = np.fmax.reduce(matrix, axis=0, initial=-np.inf)
    empty = low > high
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)


def min_max(matrix: FloatArray, low: FloatArray, high: FloatArray, maximize: BoolArray) -> FloatArray:
    """Each value's place between its column's bounds: 1 at the better one, 0 at the worse one.

    A column whose bounds are equal tells no models apart and gives 1 to each. Values beyond the bounds are cut to
    them; a missing value (NaN) stays missing.

    Parameters
    ----------
    matrix : (n_models, n_criteria)
    low, high : (n_criteria,), finite, low <= high
    maximize : (n_criteria,), False where smaller is better
    """
    normalized = np.empty_like(matrix, order="F")
    for column in range(matrix.shape[1]):
        # The span of bounds as far apart as floats go would overflow; that of their halves does not.
        scale = 0.5 if max(high[column], -low[column]) > _HALF_OF_ALL else 1.0
        values, span = matrix[:, column] * scale, high[column] * scale - low[column] * scale
        if span == 0:
            normalized[:, column] = np.where(np.isnan(values), np.nan, 1.0)
            continue
        worst = scale * (low[column] if maximize[column] else high[column])
        # + 0.0 turns the -0.0 of the worst value into 0.0.
        scaled = (values - worst) / (span if maximize[column] else -span) + 0.0
        np.clip(scaled, 0.0, 1.0, out=normalized[:, column])
    return normalized


METHODS: Mapping[str, Callable[[FloatArray, FloatArray, FloatArray, BoolArray], FloatArray]] = MappingProxyType(
    {"min-max": min_max}
)
