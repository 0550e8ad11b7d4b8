"""How far weights must move until another model leads: exact for a weighted sum.

Two questions, each with its convention. One weight moves: the other weights stay as they are given (and all are scaled
anew, which moves no rank). All weights move: the way is measured as Euclidean distance between weightings whose shares
sum to 1.
"""

from dataclasses import dataclass

import numpy as np

from modelzoo.scoring.senses import FloatArray
from modelzoo.scoring.ties import TOLERANCE

# No two weightings are farther apart than two corners of the simplex, the root of 2.
_FARTHEST = 1.5


@dataclass(frozen=True)
class WeightRange:
    """From which weight to which a model stays first; `below` and `above` are the models that lead beyond the ends.

    `low` is 0 and `below` None where no smaller weight, `high` is infinite and `above` None where no greater one puts
    another model first.
    """

    low: float
    high: float
    below: int | None
    above: int | None


def turning_weight(difference: float, rest: float) -> float | None:
    """The weight w above 0 at which ``w * difference + rest`` changes its sign, None where there is none."""
    # A rest of nothing but rounding is a tie at weight 0, not a turn just above it.
    if difference == 0 or abs(rest) < TOLERANCE:
        return None
    turning = -rest / difference
    return turning if turning > 0 else None


def weight_ranges(normalized: FloatArray, weights: FloatArray, first: int) -> tuple[WeightRange, ...]:
    """For each weight the range in which the model stays first, alone or tied, the other weights staying.

    Parameters
    ----------
    normalized : (n_models, n_criteria), higher is better
    weights : (n_criteria,), none negative
    first : row of a model that no other's weighted sum exceeds by more than rounding
    """
    differences = normalized[first] - normalized
    leads = differences @ weights
    return tuple(
        _weight_range(differences[:, column], leads, float(weights[column]), len(weights))
        for column in range(len(weights))
    )


def _weight_range(differences: FloatArray, leads: FloatArray, weight: float, criteria: int) -> WeightRange:
    low, below, high, above = 0.0, None, float("inf"), None
    for rival in np.flatnonzero(np.abs(differences) >= TOLERANCE):
        difference, lead = float(differences[rival]), float(leads[rival])
        # What is tied now is parted by any move.
        tied = abs(lead) < TOLERANCE * criteria
        turning = weight if tied else turning_weight(difference, lead - weight * difference)
        if turning is None:
            continue
        if difference > 0 and turning > low:
            low, below = turning, int(rival)
        if difference < 0 and turning < high:
            high, above = turning, int(rival)
    return WeightRange(low, high, below, above)


def nearest_for_rival(normalized: FloatArray, shares: FloatArray, first: int, rival: int) -> FloatArray | None:
    """The nearest weighting at which `rival` catches up with `first`, and beyond which it leads; None if there is none.

    There is none where the rival is nowhere better. The nearest over all rivals is the smallest change of all weights
    that gives another winner.

    Parameters
    ----------
    shares : (n_criteria,), none negative, sums to 1
    """
    gain = normalized[rival] - normalized[first]
    if gain.max() < TOLERANCE:
        return None
    return _nearest(shares, gain[np.newaxis, :], 0.0)


def nearest_for_first(normalized: FloatArray, shares: FloatArray, model: int) -> FloatArray | None:
    """The nearest weighting at which `model` leads all models that are not its equals; None if there is none.

    It leads by what parts a lead from a tie and no more.

    Parameters
    ----------
    shares : (n_criteria,), none negative, sums to 1
    """
    gains = normalized[model] - normalized
    rivals = gains[(np.abs(gains) >= TOLERANCE).any(axis=1)]
    if len(rivals) and (rivals.max(axis=1) < TOLERANCE).any():
        return None
    return _nearest(shares, rivals, TOLERANCE)


def _nearest(shares: FloatArray, gains: FloatArray, margin: float) -> FloatArray | None:
    """The nearest weighting of the simplex at which each row's gain is at least `margin`; None if there is none.

    A least-distance problem, solved exactly by non-negative least squares, an active-set method.

    References
    ----------
    Lawson & Hanson (1974), Solving Least Squares Problems, chapter 23, problem LDP.
    """
    from scipy.optimize import nnls

    if (gains @ shares >= margin).all():
        return shares.copy()
    if len(shares) == 1:
        return None
    basis = _sum_zero(len(shares))
    # Every move within the plane of the weightings is basis @ x: gains and shares are lines in x.
    lines = np.vstack([gains, np.eye(len(shares))]) @ basis
    least = np.concatenate([margin - gains @ shares, -shares])
    lengths = np.linalg.norm(lines, axis=1)
    if (least > _FARTHEST * lengths).any():
        return None
    moving = lengths > 0
    lines, least = lines[moving] / lengths[moving, np.newaxis], least[moving] / lengths[moving]
    system = np.vstack([lines.T, least])
    target = np.append(np.zeros(basis.shape[1]), 1.0)
    residual = target - system @ nnls(system, target)[0]
    # 1 / (1 + distance²) where there is a solution, 0 where there is none.
    if residual[-1] < 0.5 / (1 + _FARTHEST**2):
        return None
    moved: FloatArray = np.maximum(shares - basis @ (residual[:-1] / residual[-1]), 0.0)
    moved /= moved.sum()
    return moved


def _sum_zero(criteria: int) -> FloatArray:
    """Orthonormal columns that span the moves which leave the sum of the weights as it is (Helmert)."""
    basis = np.zeros((criteria, criteria - 1))
    for column in range(criteria - 1):
        basis[: column + 1, column] = 1.0
        basis[column + 1, column] = -(column + 1.0)
    basis /= np.linalg.norm(basis, axis=0)
    return basis
