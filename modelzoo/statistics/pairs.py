"""Every pair of several classifiers tested, the p-values adjusted for the number of pairs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from modelzoo.statistics.multiple import holm
from modelzoo.statistics.paired import (
    BoolArray,
    detectable_difference,
    difference_interval,
    mcnemar,
    mid_p,
    paired_table,
)
from modelzoo.statistics.variance_components import FEWEST, compare_seeds, win_probability

POWER = 0.8


@dataclass(frozen=True)
class Pair:
    """Two of the classifiers, by place: difference of accuracy and interval in points, p-values, what could be found.

    `p` is McNemar's mid-p of two networks, or the t test's of two recipes; `exact_p` and the counts of images that
    one alone got right are of networks only, `win` (with interval) of recipes only.
    """

    first: int
    second: int
    difference: float
    low: float
    high: float
    p: float
    adjusted_p: float
    detectable: float | None
    exact_p: float | None = None
    only_first: int | None = None
    only_second: int | None = None
    win: tuple[float, float, float] | None = None


def of_recipes(answers: Sequence[BoolArray]) -> bool:
    """Whether each has seeds enough to test the recipes; else it is single networks that are compared."""
    return all(len(each) >= FEWEST for each in answers)


def compare_pairs(answers: Sequence[BoolArray], confidence: float = 0.95) -> tuple[Pair, ...]:
    """Every pair tested: of recipes where each has several seeds, else of networks.

    Intervals are for each pair alone. The p-values are adjusted by Holm, and `Pair.detectable` is at the level that
    the smallest of them must reach, with a power of 0.8.

    Parameters
    ----------
    answers : for each classifier (n_seeds, n_images), whether it got each image right; of networks the first counts
    """
    adjusted = adjusted_p_values(answers)
    compared = _recipes if of_recipes(answers) else _networks
    alpha = (1 - confidence) / max(1, len(adjusted))
    pairs = (compared(answers, *places, confidence=confidence, alpha=alpha) for places in adjusted)
    return tuple(replace(pair, adjusted_p=adjusted[pair.first, pair.second]) for pair in pairs)


def adjusted_p_values(answers: Sequence[BoolArray]) -> dict[tuple[int, int], float]:
    """The adjusted p-value of each pair alone, by their places; the tests are those of `compare_pairs`."""
    places = list(combinations(range(len(answers)), 2))
    if of_recipes(answers):
        p_values = [compare_seeds(answers[first], answers[second]).p for first, second in places]
    else:
        p_values = [mid_p(paired_table(answers[first][0], answers[second][0])) for first, second in places]
    return dict(zip(places, holm(p_values), strict=True))


def _networks(answers: Sequence[BoolArray], first: int, second: int, *, confidence: float, alpha: float) -> Pair:
    table = paired_table(answers[first][0], answers[second][0])
    low, high = difference_interval(table, confidence)
    test = mcnemar(table)
    return Pair(
        first=first,
        second=second,
        difference=table.difference,
        low=low,
        high=high,
        p=test.mid,
        adjusted_p=test.mid,
        detectable=detectable_difference(table, alpha, POWER),
        exact_p=test.exact,
        only_first=table.only_first,
        only_second=table.only_second,
    )


def _recipes(answers: Sequence[BoolArray], first: int, second: int, *, confidence: float, alpha: float) -> Pair:
    test = compare_seeds(answers[first], answers[second], confidence=confidence, alpha=alpha, power=POWER)
    accuracies = [answers[place].mean(axis=1) for place in (first, second)]
    return Pair(
        first=first,
        second=second,
        difference=test.difference,
        low=test.low,
        high=test.high,
        p=test.p,
        adjusted_p=test.p,
        detectable=test.detectable,
        win=win_probability(accuracies[0], accuracies[1], confidence),
    )
