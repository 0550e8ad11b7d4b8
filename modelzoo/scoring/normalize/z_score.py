"""Z-score: distance from the mean in standard deviations."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def z_score(values: FloatArray, reference: FloatArray) -> FloatArray:
    """How many (population) standard deviations each value lies above the reference mean; 0 where all are equal."""
    if reference.min() == reference.max():
        return np.where(np.isnan(values), np.nan, 0.0)
    scaled: FloatArray = (values - reference.mean()) / reference.std()
    return scaled
