"""Several classifiers on the same images: one test for all, p-values adjusted for their number, groups."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from modelzoo.statistics.paired import BoolArray


@dataclass(frozen=True)
class CochranQ:
    """The statistic, its degrees of freedom, and the p-value of the hypothesis that all are equally accurate."""

    statistic: float
    df: int
    p: float


def cochran_q(right: BoolArray) -> CochranQ:
    """Cochran's Q test.

    Parameters
    ----------
    right : (n_classifiers, n_images), whether each got each image right

    References
    ----------
    Cochran (1950), Biometrika 37, 256-266.
    """
    if (right == right[0]).all():
        return CochranQ(0.0, len(right) - 1, 1.0)  # the statistic would be 0/0
    from scipy.special import chdtrc

    count = len(right)
    by_classifier, by_image = right.sum(axis=1, dtype=np.float64), right.sum(axis=0, dtype=np.float64)
    between = count * np.square(by_classifier).sum() - by_classifier.sum() ** 2
    statistic = float((count - 1) * between / (count * by_image.sum() - np.square(by_image).sum()))
    return CochranQ(statistic, count - 1, float(chdtrc(count - 1, statistic)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Each p-value adjusted for their number, so that the chance of any false finding stays below the level.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(np.arange(len(order), 0, -1) * np.asarray(p_values)[order])
    return [float(p) for p in adjusted.clip(max=1)]


def alike_groups(count: int, apart: Iterable[tuple[int, int]]) -> list[tuple[int, ...]]:
    """The largest groups among 0 … count - 1 of which no two are told apart; a member may be in several.

    That two cannot be told from a third does not mean that they are alike, so groups overlap where they must.

    References
    ----------
    Piepho (2004), Journal of Computational and Graphical Statistics 13, 456-466, insert and absorb.
    """
    groups = [frozenset(range(count))]
    for first, second in apart:
        split = [group - {one} for group in groups if {first, second} <= group for one in (first, second)]
        groups = [group for group in groups if not {first, second} <= group]
        for group in sorted(split, key=len, reverse=True):
            if not any(group <= other for other in groups):
                groups.append(group)
    return sorted(tuple(sorted(group)) for group in groups)
