"""From scores to ranks: best first, scores that differ by nothing but rounding share a rank."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Times the number of criteria: scores are sums of that many numbers between 0 and 1.
TOLERANCE = 1e-9


def competition_ranks(
    scores: NDArray[np.float64], tolerance: float, names: Sequence[str] | None = None
) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """The places of the scores from best to worst, and the rank of each place: 1, 1, 3.

    A score is tied with the first of its group where it falls short of it by less than `tolerance`.

    Parameters
    ----------
    scores : (n_models,), finite, higher is better
    names : put tied models in alphabetical order; without them they keep the order of the scores given

    Returns
    -------
    order : (n_models,), so that ``scores[order]`` runs from best to worst, ties aside
    ranks : (n_models,), 1 upward, the rank of ``order``'s models
    """
    order = np.argsort(-scores, kind="stable")
    starts = _group_starts(scores[order], tolerance)
    sizes = np.diff(np.append(starts, len(order)))
    ranks = np.repeat(starts + 1, sizes)
    key = int if names is None else names.__getitem__
    for start, size in zip(starts[sizes > 1], sizes[sizes > 1], strict=True):
        order[start : start + size] = sorted(order[start : start + size], key=key)
    return order, ranks


def possible_ranks(
    least: NDArray[np.float64], most: NDArray[np.float64], tolerance: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The best and the worst rank of each model whose score lies between `least` and `most`, whatever the others' are.

    Parameters
    ----------
    least, most : (n_models,), finite, least <= most, higher is better
    """
    # Ahead for certain are those whose least is above a model's most; ahead perhaps, whose most is above its least.
    best = 1 + len(least) - np.searchsorted(np.sort(least), most + tolerance, side="left")
    worst = 1 + len(most) - np.searchsorted(np.sort(most), least + tolerance, side="left")
    # A model whose own figures are open is not ahead of itself.
    return best, worst - (most - least >= tolerance)


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
    starts = [*certain]
    for start, end in zip(certain[chains], ends[chains], strict=True):
        first = start
        while (beyond := first + np.argmax(descending[first] - descending[first:end] >= tolerance)) != first:
            starts.append(beyond)
            first = beyond
    return np.sort(np.asarray(starts, np.int64))
