"""Stochastic multicriteria acceptability analysis (SMAA): how often a model has a rank, over the weight space.

References
----------
Lahdelma & Salminen (2001), SMAA-2, Operations Research 49, 444-454: rank acceptability, central weights, confidence.
"""

from collections.abc import Iterator

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.errors import ZooError
from modelzoo.scoring.pareto import front
from modelzoo.scoring.rounding import TOLERANCE
from modelzoo.scoring.senses import FloatArray
from modelzoo.sensitivity.weight_space import WeightConstraints, draw, unconstrained

IntArray = NDArray[np.intp]

SAMPLES = 100_000
# With fewer samples the error of a share exceeds 1.6 points.
LEAST_SAMPLES = 1000

# Weight vectors drawn at a time: a seed gives the same vectors for any number of models.
_BATCH = 8192
# Scores held at a time: 512 KiB stay in the cache.
_SCORES = 2**16
# Multiplications of one matrix product: with more, OpenBLAS starts threads, up to 50 times slower on busy cores.
_PRODUCTS = 2**18
# Scores sorted in all for mean ranks: all samples of 335 models, 21,564 samples of 1,556 models.
_RANKED_SCORES = 2**25
_CONFIDENCE_DRAWS = 2000
# Pairs of models that are compared in each draw: about 30 s in all.
_MOST_PAIRS = 2**20
# Models whose robustness takes 15 s, or two minutes where no model dominates another.
MOST_MODELS = 10_000
# Models whose shares of each rank fill 200 MB.
_MOST_RANK_SHARES = 5_000


class Smaa(msgspec.Struct, frozen=True):
    """SMAA indices of the models.

    Attributes
    ----------
    first : (n_models,), share of the weight vectors that give rank 1; equal models share a rank
    central : (n_models, n_criteria), mean of the weight vectors that give rank 1; NaN where there is none
    mean_rank : (n_models,), over the first `rank_samples` weight vectors
    rank_shares : (n_models, n_models), share of the weight vectors that give rank 1, 2, …; each row sums to 1; None
        unless requested
    samples, rank_samples : weight vectors drawn, and those ranked in full; 0 if `exact`
    exact : True if the shares are computed from all weight vectors, not from samples
    """

    first: FloatArray
    central: FloatArray
    mean_rank: FloatArray
    rank_shares: FloatArray | None
    samples: int
    rank_samples: int
    exact: bool

    @property
    def standard_error(self) -> FloatArray:
        """Binomial standard error of `first`, (n_models,); 0 if exact."""
        if self.exact:
            return np.zeros_like(self.first)
        error: FloatArray = np.sqrt(self.first * (1 - self.first) / self.samples)
        return error


