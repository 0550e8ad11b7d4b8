"""TOPSIS: distance to the best value of every criterion against distance to the worst."""

import numpy as np

from modelzoo.scoring.senses import FloatArray


def topsis(normalized: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the closeness of each model to the ideal point, 0-1, higher is better.

    The ideal has the best value of each criterion among these models, the anti-ideal the worst. The closeness is 1
    for all models where all are equal.

    Parameters
    ----------
    normalized : (n_models, n_criteria), finite
    weights : (n_criteria,)

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, 3.2.
    """
    weighted = normalized * (weights / weights.sum())
    to_ideal = np.sqrt(np.square(weighted - weighted.max(axis=0)).sum(axis=1))
    to_worst = np.sqrt(np.square(weighted - weighted.min(axis=0)).sum(axis=1))
    distance = to_ideal + to_worst
    closeness: FloatArray = np.divide(to_worst, distance, out=np.ones_like(distance), where=distance > 0)
    return closeness
