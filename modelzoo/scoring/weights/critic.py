"""CRITIC weights: a criterion weighs by its spread over the models and its conflict with other criteria."""

import numpy as np

from modelzoo.scoring.normalize import METHODS
from modelzoo.scoring.senses import BoolArray, FloatArray


def critic(stated: FloatArray, values: FloatArray, maximize: BoolArray) -> FloatArray:
    """Return each criterion's standard deviation times the sum of 1 - r over the others, r being Pearson's correlation.

    Both are on the scale 0-1, 1 the best: criteria of opposite senses agree where they order models alike. A
    criterion in which all models are equal weighs 0.

    Parameters
    ----------
    values : (n_models, n_criteria), finite, at least two models

    References
    ----------
    Diakoulaki, Mavrotas & Papayannakis (1995), Determining objective weights in multiple criteria problems: the
    CRITIC method, Computers & Operations Research 22, 763-770.
    """
    scaled = METHODS["min-max"](values, values, maximize)
    deviations = scaled.std(axis=0)
    centered = scaled - scaled.mean(axis=0)
    lengths = np.sqrt(np.square(centered).sum(axis=0))
    units = centered / np.where(lengths > 0, lengths, 1.0)
    # A constant criterion has no correlation: it conflicts with none and weighs nothing.
    varying = np.array(values.min(axis=0) < values.max(axis=0))
    conflict = (1 - (units.T @ units).clip(-1.0, 1.0)) * np.outer(varying, varying)
    np.fill_diagonal(conflict, 0.0)
    if varying.sum() == 1:
        # A single varying criterion has all the weight.
        return varying.astype(np.float64)
    weights: FloatArray = deviations * conflict.sum(axis=0)
    return weights
