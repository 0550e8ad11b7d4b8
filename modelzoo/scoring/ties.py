"""From scores to ranks: best first, scores that differ by nothing but rounding share a rank."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Times the number of criteria: scores are sums of that many numbers between 0 and 1.
TOLERANCE = 1e-9

# Scores of which only the best is looked at when the best of all are.
_BLOCK = 500
_LEAST = float(np.nextafter(0.0, 1.0))


def competition_ranks(
    scores: NDArray[np.float64], tolerance: float, names: Sequence[str] | None = None, *, top: int | None = None
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """The places of the scores from best to worst, and the rank of each place: 1, 1, 3.

    A score is tied with the first of its group where it falls short of it by less than `tolerance`.

    Parameters
    ----------
    scores : (n_models,), finite, higher is better
    names : put tied models in alphabetical order; without them they keep the order of the scores given
    top : only the first so many places, the same as without it, but found without sorting the rest

    Returns
    -------
    order : (n_models,), so that ``scores[order]`` runs from best to worst, ties aside
    ranks : (n_models,), 1 upward, the rank of ``order``'s models
    """
    # Equal scores are tied even where none may differ.
    tolerance = max(tolerance, _LEAST)
    if top is not None and top < len(scores):
        # Nothing below the least of the best can be tied with one of them but by less than the tolerance.
        least = _least_of_the_best(scores, top)
        rows = np.flatnonzero(scores >= least - tolerance)
        order, ranks = competition_ranks(scores[rows], tolerance, names and [names[int(row)] for row in rows])
        return rows[order[:top]], ranks[:top]
    order = np.argsort(-scores)
    starts = _group_starts(scores[order], tolerance)
    if len(starts) == len(order):
        return order, np.arange(1, len(order) + 1)
    sizes = np.diff(np.append(starts, len(order)))
    ranks = np.arange(1, len(order) + 1)
    starts, sizes = starts[sizes > 1], sizes[sizes > 1]
    groups = np.repeat(np.arange(len(starts)), sizes)
    # The places of each group, one group after another.
    tied = np.arange(len(groups)) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
    ranks[tied] = starts[groups] + 1
    if names is None:
        # One sort by group and row together leaves the groups where they are.
        order[tied] = np.sort(groups * len(order) + order[tied]) % len(order)
    else:
        # By row where names are the same, since rows come in no order of their own.
        alphabetical = sorted(zip(groups, (names[int(row)] for row in order[tied]), order[tied], strict=True))
        order[tied] = [row for _, _, row in alphabetical]
    return order, ranks


def possible_ranks(
    least: NDArray[np.float64], most: NDArray[np.float64], tolerance: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The best and the worst rank of each model whose score lies between `least` and `most`, whatever the others' are.

    Parameters
    ----------
    least, most : (n_models,), finite, least <= most, higher is better
    """
    tolerance = max(tolerance, _LEAST)
    # Ahead for certain are those whose least is above a model's most; ahead perhaps, whose most is above its least.
    best = 1 + len(least) - np.searchsorted(np.sort(least), most + tolerance, side="left")
    worst = 1 + len(most) - np.searchsorted(np.sort(most), least + tolerance, side="left")
    # A model whose own figures are open is not ahead of itself.
    return best, worst - (most - least >= tolerance)


def _least_of_the_best(scores: NDArray[np.float64], top: int) -> float:
    """The score at place `top`."""
    # The best of each block are that many different scores: the place among them bounds the place among all.
    blocks = scores[: len(scores) // _BLOCK * _BLOCK].reshape(-1, _BLOCK).max(axis=1)
    if len(blocks) >= top:
        scores = scores[scores >= np.partition(blocks, -top)[-top]]
    return float(np.partition(scores, -top)[-top])


def _group_starts(descending: NDArray[np.float64], tolerance: float) -> NDArray[np.int64]:
    """Where each group of tied scores begins."""
    if not len(descending):
        return np.empty(0, np.int64)
    # A step of the tolerance always ends a group; between such steps one long chain of small ones may too.
    certain = np.append(0, np.flatnonzero(descending[:-1] - descending[1:] >= tolerance) + 1)
    ends = np.append(certain[1:], len(descending))
    chains = descending[certain] - descending[ends - 1] >= tolerance
    if not chains.any():
        return certain
    more: list[np.intp] = []
    for start, end in zip(certain[chains], ends[chains], strict=True):
        first = start
        while (beyond := first + np.argmax(descending[first] - descending[first:end] >= tolerance)) != first:
            more.append(beyond)
            first = beyond
    return np.insert(certain, np.searchsorted(certain, more), more)
