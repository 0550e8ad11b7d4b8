"""Minimal weight change: the weights nearest to the ranking's at which another model leads.

All weights may move. The distance is Euclidean, between weight vectors that sum to 1.
"""

import msgspec
import numpy as np

from modelzoo.scoring.pareto import layers
from modelzoo.scoring.rounding import TOLERANCE
from modelzoo.scoring.senses import FloatArray

# Two corners of the simplex, the weight vectors farthest apart, are √2 apart.
_FARTHEST = 1.5


class WeightChange(msgspec.Struct, frozen=True):
    """A weight vector, by criterion, and its distance from the ranking's."""

    shares: dict[str, float]
    distance: float


def smallest_change(normalized: FloatArray, shares: FloatArray) -> tuple[int, FloatArray] | None:
    """Return the rival that the smallest weight change puts level with the first row, and its weights.

    Return None if no weights do. Rivals are tried by the distance of their plane of equal scores, a lower bound.

    Parameters
    ----------
    normalized : (n_models, n_criteria), higher is better
    shares : (n_criteria,), none negative, sums to 1
    """
    gains = normalized[1:] - normalized[0]
    able = np.flatnonzero((gains >= TOLERANCE).any(axis=1))
    centered = gains[able] - gains[able].mean(axis=1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        bounds = np.maximum(-gains[able] @ shares, 0.0) / np.linalg.norm(centered, axis=1)
    smallest: tuple[float, int, FloatArray] | None = None
    for index in np.argsort(bounds, kind="stable"):
        if smallest is not None and bounds[index] > smallest[0] + TOLERANCE:
            break
        rival = int(able[index]) + 1
        weights = weights_for_rival(normalized, shares, 0, rival)
        if weights is not None:
            distance = float(np.linalg.norm(weights - shares))
            if smallest is None or (distance, rival) < smallest[:2]:
                smallest = distance, rival, weights
    return None if smallest is None else smallest[1:]


def weights_for_rival(normalized: FloatArray, shares: FloatArray, first: int, rival: int) -> FloatArray | None:
    """Return the nearest weights at which `rival` is level with `first`; None if there are none."""
    gain = normalized[rival] - normalized[first]
    if gain.max() < TOLERANCE:
        return None
    return _nearest(shares, gain[np.newaxis, :], 0.0)


def contenders(normalized: FloatArray) -> FloatArray:
    """Return the rows on the first two layers: a model on the front that leads them leads all."""
    return normalized[layers(normalized, np.ones(normalized.shape[1], bool)) <= 2]


def weights_for_first(rivals: FloatArray, shares: FloatArray, model: FloatArray) -> FloatArray | None:
    """Return the nearest weights at which a model leads all rivals that differ from it; None if there are none.

    The lead is the smallest that is no tie.

    Parameters
    ----------
    rivals : (n_rivals, n_criteria), as `contenders` returns them
    model : (n_criteria,)
    """
    gains = model - rivals
    rivals = gains[(np.abs(gains) >= TOLERANCE).any(axis=1)]
    if len(rivals) and (rivals.max(axis=1) < TOLERANCE).any():
        return None
    return _nearest(shares, rivals, TOLERANCE)


def _nearest(shares: FloatArray, gains: FloatArray, margin: float) -> FloatArray | None:
    """Return the nearest weights at which each row's gain is at least `margin`; None if there are none.

    Few rows bind: start without any, and add the row that lacks most until none lacks.
    """
    binding: list[int] = []
    nearest: FloatArray | None = shares.copy()
    while nearest is not None:
        lacking = gains @ nearest
        worst = int(np.argmin(lacking)) if len(gains) else 0
        # A row that binds already lacks no more than rounding.
        if not len(gains) or lacking[worst] >= margin or worst in binding:
            return nearest
        binding.append(worst)
        nearest = _nearest_of_few(shares, gains[binding], margin)
    return None


def _nearest_of_few(shares: FloatArray, gains: FloatArray, margin: float) -> FloatArray | None:
    """Return `_nearest` of a few rows: the exact solution by non-negative least squares, an active-set method.

    References
    ----------
    Lawson & Hanson (1974), Solving Least Squares Problems, chapter 23, problem LDP.
    """
    from scipy.optimize import nnls

    if len(shares) == 1:
        return None
    basis = _zero_sum_basis(len(shares))
    # Every move within the plane of the weights is basis @ x: gains and shares are linear in x.
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
    # 1 / (1 + distance²) if there is a solution, 0 if there is none.
    if residual[-1] < 0.5 / (1 + _FARTHEST**2):
        return None
    nearest: FloatArray = np.maximum(shares - basis @ (residual[:-1] / residual[-1]), 0.0)
    nearest /= nearest.sum()
    return nearest


def _zero_sum_basis(criteria: int) -> FloatArray:
    """Return orthonormal columns that span the moves without a change of the weights' sum (Helmert)."""
    basis = np.zeros((criteria, criteria - 1))
    for column in range(criteria - 1):
        basis[: column + 1, column] = 1.0
        basis[column + 1, column] = -(column + 1.0)
    basis /= np.linalg.norm(basis, axis=0)
    return basis
