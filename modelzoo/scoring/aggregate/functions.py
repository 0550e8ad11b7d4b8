"""Aggregations: functions of the normalized matrix, (n_models, n_criteria), finite, and of the weights, (n_criteria,).

Each returns the scores, (n_models,), higher being better. `weighted_sum` and `weighted_product` also take weights of
each model, (n_models, n_criteria).
"""

import numpy as np

from modelzoo.scoring.normalize.functions import share_beaten, share_of_range
from modelzoo.scoring.rounding import ROUNDING, TOLERANCE, are_equal
from modelzoo.scoring.senses import FloatArray


def weighted_sum(normalized: FloatArray, weights: FloatArray) -> FloatArray:
    """Return each model's score, higher is better.

    References
    ----------
    Fishburn (1967), Additive utilities with incomplete product set, Operations Research 15, 537-542.
    """
    scores = np.zeros(len(normalized))
    # The rows of the transpose are the criteria either way.
    for column, weight in enumerate(weights.T):
        scores += weight * normalized[:, column]
    return scores


def weighted_product(normalized: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the weighted geometric mean of each model's normalized values, which must be 0 or more.

    References
    ----------
    Bridgman (1922), Dimensional Analysis; Miller & Starr (1969), Executive Decisions and Operations Research.
    """
    shares = np.broadcast_to(weights / weights.sum(axis=-1, keepdims=True), normalized.shape)
    with np.errstate(divide="ignore"):
        logarithms = np.log(normalized)
    # A criterion without weight moves nothing, not even by a 0.
    product: FloatArray = np.exp((shares * np.where(shares > 0, logarithms, 0.0)).sum(axis=1))
    return product


def topsis(normalized: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the closeness of each model to the ideal point, 0-1, higher is better.

    The ideal has the best value of each criterion among these models, the anti-ideal the worst. A criterion in which
    all are equal except for rounding moves nothing. The closeness is 1 for all models where all are equal.

    References
    ----------
    Hwang & Yoon (1981), Multiple Attribute Decision Making, 3.2.
    """
    varies = ~are_equal(normalized.min(axis=0), normalized.max(axis=0))
    weighted = normalized * (weights / weights.sum() * varies)
    to_ideal = np.sqrt(np.square(weighted - weighted.max(axis=0)).sum(axis=1))
    to_worst = np.sqrt(np.square(weighted - weighted.min(axis=0)).sum(axis=1))
    distance = to_ideal + to_worst
    closeness: FloatArray = np.divide(to_worst, distance, out=np.ones_like(distance), where=distance > 0)
    return closeness


def vikor(normalized: FloatArray, weights: FloatArray, *, v: float = 0.5) -> FloatArray:
    """Return 1 - Q of each model, higher is better.

    A shortfall from the best of these models is a share of the criterion's range over them. S is the sum of the
    weighted shortfalls, R the largest one. Q is the mean of S and R, each placed between its best and its worst. A
    model that is first by both has 1, one that is last by both has 0. Models of the "compromise set" are not made
    equal, unlike in some libraries.

    Parameters
    ----------
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
    return v * _share_of_spread(group) + (1 - v) * _share_of_spread(regret)


def _share_of_spread(sums: FloatArray) -> FloatArray:
    """Scale VIKOR's S or R from 0 to 1, the best; return 1 where all are equal except for rounding."""
    return share_of_range(sums, sums) if np.ptp(sums) >= TOLERANCE else np.ones(len(sums))


def promethee(normalized: FloatArray, weights: FloatArray, *, full: FloatArray | None = None) -> FloatArray:
    """Return the net outranking flow of each model, -1 to 1, higher is better.

    Preference grows with the difference in a criterion and is full from `full` on (Brans' type III, "V-shape"). With
    0 every difference beyond rounding counts wholly (type I). With the whole range the flow orders as a weighted sum.

    Parameters
    ----------
    full : (n_criteria,), 0 or more; the (population) standard deviation of each criterion unless given

    References
    ----------
    Brans & Vincke (1985), A preference ranking organisation method, Management Science 31, 647-656.
    """
    if len(normalized) == 1:
        return np.zeros(1)
    thresholds = normalized.std(axis=0) if full is None else full
    flow = np.zeros(len(normalized))
    for column, weight in enumerate(weights / weights.sum()):
        flow += weight * net_flow(normalized[:, column], float(thresholds[column]))
    return flow


def net_flow(values: FloatArray, full: float) -> FloatArray:
    """Return each model's mean preference over the others minus the mean of theirs over it, by one criterion.

    It takes n log n steps: values beyond `full` on either side are counted, values within it are summed.
    """
    if full <= ROUNDING * np.abs(values).max():
        return 2 * share_beaten(values, values) - 1
    ordered = np.sort(values)
    sums = np.concatenate([[0.0], np.cumsum(ordered - ordered[0])])
    below = np.searchsorted(ordered, values - full, side="right")
    above = np.searchsorted(ordered, values + full, side="left")
    net = below - (len(values) - above).astype(np.float64)
    # Preference within the threshold is linear in the difference, either way.
    within = above - below
    net += (within * (values - ordered[0]) - (sums[above] - sums[below])) / full
    return net / (len(values) - 1)


def borda(normalized: FloatArray, weights: FloatArray, gains: FloatArray | None = None) -> FloatArray:
    """Return each model's points: by each criterion the number of models it beats, ties half, times the weight.

    Only the order within a criterion counts. Values that are equal except for rounding are tied.

    Parameters
    ----------
    gains : (n_models, n_criteria), the values as given, negated where smaller is better. Normalized values may have
        lost small differences; they are read where there are no others

    References
    ----------
    Borda (1781), Mémoire sur les élections au scrutin, Histoire de l'Académie Royale des Sciences.
    """
    ordered = normalized if gains is None else gains
    points = np.zeros(len(ordered))
    for column, weight in enumerate(weights):
        points += weight * share_beaten(ordered[:, column], ordered[:, column])
    return points * (len(ordered) - 1)
