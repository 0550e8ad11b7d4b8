"""Weightings drawn evenly from all there are, or from those within ranges and in an order of importance.

A weighting is a point of the simplex: shares, none negative, that sum to 1.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from modelzoo.scoring.senses import FloatArray

# Below this share of hits, drawing and rejecting costs more than walking.
_HITS = 0.01
# Walks begin at one point; after so many rounds over all pairs nothing of it is left (10 criteria in order and ranges).
_ROUNDS = 50


@dataclass(frozen=True)
class Region:
    """The weightings whose shares lie from `low` to `high`, and descend along `order`.

    Attributes
    ----------
    low, high : (n_criteria,), 0-1
    order : places of criteria, the most important first; those it leaves out may have any share
    """

    low: FloatArray
    high: FloatArray
    order: tuple[int, ...] = ()

    @property
    def bounded(self) -> bool:
        """Whether a range takes away anything."""
        return bool((self.low > 0).any() or (self.high < 1).any())


def everywhere(criteria: int) -> Region:
    """All weightings of that many criteria."""
    return Region(np.zeros(criteria), np.ones(criteria))


def tightened(region: Region) -> Region:
    """The same weightings with ranges that the order leaves whole: none reaches below a less important one's."""
    low, high = region.low.copy(), region.high.copy()
    order = list(region.order)
    low[order] = np.maximum.accumulate(low[order][::-1])[::-1]
    high[order] = np.minimum.accumulate(high[order])
    return Region(low, high, region.order)


def is_empty(region: Region) -> bool:
    """Whether the region has no weighting inside, none or only some on a border of it."""
    if len(region.low) == 1:
        return not region.low[0] <= 1 <= region.high[0]
    tight = tightened(region)
    return bool((tight.low >= tight.high).any() or tight.low.sum() >= 1 or tight.high.sum() <= 1)


def draw(region: Region, count: int, random: np.random.Generator) -> FloatArray:
    """So many weightings, spread evenly over the region.

    Ranges are drawn by rejection; where hardly a draw hits, each weighting ends a walk of its own (Gibbs sampling over
    pairs of criteria), so that they stay independent of each other.

    Parameters
    ----------
    region : not empty

    Returns
    -------
    (count, n_criteria)
    """
    if not region.bounded:
        return _candidates(region, count, random)
    found: list[FloatArray] = []
    missing = count
    while missing > 0:
        drawn = _candidates(region, count, random)
        hits = drawn[((drawn >= region.low) & (drawn <= region.high)).all(axis=1)]
        if len(hits) < _HITS * count:
            return _walk(region, count, random)
        found.append(hits[:missing])
        missing -= len(found[-1])
    return np.concatenate(found)


def _candidates(region: Region, count: int, random: np.random.Generator) -> FloatArray:
    """Weightings spread evenly over those in order, or else over those above the lower bounds."""
    drawn = random.standard_exponential((count, len(region.low)))
    drawn /= drawn.sum(axis=1, keepdims=True)
    if region.order:
        # No criterion is special in the simplex, so sorting spreads evenly over the weightings in order.
        order = list(region.order)
        drawn[:, order] = -np.sort(-drawn[:, order], axis=1)
    elif region.low.any():
        # What lies above the lower bounds is a smaller simplex.
        drawn *= 1 - region.low.sum()
        drawn += region.low
    return drawn


def _walk(region: Region, count: int, random: np.random.Generator) -> FloatArray:
    region = tightened(region)
    spread = region.high - region.low
    # Between two sets of bounds that both keep the order, so it does too.
    start = region.low + spread * (1 - region.low.sum()) / spread.sum()
    walkers = np.repeat(start[:, np.newaxis], count, axis=1)
    pairs = list(combinations(range(len(start)), 2))
    for _ in range(_ROUNDS):
        for place in random.permutation(len(pairs)):
            _step(walkers, region, pairs[place], random)
    return np.ascontiguousarray(walkers.T)


def _step(walkers: FloatArray, region: Region, pair: tuple[int, int], random: np.random.Generator) -> None:
    """Share out anew, within what the region allows, what two criteria have together."""
    one, other = pair
    both = walkers[one] + walkers[other]
    least, most = _limits(walkers, region, one, other)
    least_other, most_other = _limits(walkers, region, other, one)
    least, most = np.maximum(least, both - most_other), np.minimum(most, both - least_other)
    if {one, other} <= set(region.order):
        if region.order.index(one) < region.order.index(other):
            least = np.maximum(least, both / 2)
        else:
            most = np.minimum(most, both / 2)
    walkers[one] = least + (most - least) * random.random(len(both))
    walkers[other] = both - walkers[one]


def _limits(walkers: FloatArray, region: Region, criterion: int, partner: int) -> tuple[FloatArray, FloatArray]:
    """The least and the most that a criterion may have, by its range and its neighbors in the order but the partner."""
    least = np.full(walkers.shape[1], region.low[criterion])
    most = np.full(walkers.shape[1], region.high[criterion])
    if criterion in region.order:
        place = region.order.index(criterion)
        before, after = region.order[:place][-1:], region.order[place + 1 :][:1]
        for neighbor in before:
            most = most if neighbor == partner else np.minimum(most, walkers[neighbor])
        for neighbor in after:
            least = least if neighbor == partner else np.maximum(least, walkers[neighbor])
    return least, most
