"""Fronts as arrays: the models on the front, the layer of each model, and a model that dominates it.

One model dominates another where it is as good by every criterion and better by one.
"""

import numpy as np
from numpy.typing import NDArray

from modelzoo.scoring.rounding import ROUNDING, settled
from modelzoo.scoring.senses import BoolArray, FloatArray, negated

# So many candidates are compared here faster than moocore is imported (0.2 s).
FEW = 500
# So few rows are each compared with all, faster than the front is found.
_EACH = 100
# Where a strong model dominates less than this share of the models, their removal costs more than it saves.
_WORTHWHILE = 0.2


def front(matrix: FloatArray, maximize: BoolArray) -> BoolArray:
    """Return which models are on the front; equal ones, except for rounding, are all on it or all off.

    Models that one strong model dominates are removed first; moocore finds the front of many candidates.

    Parameters
    ----------
    matrix : (n_models, n_criteria), without NaN
    maximize : (n_criteria,), False where smaller is better
    """
    gains = matrix if maximize.all() else negated(matrix, maximize)
    on_front = np.zeros(len(gains), bool)
    left = _candidates(gains)
    if left is None:
        return _front_of(settled(gains))
    on_front[left[_front_of(settled(gains[left]))]] = True
    return on_front


def front_of_rows(matrix: FloatArray, maximize: BoolArray, rows: NDArray[np.intp]) -> BoolArray:
    """Return which of these rows are on the front of the whole matrix; parameters as of `front`."""
    if len(rows) > _EACH:
        return front(matrix, maximize)[rows]
    return np.array([not _is_dominated(matrix, maximize, row) for row in rows], dtype=bool)


def layers(matrix: FloatArray, maximize: BoolArray) -> NDArray[np.int64]:
    """Return each model's layer: 1 on the front, 2 on the front of the rest; parameters as of `front`."""
    gains = negated(matrix, maximize)
    if len(gains) > FEW:
        import moocore

        return np.asarray(moocore.pareto_rank(_finite(gains), maximise=True), dtype=np.int64) + 1
    layer = np.zeros(len(gains), np.int64)
    while not layer.all():
        left = np.flatnonzero(layer == 0)
        layer[left[_front_by_turns(gains[left])]] = layer.max(initial=0) + 1
    return layer


def dominators(matrix: FloatArray, maximize: BoolArray, on_front: BoolArray) -> NDArray[np.intp]:
    """Return for each model the row of one on the front that dominates it, -1 for models on the front.

    The strongest of several is taken, by the sum of its values, each a share of its criterion's range. The values
    are finite; `on_front` is the result of `front` by the same matrix and senses.
    """
    gains = negated(matrix, maximize)
    members = np.flatnonzero(on_front)
    spans = np.ptp(gains, axis=0) if len(gains) else np.ones(gains.shape[1])
    worth = (gains[members] / np.where(spans > 0, spans, 1.0)).sum(axis=1)
    # The strongest first, so that the first that dominates is taken.
    members = members[np.argsort(-worth, kind="stable")]
    above = np.full(len(gains), -1, dtype=np.intp)
    for row in np.flatnonzero(~on_front):
        # A model off the front is equal to none on it: as good in everything is better in something.
        above[row] = members[(gains[members] >= gains[row]).all(axis=1).argmax()]
    return above


def _is_dominated(matrix: FloatArray, maximize: BoolArray, row: int) -> bool:
    """Check whether another row is as good by every criterion and better by one, except for rounding."""
    rivals: NDArray[np.intp] | slice = slice(None)
    reach = np.where(np.isfinite(matrix[row]), ROUNDING * np.abs(matrix[row]), 0.0)
    for column, value in enumerate(matrix[row]):
        values = matrix[rivals, column]
        as_good = values >= value - reach[column] if maximize[column] else values <= value + reach[column]
        rivals = np.flatnonzero(as_good) if isinstance(rivals, slice) else rivals[as_good]
    # As good in everything and not equal is better in something.
    with np.errstate(invalid="ignore", over="ignore"):
        return bool((np.abs(matrix[rivals] - matrix[row]) > reach).any())


def _candidates(gains: FloatArray) -> NDArray[np.intp] | None:
    """Return the models that the best one by its sum does not dominate; None where nearly all are left."""
    if len(gains) <= FEW:
        return None
    # The ends of a sample are near enough to bring the criteria to one scale.
    sample = gains[:: max(len(gains) // 1000, 1)]
    spans = np.ptp(sample, axis=0)
    if not np.isfinite(spans).all():
        return None
    factors = 1 / np.where(spans > 0, spans, 1.0)
    strong = gains[(gains @ factors).argmax()]
    left = np.zeros(len(gains), bool)
    equal = np.ones(len(gains), bool)
    for column, value in enumerate(strong):
        left |= gains[:, column] > value
        equal &= gains[:, column] >= value - ROUNDING * abs(value)
    left |= equal
    return np.flatnonzero(left) if left.sum() < (1 - _WORTHWHILE) * len(gains) else None


def _front_of(gains: FloatArray) -> BoolArray:
    if len(gains) <= FEW:
        return _front_by_turns(gains)
    import moocore

    return np.asarray(moocore.is_nondominated(_finite(gains), maximise=True, keep_weakly=True), dtype=bool)


def _places(gains: FloatArray) -> FloatArray:
    """Return the place of each value in its column, from the least."""
    return np.stack([np.unique(column, return_inverse=True)[1] for column in gains.T], axis=1).astype(np.float64)


def _finite(gains: FloatArray) -> FloatArray:
    """Return finite numbers in the same order: moocore takes no infinite value."""
    return gains if np.isfinite(gains).all() else _places(gains)


def _front_by_turns(gains: FloatArray) -> BoolArray:
    """Find the front of a few models, each compared with the members of the front before it."""
    # Best sum of ranks first: a dominated model comes after the models that dominate it.
    ranks = _places(gains).sum(axis=1)
    members: list[int] = []
    on_front = np.zeros(len(gains), bool)
    for row in np.argsort(-ranks, kind="stable"):
        rivals = gains[members]
        dominated = (rivals >= gains[row]).all(axis=1) & (rivals > gains[row]).any(axis=1)
        if not dominated.any():
            on_front[row] = True
            members.append(int(row))
    return on_front
