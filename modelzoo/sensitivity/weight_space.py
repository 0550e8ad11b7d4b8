"""Weight vectors drawn uniformly from the weight space, or from its part within ranges and an order of importance.

A weight vector is a point of the simplex: shares, none negative, that sum to 1.
"""

from itertools import combinations

import msgspec
import numpy as np

from modelzoo.scoring.senses import FloatArray

# Below this acceptance rate, rejection sampling costs more than Gibbs sampling.
_ACCEPTANCE = 0.01
# Rounds of Gibbs sampling over all pairs. After 50 the start has no influence (10 criteria in order and ranges).
_ROUNDS = 50


class WeightConstraints(msgspec.Struct, frozen=True):
    """Constraints on a weight vector: each share from `low` to `high`, shares descending along `order`.

    Attributes
    ----------
    low, high : (n_criteria,), 0-1
    order : indices of criteria, the most important first; the other criteria are not ordered
    """

    low: FloatArray
    high: FloatArray
    order: tuple[int, ...] = ()

    @property
    def bounded(self) -> bool:
        """True if a range excludes anything."""
        return bool((self.low > 0).any() or (self.high < 1).any())


def unconstrained(criteria: int) -> WeightConstraints:
    """Return the constraints that every weight vector meets."""
    return WeightConstraints(np.zeros(criteria), np.ones(criteria))


def tightened(constraints: WeightConstraints) -> WeightConstraints:
    """Return equivalent constraints whose bounds descend along the order."""
    low, high = constraints.low.copy(), constraints.high.copy()
    order = list(constraints.order)
    low[order] = np.maximum.accumulate(low[order][::-1])[::-1]
    high[order] = np.minimum.accumulate(high[order])
    return WeightConstraints(low, high, constraints.order)


def is_empty(constraints: WeightConstraints) -> bool:
    """Check whether no weight vector, or a set of volume 0 only, meets the constraints."""
    if len(constraints.low) == 1:
        return not constraints.low[0] <= 1 <= constraints.high[0]
    tight = tightened(constraints)
    return bool((tight.low >= tight.high).any() or tight.low.sum() >= 1 or tight.high.sum() <= 1)


def draw(constraints: WeightConstraints, count: int, random: np.random.Generator) -> FloatArray:
    """Draw weight vectors uniformly and independently from those that meet the constraints.

    Ranges use rejection sampling. If hardly a vector is accepted, each vector ends its own Gibbs walk over pairs of
    criteria.

    Parameters
    ----------
    constraints : not empty

    Returns
    -------
    (count, n_criteria)
    """
    if not constraints.bounded:
        return _candidates(constraints, count, random)
    accepted: list[FloatArray] = []
    missing = count
    while missing > 0:
        drawn = _candidates(constraints, count, random)
        inside = drawn[((drawn >= constraints.low) & (drawn <= constraints.high)).all(axis=1)]
        if len(inside) < _ACCEPTANCE * count:
            return _walk(constraints, count, random)
        accepted.append(inside[:missing])
        missing -= len(accepted[-1])
    return np.concatenate(accepted)


def _candidates(constraints: WeightConstraints, count: int, random: np.random.Generator) -> FloatArray:
    """Draw weight vectors uniformly from those that meet the order or, without an order, the lower bounds."""
    drawn = random.standard_exponential((count, len(constraints.low)))
    drawn /= drawn.sum(axis=1, keepdims=True)
    if constraints.order:
        # The simplex is symmetric in the criteria, so sorted vectors are uniform over the ordered ones.
        order = list(constraints.order)
        drawn[:, order] = -np.sort(-drawn[:, order], axis=1)
    elif constraints.low.any():
        # The vectors above the lower bounds are a smaller simplex.
        drawn *= 1 - constraints.low.sum()
        drawn += constraints.low
    return drawn


def _walk(constraints: WeightConstraints, count: int, random: np.random.Generator) -> FloatArray:
    constraints = tightened(constraints)
    spread = constraints.high - constraints.low
    # The start lies between two bounds that both keep the order, so it keeps the order too.
    start = constraints.low + spread * (1 - constraints.low.sum()) / spread.sum()
    walkers = np.repeat(start[:, np.newaxis], count, axis=1)
    pairs = list(combinations(range(len(start)), 2))
    for _ in range(_ROUNDS):
        for index in random.permutation(len(pairs)):
            _step(walkers, constraints, pairs[index], random)
    return np.ascontiguousarray(walkers.T)


def _step(
    walkers: FloatArray, constraints: WeightConstraints, pair: tuple[int, int], random: np.random.Generator
) -> None:
    """Divide the sum of two shares again, uniformly within the constraints."""
    first, second = pair
    both = walkers[first] + walkers[second]
    least, most = _limits(walkers, constraints, first, second)
    least_second, most_second = _limits(walkers, constraints, second, first)
    least, most = np.maximum(least, both - most_second), np.minimum(most, both - least_second)
    if {first, second} <= set(constraints.order):
        if constraints.order.index(first) < constraints.order.index(second):
            least = np.maximum(least, both / 2)
        else:
            most = np.minimum(most, both / 2)
    walkers[first] = least + (most - least) * random.random(len(both))
    walkers[second] = both - walkers[first]


def _limits(
    walkers: FloatArray, constraints: WeightConstraints, criterion: int, partner: int
) -> tuple[FloatArray, FloatArray]:
    """Return the limits of a criterion's share by its range and its neighbors in the order, except the partner."""
    least = np.full(walkers.shape[1], constraints.low[criterion])
    most = np.full(walkers.shape[1], constraints.high[criterion])
    if criterion in constraints.order:
        index = constraints.order.index(criterion)
        before, after = constraints.order[:index][-1:], constraints.order[index + 1 :][:1]
        for neighbor in before:
            most = most if neighbor == partner else np.minimum(most, walkers[neighbor])
        for neighbor in after:
            least = least if neighbor == partner else np.maximum(least, walkers[neighbor])
    return least, most
