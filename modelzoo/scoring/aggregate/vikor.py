"""VIKOR: a compromise between the sum of a model's shortfalls and its largest one."""

from modelzoo.scoring.normalize.min_max import share_of_range
from modelzoo.scoring.senses import FloatArray


def vikor(normalized: FloatArray, weights: FloatArray, *, v: float = 0.5) -> FloatArray:
    """Return 1 - Q of each model, higher is better.

    A shortfall from the best of these models is a share of the criterion's range over them. S is the sum of the
    weighted shortfalls, R the largest one. Q is the mean of S and R, each placed between its best and its worst. A
    model that is first by both has 1, one that is last by both has 0. Models of the "compromise set" are not made
    equal, unlike in some libraries.

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
        column[:] = 1 - share_of_range(column, column)
    shortfalls *= weights / weights.sum()
    group, regret = -shortfalls.sum(axis=1), -shortfalls.max(axis=1)
    # Where all models are equal in S or in R, this part is 1 for each.
    return v * share_of_range(group, group) + (1 - v) * share_of_range(regret, regret)
