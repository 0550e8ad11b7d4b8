"""Which way is better, dealt with in this one place: every method after it sees figures of which more is better."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IndexArray = NDArray[np.intp]


def negated(matrix: FloatArray, maximize: BoolArray) -> FloatArray:
    """Figures of which less is better with their sign turned: differences between models keep their size.

    Parameters
    ----------
    matrix : (n_models, n_criteria), NaN where missing
    maximize : (n_criteria,), False where smaller is better
    """
    # Not times -1: that would turn a 0 of the others into -0.
    turned: FloatArray = np.where(maximize, matrix, -matrix)
    return turned


def inverted(matrix: FloatArray, maximize: BoolArray) -> FloatArray:
    """Figures of which less is better as their reciprocals: ratios between models keep their size.

    Parameters
    ----------
    matrix : (n_models, n_criteria), above 0 where smaller is better, NaN where missing
    maximize : (n_criteria,), False where smaller is better
    """
    turned = np.array(matrix, dtype=np.float64)
    turned[:, ~maximize] = 1 / turned[:, ~maximize]
    return turned
