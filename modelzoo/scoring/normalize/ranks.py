"""Rank: the share of the other models that a model beats, by any margin."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def share_beaten(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return 1 for the best of the reference values and 0 for the worst.

    Equal values share the mean of their ranks.
    """
    if len(reference) == 1:
        return np.where(np.isnan(values), np.nan, 1.0)
    ordered = np.sort(reference)
    below = np.searchsorted(ordered, values, side="left")
    equal = np.searchsorted(ordered, values, side="right") - below
    # A model of the reference does not beat itself.
    shares = (below + (equal - 1) / 2) / (len(reference) - 1)
    return np.where(np.isnan(values), np.nan, np.clip(shares, 0.0, 1.0))