def smaa(
    normalized: FloatArray,
    constraints: WeightConstraints | None = None,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
    rank_shares: bool = False,
) -> Smaa:
    """Compute the SMAA indices of a weighted sum over the weight space.

    One or two criteria are solved exactly where this is no more work than sampling. Mean ranks need a sort for each
    weight vector. For many models the first samples are ranked only, unless `rank_shares` needs all.

    Parameters
    ----------
    normalized : (n_models, n_criteria), finite, higher is better
    constraints : not empty; the whole weight space if None
    samples : number of weight vectors to draw
    rank_shares : also count each rank of each model, n_models x n_models numbers
    """
    constraints = unconstrained(normalized.shape[1]) if constraints is None else constraints
    groups, sizes = _group_equal_models(normalized)
    distinct = np.empty((len(sizes), normalized.shape[1]))
    distinct[groups] = normalized
    exact = _exact(distinct, constraints, samples)
    batches = _draw_batches(constraints, samples, seed) if exact is None else iter([exact])
    first, ranks = _FirstCounts(distinct), _RankCounts(distinct, sizes, by_rank=rank_shares)
    rank_samples = samples if rank_shares else min(samples, max(LEAST_SAMPLES, _RANKED_SCORES // len(distinct)))
    for batch, (weights, masses) in enumerate(batches):
        first.add(weights, masses)
        ranked = len(weights) if exact is not None else max(rank_samples - batch * _BATCH, 0)
        ranks.add(weights[:ranked], masses)
    with np.errstate(invalid="ignore"):
        central = first.weights / first.counts[:, np.newaxis]
    return Smaa(
        first=(first.counts / first.total)[groups],
        central=central[groups],
        mean_rank=ranks.means()[groups],
        rank_shares=(ranks.counts / ranks.total)[groups] if rank_shares else None,
        samples=0 if exact is not None else samples,
        rank_samples=0 if exact is not None else rank_samples,
        exact=exact is not None,
    )


def require_size(models: int, samples: int, seed: int, *, rank_shares: bool) -> None:
    """Raise ZooError if there are too many models or too few samples, or the seed is negative."""
    most = _MOST_RANK_SHARES if rank_shares else MOST_MODELS
    if models > most:
        raise ZooError(
            f"{models:,} models are ranked; robustness{' with the share of each rank' * rank_shares} is computed for "
            f"{most:,} at most; leave models out by conditions (where), as in params<10M"
        )
    if samples < LEAST_SAMPLES:
        raise ZooError(f"samples is {samples:,}; expected {LEAST_SAMPLES:,} or more")
    if seed < 0:
        raise ZooError(f"seed is {seed}; expected 0 or more")


def confidence(lower: FloatArray, upper: FloatArray, central: FloatArray, *, seed: int = 0) -> FloatArray:
    """Return how often each model is first by its central weights, with values uniform in their intervals.

    Parameters
    ----------
    lower, upper : (n_models, n_criteria), the ends of the interval of each normalized value
    central : (n_models, n_criteria), NaN for a model that is never first

    Returns
    -------
    (n_models,), NaN for a model without central weights
    """
    random = np.random.default_rng(seed)
    able = np.flatnonzero(~np.isnan(central).any(axis=1))
    firsts = np.zeros(len(able))
    pairs, rivals = _possible_rivals(lower, upper, central, able)
    starts, own = np.searchsorted(pairs, np.arange(len(able))), np.flatnonzero(rivals == able[pairs])
    weights = central[able][pairs]
    for _ in range(_CONFIDENCE_DRAWS):
        values = lower + (upper - lower) * random.random(lower.shape)
        scores = np.einsum("ij,ij->i", values[rivals], weights)
        firsts += scores[own] > np.maximum.reduceat(scores, starts) - TOLERANCE
    shares = np.full(len(central), np.nan)
    shares[able] = firsts / _CONFIDENCE_DRAWS
    return shares


def _possible_rivals(
    lower: FloatArray, upper: FloatArray, central: FloatArray, able: IntArray
) -> tuple[IntArray, IntArray]:
    """Return pairs: an index in `able`, and this model or one that may lead it by its central weights."""
    pairs: list[tuple[IntArray, IntArray]] = []
    count, step = 0, max(1, _SCORES // len(upper))
    for start in range(0, len(able), step):
        rows = able[start : start + step]
        least = (lower[rows] * central[rows]).sum(axis=1, keepdims=True)
        index, rivals = np.nonzero(central[rows] @ upper.T > least - TOLERANCE)
        pairs.append((index + start, rivals))
        if (count := count + len(rivals)) > _MOST_PAIRS:
            raise ZooError(
                f"the intervals of {len(upper):,} models overlap in more than {_MOST_PAIRS:,} pairs; rank fewer models "
                "by conditions (where), or state narrower intervals (within)"
            )
    return np.concatenate([index for index, _ in pairs]), np.concatenate([rivals for _, rivals in pairs])


class _FirstCounts:
    """Counts of rank 1, and sums of the weight vectors that give it.

    Only models on the Pareto front are scored: a dominated model is never first.
    """

    def __init__(self, distinct: FloatArray) -> None:
        self._front = np.flatnonzero(front(distinct, np.ones(distinct.shape[1], bool)))
        self._values = np.ascontiguousarray(distinct[self._front].T)
        self.counts = np.zeros(len(distinct))
        self.weights = np.zeros_like(distinct)
        self.total = 0.0

    def add(self, weights: FloatArray, masses: FloatArray | None) -> None:
        """Count the first model of each weight vector, each vector with its mass, or 1."""
        self.total += len(weights) if masses is None else masses.sum()
        step = _rows_at_a_time(self._values)
        first = np.concatenate(
            [(weights[start : start + step] @ self._values).argmax(axis=1) for start in range(0, len(weights), step)]
        )
        self.counts[self._front] += np.bincount(first, masses, len(self._front))
        for column in range(weights.shape[1]):
            weighed = weights[:, column] if masses is None else weights[:, column] * masses
            self.weights[self._front, column] += np.bincount(first, weighed, len(self._front))


class _RankCounts:
    """Counts of each rank of each distinct model or, for many models, sums of the ranks."""

    def __init__(self, distinct: FloatArray, sizes: IntArray, *, by_rank: bool) -> None:
        self._losses = np.ascontiguousarray(-distinct.T)
        self._sizes = sizes
        self._models = int(sizes.sum())
        # Counts are faster than sums if all of them stay in the cache.
        self._by_rank = by_rank or len(sizes) * self._models <= _SCORES
        self.counts = np.zeros((len(sizes), self._models if self._by_rank else 1))
        self.total = 0.0

    def add(self, weights: FloatArray, masses: FloatArray | None) -> None:
        """Rank all models by each weight vector, each vector with its mass, or 1."""
        self.total += len(weights) if masses is None else masses.sum()
        groups = len(self._sizes)
        # A step adds to all counts once, so it has as many scores at least.
        step = max(_rows_at_a_time(self._losses), self.counts.shape[1])
        for start in range(0, len(weights), step):
            order = np.argsort(weights[start : start + step] @ self._losses, axis=1)
            ranks = np.arange(groups)
            if self._models > groups:
                ranks = np.cumsum(self._sizes[order], axis=1) - self._sizes[order]
            added = None if masses is None else np.repeat(masses[start : start + step], groups)
            cells = order
            if self._by_rank:
                cells = order * self._models + ranks
            else:
                summed = np.broadcast_to(ranks.astype(np.float64), order.shape).ravel()
                added = summed if added is None else summed * added
            self.counts += np.bincount(cells.ravel(), added, self.counts.size).reshape(self.counts.shape)

    def means(self) -> FloatArray:
        """Return the mean rank of each distinct model."""
        sums = self.counts @ np.arange(self._models) if self._by_rank else self.counts[:, 0]
        means: FloatArray = 1 + sums / self.total
        return means


def _rows_at_a_time(values: FloatArray) -> int:
    """Return how many weight vectors to score at a time; `values` is (n_criteria, n_models)."""
    criteria, models = values.shape
    return max(1, int(min(_SCORES, _PRODUCTS // criteria) // models))


def _group_equal_models(normalized: FloatArray) -> tuple[IntArray, IntArray]:
    """Return the group of each model, equal models in one group, and the size of each group."""
    # Equal models are neighbors along any line; along an irrational direction hardly any others are.
    order = np.argsort(normalized @ np.sqrt(np.arange(2.0, normalized.shape[1] + 2)), kind="stable")
    differs = (np.abs(np.diff(normalized[order], axis=0)) >= TOLERANCE).any(axis=1)
    groups = np.empty(len(order), np.intp)
    groups[order] = np.append(0, np.cumsum(differs))
    return groups, np.bincount(groups)


def _draw_batches(constraints: WeightConstraints, samples: int, seed: int) -> Iterator[tuple[FloatArray, None]]:
    random = np.random.default_rng(seed)
    for start in range(0, samples, _BATCH):
        yield draw(constraints, min(_BATCH, samples - start), random), None


def _exact(distinct: FloatArray, constraints: WeightConstraints, samples: int) -> tuple[FloatArray, FloatArray] | None:
    """Return weight vectors that represent the weight space, and the share of each; None if there are too many.

    No rank changes between two neighboring break-even weights: the middle represents all weights between.
    """
    models, criteria = distinct.shape
    if criteria == 1:
        return np.ones((1, 1)), np.ones(1)
    if criteria > 2 or models * (models - 1) // 2 > samples:
        return None
    low = max(constraints.low[0], 1 - constraints.high[1])
    high = min(constraints.high[0], 1 - constraints.low[1])
    if constraints.order:
        low, high = (max(low, 0.5), high) if constraints.order[0] == 0 else (low, min(high, 0.5))
    first, second = np.triu_indices(models, 1)
    gain = distinct[first] - distinct[second]
    with np.errstate(divide="ignore", invalid="ignore"):
        break_even = gain[:, 1] / (gain[:, 1] - gain[:, 0])
    ends = np.unique(np.concatenate([[low, high], break_even[(break_even > low) & (break_even < high)]]))
    middles, masses = (ends[1:] + ends[:-1]) / 2, np.diff(ends)
    return np.column_stack([middles, 1 - middles]), masses
