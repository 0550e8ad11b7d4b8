"""Senses: values turned so that more is better for every method."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IndexArray = NDArray[np.intp]


def negated(matrix: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return the values, negated where smaller is better: differences between models keep their size.

    Parameters
    ----------
    matrix : (n_models, n_criteria), NaN where missing
    maximize : (n_criteria,), False where smaller is better
    """
    # A product with -1 would make a 0 of the other criteria -0.
    turned: FloatArray = np.where(maximize, matrix, -matrix)
    return turned


def inverted(matrix: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return the values, inverted where smaller is better: ratios between models keep their size.

    Parameters are as of `negated`; values are above 0 where smaller is better.
    """
    turned = np.array(matrix, dtype=np.float64)
    turned[:, ~maximize] = 1 / turned[:, ~maximize]
    return turned
