"""Rank: the share of the others that a model beats, whatever by how much."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def share_beaten(values: FloatArray, reference: FloatArray) -> FloatArray:
    """1 for the best of the reference values and 0 for the worst; equal ones share the mean of their places."""
    if len(reference) == 1:
        return np.where(np.isnan(values), np.nan, 1.0)
    ordered = np.sort(reference)
    below = np.searchsorted(ordered, values, side="left")
    equal = np.searchsorted(ordered, values, side="right") - below
    # A model of the reference is not among those that it can beat.
    places = (below + (equal - 1) / 2) / (len(reference) - 1)
    return np.where(np.isnan(values), np.nan, np.clip(places, 0.0, 1.0))
