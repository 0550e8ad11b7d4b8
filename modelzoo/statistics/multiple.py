"""Several classifiers on the same images: one test for all, adjusted p-values, letter groups."""

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from modelzoo.statistics.paired import BoolArray


class CochranQ(Struct, frozen=True):
    """The statistic, its degrees of freedom, and the p-value of the hypothesis that all are equally accurate."""

    statistic: float
    df: int
    p: float


def cochran_q(correct: BoolArray) -> CochranQ:
    """Run Cochran's Q test.

    Parameters
    ----------
    correct : (n_classifiers, n_images), whether each classified each image correctly

    References
    ----------
    Cochran (1950), Biometrika 37, 256-266.
    """
    if (correct == correct[0]).all():
        return CochranQ(0.0, len(correct) - 1, 1.0)  # the statistic would be 0/0
    from scipy.special import chdtrc

    count = len(correct)
    by_classifier, by_image = correct.sum(axis=1, dtype=np.float64), correct.sum(axis=0, dtype=np.float64)
    between = count * np.square(by_classifier).sum() - by_classifier.sum() ** 2
    statistic = float((count - 1) * between / (count * by_image.sum() - np.square(by_image).sum()))
    return CochranQ(statistic, count - 1, float(chdtrc(count - 1, statistic)))


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values for their number: the chance of any false rejection stays below the level.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(np.arange(len(order), 0, -1) * np.asarray(p_values)[order])
    return [float(p) for p in adjusted.clip(max=1)]


def letter_groups(count: int, different: Iterable[tuple[int, int]], *, most: int = 200) -> list[tuple[int, ...]]:
    """Return the largest groups among 0 … count - 1 without a significantly different pair.

    Groups overlap: two members may differ significantly from each other, and neither from a third one. Their number
    may grow exponentially: 3^(count / 3) at worst. With more than `most` groups the list is empty.

    References
    ----------
    Piepho (2004), Journal of Computational and Graphical Statistics 13, 456-466, insert and absorb.
    """
    groups = [frozenset(range(count))]
    for first, second in different:
        split = [group - {member} for group in groups if {first, second} <= group for member in (first, second)]
        groups = [group for group in groups if not {first, second} <= group]
        for group in sorted(split, key=len, reverse=True):
            if not any(group <= larger for larger in groups):
                groups.append(group)
        if len(groups) > most:
            return []
    return sorted(tuple(sorted(group)) for group in groups)
