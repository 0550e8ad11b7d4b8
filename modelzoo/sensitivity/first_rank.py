"""First-rank robustness: in what share of the weight space the winner is first, and which weight ends that."""

from collections.abc import Sequence

import msgspec
import numpy as np

from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.arrays import RankingArrays, weighted_sum_arrays
from modelzoo.sensitivity.smaa import SAMPLES, Smaa, require_samples, smaa
from modelzoo.sensitivity.weight_constraints import describe_constraints, parse_constraints
from modelzoo.sensitivity.weight_stability import StabilityInterval, stability_intervals
from modelzoo.statistics.intervals import wilson


class FirstShare(msgspec.Struct, frozen=True):
    """The share of the weight space in which a model is first, with standard error and 95 % Wilson interval."""

    share: float
    standard_error: float
    interval: tuple[float, float]


class WeightStability(msgspec.Struct, frozen=True):
    """The weight stability interval of one criterion, on the scale of the stated weights.

    `below` and `above` are the slugs of the models that lead beyond the ends. `low` is 0 and `below` None if no smaller
    weight puts another model first; `high` and `above` are None if no greater weight does.
    """

    key: str
    weight: float
    low: float
    high: float | None
    below: str | None
    above: str | None


class FirstRank(msgspec.Struct, frozen=True, kw_only=True):
    """First-rank robustness of a ranking.

    `sentence` is the summary. `asked` describes the weight constraints, None for the whole weight space. `samples` is 0
    if the shares are exact.
    """

    sentence: str
    asked: str | None
    samples: int
    exact: bool
    seed: int
    weights: tuple[WeightStability, ...]


def first_rank(
    ranking: Ranking, *, order: str = "", ranges: str = "", samples: int = SAMPLES, seed: int = 0
) -> tuple[FirstRank, tuple[FirstShare, ...]]:
    """Compute the first-rank robustness of a ranking, and the share of each of its models.

    Parameters
    ----------
    ranking : of all its models, not of the best only
    order : of importance, ``top5 > gpu > params``
    ranges : of shares of all weights, ``top5:0.2:0.6,gpu:0.1:``
    samples, seed : number of weight vectors, 1,000 or more, and the seed to draw them by

    Raises
    ------
    ZooError
        If the ranking is no weighted sum, samples are too few, or order or ranges are malformed or leave nothing.
    """
    arrays = weighted_sum_arrays(ranking)
    indices, asked = sample_weight_space(ranking, arrays, order=order, ranges=ranges, samples=samples, seed=seed)
    return summarize(ranking, arrays, indices, asked=asked, seed=seed), first_shares(indices)


def sample_weight_space(
    ranking: Ranking,
    arrays: RankingArrays,
    *,
    order: str,
    ranges: str,
    samples: int,
    seed: int,
    rank_shares: bool = False,
) -> tuple[Smaa, str]:
    """Compute the SMAA indices of a ranking within weight constraints, and describe the constraints."""
    require_samples(samples, seed)
    keys = [item.key for item in ranking.criteria]
    constraints = parse_constraints(keys, order, ranges)
    indices = smaa(arrays.normalized, constraints, samples=samples, seed=seed, rank_shares=rank_shares)
    return indices, describe_constraints(keys, constraints)


def summarize(ranking: Ranking, arrays: RankingArrays, indices: Smaa, *, asked: str, seed: int) -> FirstRank:
    """Summarize the first-rank robustness from SMAA indices and weight stability intervals."""
    stated = ranking.stated_weights
    # A common factor of the weights changes no rank: the intervals scale with the weights.
    scale = float(max(stated) / arrays.weights.max())
    intervals = [
        msgspec.structs.replace(interval, low=interval.low * scale, high=interval.high * scale)
        for interval in stability_intervals(arrays.normalized, arrays.weights, first=0)
    ]
    return FirstRank(
        sentence=_sentence(ranking, indices, _smallest_move(ranking, stated, intervals), asked),
        asked=asked or None,
        samples=indices.samples,
        exact=indices.exact,
        seed=seed,
        weights=tuple(
            WeightStability(
                key=item.key,
                weight=weight,
                low=interval.low,
                high=None if interval.above is None else interval.high,
                below=None if interval.below is None else arrays.slugs[interval.below],
                above=None if interval.above is None else arrays.slugs[interval.above],
            )
            for item, weight, interval in zip(ranking.criteria, stated, intervals, strict=True)
        ),
    )


def first_shares(indices: Smaa) -> tuple[FirstShare, ...]:
    """Return the first-rank share of each model with its error."""
    return tuple(
        _first_share(share, error, indices)
        for share, error in zip(indices.first.tolist(), indices.standard_error.tolist(), strict=True)
    )


def weightings(asked: str | None) -> str:
    """Describe the set that the shares are shares of."""
    return f"the weightings with {asked}" if asked else "all weightings"


def percent(share: float) -> str:
    """Format a share of 1: ``13 %``, ``0.4 %``, ``less than 0.1 %``; 0 and 100 % are exact."""
    if 0 < share < 0.001:
        return "less than 0.1 %"
    if 0.999 < share < 1:
        return "more than 99.9 %"
    near_an_end = 0 < share < 0.01 or 0.99 < share < 1
    return f"{100 * share:.{int(near_an_end)}f} %"


def _first_share(share: float, error: float, indices: Smaa) -> FirstShare:
    if indices.exact:
        return FirstShare(share, 0.0, (share, share))
    low, high = wilson(round(share * indices.samples), indices.samples)
    return FirstShare(share, error, (low / 100, high / 100))


def _sentence(ranking: Ranking, indices: Smaa, move: str, asked: str) -> str:
    """Summarize the lead, the first-rank share and, in the whole weight space, the smallest move of one weight.

    Under constraints the move is left out, because it may lead to weights outside of them.
    """
    if len(ranking.entries) == 1:
        return f"{ranking.entries[0].name} is the only ranked model."
    first, second = ranking.entries[:2]
    if first.rank == second.rank:
        lead = f"{first.name} and {second.name} are tied; {first.name}"
    else:
        lead = f"{first.name} leads {second.name} by {first.score - second.score:.2g}; it"
    rival = 1 + int(np.argmax(indices.first[1:]))
    shares = f"{percent(indices.first[0])} of {weightings(asked)}"
    if indices.first[rival]:
        shares += f", {ranking.entries[rival].name} for {percent(indices.first[rival])}"
    if asked:
        return f"{lead} is first for {shares}."
    return f"{lead} is first for {shares}; {move}."


def _smallest_move(ranking: Ranking, stated: Sequence[float], intervals: Sequence[StabilityInterval]) -> str:
    """Describe the smallest move of one weight that puts another model first."""
    moves = []
    for item, weight, interval in zip(ranking.criteria, stated, intervals, strict=True):
        for end, side, rival in ((interval.low, "below", interval.below), (interval.high, "above", interval.above)):
            if rival is not None:
                name = ranking.entries[rival].name
                moves.append((abs(end - weight), f"a weight on {item.key} {side} {end:.3g} puts {name} first"))
    return min(moves)[1] if moves else "no single weight puts another first"
