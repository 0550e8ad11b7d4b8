"""Share of the length: the squares of all reference models' values add up to 1."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


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
