"""CRITIC weights: a criterion weighs by how far it parts the models, and by how little others say the same."""

import numpy as np

from modelzoo.scoring.normalize import METHODS
from modelzoo.scoring.senses import BoolArray, FloatArray


def critic(given: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Each criterion's standard deviation times the sum of 1 - r over the others, r being Pearson's correlation.

    All of it on the scale 0-1, 1 the best: criteria of opposite senses that say the same then agree (r = 1), where
    on the plain figures they would seem to conflict. A criterion in which all models are equal weighs 0.

    Parameters
    ----------
    values : (n_models, n_criteria), finite, at least two models

    References
    ----------
    Diakoulaki, Mavrotas & Papayannakis (1995), Determining objective weights in multiple criteria problems: the
    CRITIC method, Computers & Operations Research 22, 763-770.
    """
    placed = METHODS["min-max"](values, values, maximize)
    deviations = placed.std(axis=0)
    centered = placed - placed.mean(axis=0)
    lengths = np.sqrt(np.square(centered).sum(axis=0))
    units = centered / np.where(lengths > 0, lengths, 1.0)
    # What does not vary has no correlation; it conflicts with nothing and weighs nothing.
    varying = np.array(values.min(axis=0) < values.max(axis=0))
    conflict = (1 - (units.T @ units).clip(-1.0, 1.0)) * np.outer(varying, varying)
    np.fill_diagonal(conflict, 0.0)
    if varying.sum() == 1:
        # Alone, it conflicts with nothing, and is all there is to weigh.
        return varying.astype(np.float64)
    weights: FloatArray = deviations * conflict.sum(axis=0)
    return weights
