"""Borda: every criterion votes with its ranks of the models."""

import numpy as np

from modelzoo.scoring.normalize.ranks import share_beaten
from modelzoo.scoring.senses import FloatArray


def borda(normalized: FloatArray, weights: FloatArray) -> FloatArray:
    """Return each model's points: by each criterion the number of models it beats, ties half, times the weight.

    Only the order within a criterion counts: normalizations that keep the order give the same score.

    Parameters
    ----------
    normalized : (n_models, n_criteria), finite
    weights : (n_criteria,)

    References
    ----------
    Borda (1781), Mémoire sur les élections au scrutin, Histoire de l'Académie Royale des Sciences.
    """
    points = np.zeros(len(normalized))
    for column, weight in enumerate(weights):
        points += weight * share_beaten(normalized[:, column], normalized[:, column])
    return points * (len(normalized) - 1)
