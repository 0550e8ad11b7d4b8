"""Min-max: the share of the range between the worst and the best reference value."""

import numpy as np

from modelzoo.scoring.senses import FloatArray

_HALF_OF_ALL = np.finfo(np.float64).max / 2


def share_of_range(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Scale the values: 0 at the least reference value, 1 at the greatest.

    Values beyond the two are cut to them. Where the two are equal, every value becomes 1.
    """
    worst, best = reference.min(), reference.max()
    # The span of bounds as far apart as floats go would overflow; that of their halves does not.
    scale = 0.5 if max(best, -worst) > _HALF_OF_ALL else 1.0
    span = best * scale - worst * scale
    if span == 0:
        return np.where(np.isnan(values), np.nan, 1.0)
    placed: FloatArray = np.clip((values * scale - worst * scale) / span, 0.0, 1.0)
    return placed
