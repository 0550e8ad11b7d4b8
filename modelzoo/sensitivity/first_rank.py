"""First-rank robustness: the winner's share of the weight space, and the weight that ends its lead."""

from collections.abc import Sequence

import msgspec
import numpy as np

from modelzoo.errors import ZooError
from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.smaa import SAMPLES, Smaa, require_size, smaa
from modelzoo.sensitivity.weight_constraints import describe_constraints, parse_constraints
from modelzoo.sensitivity.weight_stability import stability_intervals
from modelzoo.statistics.intervals import wilson


class FirstShare(msgspec.Struct, frozen=True):
    """The share of the weight space in which a model is first, with standard error and 95 % Wilson interval."""

    share: float
    standard_error: float
    interval: tuple[float, float]


class WeightStability(msgspec.Struct, frozen=True):
    """The weight stability interval of one criterion, on the scale of the stated weights.

    `below` and `above` are the slugs of the models that lead beyond the ends. If no smaller weight puts another model
    first, `low` is 0 and `below` None. If no greater weight does, `high` and `above` are None.
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
    indices, asked = sample_weight_space(ranking, order=order, ranges=ranges, samples=samples, seed=seed)
    return summarize(ranking, indices, asked=asked, seed=seed), first_shares(indices)


def sample_weight_space(
    ranking: Ranking,
    *,
    order: str,
    ranges: str,
    samples: int,
    seed: int,
    rank_shares: bool = False,
) -> tuple[Smaa, str]:
    """Compute the SMAA indices of a ranking within weight constraints, and describe the constraints."""
    _require_weighted_sum(ranking)
    require_size(len(ranking.rows), samples, seed, rank_shares=rank_shares)
    keys = [item.key for item in ranking.criteria]
    constraints = parse_constraints(keys, order, ranges)
    indices = smaa(ranking.normalized, constraints, samples=samples, seed=seed, rank_shares=rank_shares)
    return indices, describe_constraints(keys, constraints)


def summarize(ranking: Ranking, indices: Smaa, *, asked: str, seed: int) -> FirstRank:
    """Derive the first-rank robustness from SMAA indices and weight stability intervals."""
    stated = ranking.stated_weights
    # A common factor of the weights changes no rank: the intervals scale with the weights.
    scale = float(max(stated) / ranking.weights.max())
    intervals = stability_intervals(ranking.normalized, ranking.weights, first=0)
    weights = tuple(
        WeightStability(
            key=item.key,
            weight=weight,
            low=interval.low * scale,
            high=None if interval.above is None else interval.high * scale,
            below=None if interval.below is None else ranking.slugs[interval.below],
            above=None if interval.above is None else ranking.slugs[interval.above],
        )
        for item, weight, interval in zip(ranking.criteria, stated, intervals, strict=True)
    )
    return FirstRank(
        sentence=_sentence(ranking, indices, weights, asked),
        asked=asked or None,
        samples=indices.samples,
        exact=indices.exact,
        seed=seed,
        weights=weights,
    )


def first_shares(indices: Smaa) -> tuple[FirstShare, ...]:
    """Return the first-rank share of each model with its error."""
    shares = []
    for share, error in zip(indices.first.tolist(), indices.standard_error.tolist(), strict=True):
        low = high = share
        if not indices.exact:
            low, high = (end / 100 for end in wilson(round(share * indices.samples), indices.samples))
        shares.append(FirstShare(share, error, (low, high)))
    return tuple(shares)


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


def _require_weighted_sum(ranking: Ranking) -> None:
    if ranking.profile.method != "sum":
        raise ZooError(
            f"the ranking is aggregated by {ranking.profile.method}; robustness is defined for a weighted sum; "
            "take `method` sum"
        )
    if len(ranking.rows) < ranking.ranked:
        raise ZooError(f"the ranking has its best {len(ranking.rows)} models only; rank without top")
    missing = np.argwhere(np.isnan(ranking.normalized))
    if len(missing):
        row, column = missing[0]
        raise ZooError(
            f"{ranking.names[row]} has no value for {ranking.criteria[column].key}; "
            "handle missing values in another way: drop"
        )


def _sentence(ranking: Ranking, indices: Smaa, weights: Sequence[WeightStability], asked: str) -> str:
    """Describe the lead, the first-rank share and, in the whole weight space, the smallest move of one weight.

    Under constraints the move is left out, because it may lead to weights outside of them.
    """
    names = ranking.names
    if len(names) == 1:
        return f"{names[0]} is the only ranked model."
    if ranking.ranks[0] == ranking.ranks[1]:
        lead = f"{names[0]} and {names[1]} are tied; {names[0]}"
    else:
        lead = f"{names[0]} leads {names[1]} by {ranking.scores[0] - ranking.scores[1]:.2g}; it"
    rival = 1 + int(np.argmax(indices.first[1:]))
    shares = f"{percent(indices.first[0])} of {weightings(asked)}"
    if indices.first[rival]:
        shares += f", {names[rival]} for {percent(indices.first[rival])}"
    if asked:
        return f"{lead} is first for {shares}."
    return f"{lead} is first for {shares}; {_smallest_move(ranking, weights)}."


def _smallest_move(ranking: Ranking, weights: Sequence[WeightStability]) -> str:
    """Describe the smallest move of one weight that puts another model first."""
    names = dict(zip(ranking.slugs, ranking.names, strict=True))
    moves = [
        (abs(end - item.weight), f"a weight on {item.key} {side} {end:.3g} puts {names[rival]} first")
        for item in weights
        for end, side, rival in ((item.low, "below", item.below), (item.high, "above", item.above))
        if end is not None and rival is not None
    ]
    return min(moves)[1] if moves else "no single weight puts another first"
