"""VIKOR: a compromise between the sum of a model's shortfalls and the largest of them."""

from modelzoo.scoring.normalize.min_max import place_between
from modelzoo.scoring.senses import FloatArray


def vikor(normalized: FloatArray, weights: FloatArray, *, v: float = 0.5) -> FloatArray:
    """1 - Q, so that more is better: 1 for a model that is first by both S and R, 0 for one that is last by both.

    S is the sum of the weighted shortfalls from the best of these models, R the largest one, each a share of the
    criterion's range over them; Q is their mean, each placed between its best and its worst. All models stand in the
    order of Q: those of the "compromise set" are not made equal, as some libraries do by default.

    Parameters
    ----------
    normalized : (n_models, n_criteria), finite
    weights : (n_criteria,)
    v : the part of S in Q, 0-1; the rest is R's

    References
    ----------
    Opricovic & Tzeng (2004), Compromise solution by MCDM methods, European J. Operational Research 156, 445-455.
    """
    shortfalls = normalized.copy()
    for column in shortfalls.T:
        column[:] = 1 - place_between(column, column)
    shortfalls *= weights / weights.sum()
    group, regret = -shortfalls.sum(axis=1), -shortfalls.max(axis=1)
    # Where all models are alike in S or in R, that part tells none apart and is 1 for each.
    return v * place_between(group, group) + (1 - v) * place_between(regret, regret)
