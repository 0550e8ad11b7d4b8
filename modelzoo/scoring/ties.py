"""Ranks of scores, best first; scores that differ by rounding alone are tied."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Scores of a block, whose best bounds the best of all.
_BLOCK = 500
_LEAST = float(np.nextafter(0.0, 1.0))


def competition_ranks(
    scores: NDArray[np.float64], tolerance: float, names: Sequence[str] | None = None, *, top: int | None = None
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return the rows of the scores from best to worst, and their ranks: 1, 1, 3.

    A score is tied with the first of its group where it is less by less than `tolerance`.

    Parameters
    ----------
    scores : (n_models,), finite, higher is better
    names : put tied models in alphabetical order; without them they keep the order of the scores
    top : return only the first `top` rows, without sorting the rest

    Returns
    -------
    order : (n_models,), so that ``scores[order]`` runs from best to worst, ties aside
    ranks : (n_models,), 1 upward, the rank of ``order``'s models
    """
    # Equal scores are tied at any tolerance.
    tolerance = max(tolerance, _LEAST)
    if top is not None and top < len(scores):
        # A score tied with one of the best is less than their least by less than the tolerance.
        rows = np.flatnonzero(scores >= _least_of_the_best(scores, top) - tolerance)
        order, ranks = competition_ranks(scores[rows], tolerance, names and [names[row] for row in rows.tolist()])
        return rows[order[:top]], ranks[:top]
    order = np.argsort(-scores)
    starts, sizes = _tied_groups(scores[order], tolerance)
    ranks = np.arange(1, len(order) + 1)
    if not len(starts):
        return order, ranks
    groups = np.repeat(np.arange(len(starts)), sizes)
    # The positions of each group, one group after another.
    tied = np.arange(len(groups)) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
    ranks[tied] = starts[groups] + 1
    if names is None:
        # One sort by group and row together leaves the groups at their positions.
        order[tied] = np.sort(groups * len(order) + order[tied]) % len(order)
    else:
        # By row where names are equal, since equal scores come in any order.
        rows = order[tied]
        labels = np.array([names[row] for row in rows.tolist()], dtype=object)
        order[tied] = rows[np.lexsort((rows, labels, groups))]
    return order, ranks


def possible_ranks(
    least: NDArray[np.float64], most: NDArray[np.float64], tolerance: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the best and the worst rank of each model whose score lies between `least` and `most`.

    Parameters
    ----------
    least, most : (n_models,), finite, least <= most, higher is better
    """
    tolerance = max(tolerance, _LEAST)
    # A model is ahead for certain where its least is above another's most. It may be ahead where its most is above the
    # least.
    best = 1 + len(least) - np.searchsorted(np.sort(least), most + tolerance, side="left")
    worst = 1 + len(most) - np.searchsorted(np.sort(most), least + tolerance, side="left")
    # No model is ahead of itself.
    return best, worst - (most - least >= tolerance)


def _least_of_the_best(scores: NDArray[np.float64], top: int) -> float:
    """Return the score at rank `top`."""
    # The best of the blocks are different scores: the best `top` of them bound the best `top` of all.
    blocks = scores[: len(scores) // _BLOCK * _BLOCK].reshape(-1, _BLOCK).max(axis=1)
    if len(blocks) >= top:
        scores = scores[scores >= np.partition(blocks, -top)[-top]]
    return float(np.partition(scores, -top)[-top])


def _tied_groups(descending: NDArray[np.float64], tolerance: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the start and the size of each group of two or more tied scores."""
    close = np.flatnonzero(descending[:-1] - descending[1:] < tolerance)
    if not len(close):
        return close, close
    breaks = np.flatnonzero(np.diff(close) > 1)
    starts, ends = close[np.append(0, breaks + 1)], close[np.append(breaks, -1)] + 2
    # A chain of small steps may be longer than the tolerance.
    chains = np.flatnonzero(descending[starts] - descending[ends - 1] >= tolerance)
    if len(chains):
        parts = [_split(descending, starts[chain], ends[chain], tolerance) for chain in chains]
        starts = np.concatenate([np.delete(starts, chains), *(part[:-1] for part in parts)])
        ends = np.concatenate([np.delete(ends, chains), *(part[1:] for part in parts)])
    groups = np.flatnonzero(ends - starts > 1)
    return starts[groups], ends[groups] - starts[groups]


def _split(descending: NDArray[np.float64], start: int, end: int, tolerance: float) -> NDArray[np.intp]:
    """Return the ends of the groups in a chain, each within the tolerance of its first score."""
    ends = [start]
    while True:
        first = ends[-1]
        beyond = first + int(np.argmax(descending[first] - descending[first:end] >= tolerance))
        if beyond == first:
            return np.array([*ends, end])
        ends.append(beyond)
