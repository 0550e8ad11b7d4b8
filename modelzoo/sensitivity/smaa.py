"""Stochastic multicriteria acceptability analysis: how often a model has each rank, over all weightings.

References
----------
Lahdelma & Salminen (2001), SMAA-2, Operations Research 49, 444-454: rank acceptability, central weights, confidence.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from modelzoo.scoring.senses import FloatArray
from modelzoo.scoring.ties import TOLERANCE
from modelzoo.sensitivity.weight_space import Region, draw, everywhere

IntArray = NDArray[np.intp]

SAMPLES = 100_000
# Fewer tell a share to no better than 1.6 points, and "all" of a handful is no share at all.
LEAST_SAMPLES = 1000

# Weightings drawn at a time, whatever is ranked by them: a seed gives the same ones for any number of models.
_BLOCK = 8192
# Scores held at a time, 512 KiB that stay in the cache; or as many as the result has, where that is more.
_SCORES = 2**16
_CONFIDENCE_DRAWS = 2000


@dataclass(frozen=True)
class Acceptability:
    """How often each model has each rank.

    Attributes
    ----------
    shares : (n_models, n_models), the share of the weightings in which the row's model has rank 1, 2, …; equal models
        share a rank, so that each row sums to 1 and a column only where no two models are equal
    central : (n_models, n_criteria), the mean of the weightings in which a model is first; NaN where it never is
    samples : how many weightings were drawn
    exact : whether they were not drawn, but stand for all there are
    """

    shares: FloatArray
    central: FloatArray
    samples: int
    exact: bool

    @property
    def standard_error(self) -> FloatArray:
        """Of `shares`, by the binomial distribution; 0 where they are exact."""
        if self.exact:
            return np.zeros_like(self.shares)
        error: FloatArray = np.sqrt(self.shares * (1 - self.shares) / self.samples)
        return error

    @property
    def mean_rank(self) -> FloatArray:
        """Of each model, over the weightings."""
        mean: FloatArray = self.shares @ np.arange(1.0, len(self.shares) + 1)
        return mean


def acceptability(
    normalized: FloatArray, region: Region | None = None, *, samples: int = SAMPLES, seed: int = 0
) -> Acceptability:
    """How often each model has each rank by the weighted sum, over the weightings of the region.

    One or two criteria are solved exactly where that is no more work than drawing.

    Parameters
    ----------
    normalized : (n_models, n_criteria), finite, higher is better
    region : not empty; all weightings unless given
    samples : how many weightings are drawn
    """
    region = everywhere(normalized.shape[1]) if region is None else region
    group, size = _equals(normalized)
    distinct = np.empty((len(size), normalized.shape[1]))
    distinct[group] = normalized
    exact = _exact(distinct, region, samples)
    blocks = _drawn(region, samples, seed) if exact is None else iter([exact])
    counts = np.zeros((len(size), len(normalized)))
    sums = np.zeros_like(distinct)
    total = 0.0
    for weightings, masses in blocks:
        total += len(weightings) if masses is None else masses.sum()
        _count(distinct, size, weightings, masses, counts, sums)
    with np.errstate(invalid="ignore"):
        central = sums / counts[:, :1]
    return Acceptability(
        shares=counts[group] / total,
        central=central[group],
        samples=0 if exact is not None else samples,
        exact=exact is not None,
    )


def confidence(pessimistic: FloatArray, optimistic: FloatArray, central: FloatArray, *, seed: int = 0) -> FloatArray:
    """How often each model is first by its central weights while every figure is anywhere in its interval.

    Parameters
    ----------
    pessimistic, optimistic : (n_models, n_criteria), the ends of each normalized figure; all between is equally likely
    central : (n_models, n_criteria), NaN for a model without any

    Returns
    -------
    (n_models,), NaN for a model without central weights
    """
    random = np.random.default_rng(seed)
    able = np.flatnonzero(~np.isnan(central).any(axis=1))
    firsts = np.zeros(len(able))
    for _ in range(_CONFIDENCE_DRAWS):
        figures = pessimistic + (optimistic - pessimistic) * random.random(pessimistic.shape)
        scores = central[able] @ figures.T
        firsts += scores[np.arange(len(able)), able] > scores.max(axis=1) - TOLERANCE
    shares = np.full(len(central), np.nan)
    shares[able] = firsts / _CONFIDENCE_DRAWS
    return shares


def _equals(normalized: FloatArray) -> tuple[IntArray, IntArray]:
    """The group of each model, equal ones in one, and the size of each group."""
    # Equal models are neighbors along any line; along an uneven one hardly others are.
    order = np.argsort(normalized @ np.sqrt(np.arange(2.0, normalized.shape[1] + 2)), kind="stable")
    apart = (np.abs(np.diff(normalized[order], axis=0)) >= TOLERANCE).any(axis=1)
    group = np.empty(len(order), np.intp)
    group[order] = np.append(0, np.cumsum(apart))
    return group, np.bincount(group)


def _drawn(region: Region, samples: int, seed: int) -> Iterator[tuple[FloatArray, None]]:
    random = np.random.default_rng(seed)
    for start in range(0, samples, _BLOCK):
        yield draw(region, min(_BLOCK, samples - start), random), None


def _count(
    distinct: FloatArray,
    size: IntArray,
    weightings: FloatArray,
    masses: FloatArray | None,
    counts: FloatArray,
    sums: FloatArray,
) -> None:
    """Add to `counts` how often each model has each rank, and to `sums` the weightings in which it is first."""
    models, ranks = counts.shape
    losses = np.ascontiguousarray(-distinct.T)
    step = max(_SCORES // models, models)
    for start in range(0, len(weightings), step):
        part = weightings[start : start + step]
        mass = None if masses is None else masses[start : start + step]
        order = np.argsort(part @ losses, axis=1)
        first = order[:, 0].copy()
        places = np.arange(models)
        if ranks > models:
            places = np.cumsum(size[order], axis=1) - size[order]
        order *= ranks
        order += places
        repeated = None if mass is None else np.repeat(mass, models)
        counts += np.bincount(order.ravel(), repeated, counts.size).reshape(counts.shape)
        for column in range(part.shape[1]):
            weighed = part[:, column] if mass is None else part[:, column] * mass
            sums[:, column] += np.bincount(first, weighed, models)


def _exact(distinct: FloatArray, region: Region, samples: int) -> tuple[FloatArray, FloatArray] | None:
    """Weightings that stand for all, and the share of all that each stands for; None where there are too many.

    Between two weights at which models change places, no rank changes: the middle stands for all between.
    """
    models, criteria = distinct.shape
    if criteria == 1:
        return np.ones((1, 1)), np.ones(1)
    if criteria > 2 or models * (models - 1) // 2 > samples:
        return None
    low, high = max(region.low[0], 1 - region.high[1]), min(region.high[0], 1 - region.low[1])
    if region.order:
        low, high = (max(low, 0.5), high) if region.order[0] == 0 else (low, min(high, 0.5))
    one, other = np.triu_indices(models, 1)
    gain = distinct[one] - distinct[other]
    with np.errstate(divide="ignore", invalid="ignore"):
        turns = gain[:, 1] / (gain[:, 1] - gain[:, 0])
    ends = np.unique(np.concatenate([[low, high], turns[(turns > low) & (turns < high)]]))
    middles, masses = (ends[1:] + ends[:-1]) / 2, np.diff(ends)
    return np.column_stack([middles, 1 - middles]), masses
