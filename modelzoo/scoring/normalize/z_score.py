"""Z-score: distance from the mean in standard deviations."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def z_score(values: FloatArray, reference: FloatArray) -> FloatArray:
    """Return the (population) standard deviations of each value above the reference mean; 0 where all are equal."""
    if reference.min() == reference.max():
        return np.where(np.isnan(values), np.nan, 0.0)
    # Through the largest one, so that no square overflows.
    largest = np.abs(reference).max()
    known = reference / largest
    scaled: FloatArray = (values / largest - known.mean()) / known.std()
    return scaled
