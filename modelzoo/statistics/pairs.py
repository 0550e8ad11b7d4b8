"""Tests of every pair of several classifiers, with p-values adjusted for the number of pairs."""

from collections.abc import Sequence
from itertools import combinations

from msgspec import Struct
from msgspec.structs import replace

from modelzoo.statistics.multiple import holm
from modelzoo.statistics.paired import (
    BoolArray,
    detectable_difference,
    difference_interval,
    mcnemar,
    mid_p,
    paired_table,
)
from modelzoo.statistics.variance_components import (
    FEWEST,
    compare_seeds,
    compare_summaries,
    summarize_seeds,
    win_probability,
)

POWER = 0.8


class Pair(Struct, frozen=True, kw_only=True):
    """Two classifiers by index: difference of accuracy with interval, in points, and p-values.

    `p` is McNemar's mid-p of two networks, or the t test's of two recipes. `exact_p`, `only_first` and `only_second`
    belong to networks, `win` (with its interval) to recipes. `detectable` is the smallest difference that the test
    detects. `significant` compares `adjusted_p` with the level.
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
    significant: bool = False


def compares_recipes(correct: Sequence[BoolArray]) -> bool:
    """Return whether each classifier has enough seeds to test recipes; otherwise single networks are tested."""
    return all(len(seeds) >= FEWEST for seeds in correct)


def compare_pairs(correct: Sequence[BoolArray], confidence: float = 0.95) -> tuple[Pair, ...]:
    """Test every pair: recipes if each classifier has several seeds, else networks.

    Intervals hold for each pair alone. The p-values are adjusted by Holm, and the level is 1 - `confidence`.
    `Pair.detectable` is for the level that the smallest p-value must reach, with a power of 0.8.

    Parameters
    ----------
    correct : for each classifier (n_seeds, n_images), whether it classified each image correctly; of networks the first
        seed counts
    """
    adjusted = adjusted_p_values(correct)
    compared = _recipes if compares_recipes(correct) else _networks
    level = 1 - confidence
    pairs = (
        compared(correct, *indexes, confidence=confidence, alpha=level / max(1, len(adjusted))) for indexes in adjusted
    )
    return tuple(
        replace(pair, adjusted_p=p, significant=p < level) for pair, p in zip(pairs, adjusted.values(), strict=True)
    )


def adjusted_p_values(correct: Sequence[BoolArray]) -> dict[tuple[int, int], float]:
    """Return the adjusted p-value of each pair, by the indexes of the two; the tests are those of `compare_pairs`."""
    indexes = list(combinations(range(len(correct)), 2))
    if compares_recipes(correct):
        summaries = [summarize_seeds(seeds) for seeds in correct]
        p_values = [compare_summaries(summaries[first], summaries[second]).p for first, second in indexes]
    else:
        p_values = [mid_p(paired_table(correct[first][0], correct[second][0])) for first, second in indexes]
    return dict(zip(indexes, holm(p_values), strict=True))


def _networks(correct: Sequence[BoolArray], first: int, second: int, *, confidence: float, alpha: float) -> Pair:
    table = paired_table(correct[first][0], correct[second][0])
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


def _recipes(correct: Sequence[BoolArray], first: int, second: int, *, confidence: float, alpha: float) -> Pair:
    test = compare_seeds(correct[first], correct[second], confidence=confidence, alpha=alpha, power=POWER)
    accuracies = [correct[index].mean(axis=1) for index in (first, second)]
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
