"""Robustness of a ranking, model by model: against other weights, interval values, other models and other methods."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import numpy as np

from modelzoo.base.arguments import checked
from modelzoo.base.text import first_of, plural
from modelzoo.errors import ZooError
from modelzoo.scoring.criterion_spec import By
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import Ranking
from modelzoo.scoring.senses import FloatArray
from modelzoo.scoring.values import MEASURED_OPTIONS, chosen_values
from modelzoo.sensitivity.first_rank import (
    FirstRank,
    FirstShare,
    first_shares,
    percent,
    sample_weight_space,
    summarize,
    weightings,
)
from modelzoo.sensitivity.minimal_change import WeightChange, contenders, smallest_change, weights_for_first
from modelzoo.sensitivity.rank_reversal import Variation, vary_ranking
from modelzoo.sensitivity.smaa import SAMPLES, Smaa, confidence
from modelzoo.sensitivity.value_intervals import (
    describe_half_widths,
    half_widths,
    normalized_intervals,
    parse_half_widths,
    rank_intervals,
    ranked_values,
)
from modelzoo.tables.result import Result
from modelzoo.tables.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


class RankInterval(msgspec.Struct, frozen=True):
    """The best and the worst rank that interval values leave open."""

    best: int
    worst: int


class RobustModel(msgspec.Struct, frozen=True, kw_only=True):
    """Robustness of one ranked model.

    Attributes
    ----------
    shares : share of the weight space in which the model has rank 1, 2, …; absent unless requested
    central : central weights by criterion, the mean of the weights that make the model first; None if it never is
    confidence : how often the model is first by its central weights, with values anywhere in their intervals
    ranks : None if the normalization has no bounds
    change : nearest weights that make the model first; None if there are none
    """

    rank: int
    slug: str
    name: str
    score: float
    shares: tuple[float, ...] | msgspec.UnsetType = msgspec.UNSET
    first: FirstShare
    mean_rank: float
    central: dict[str, float] | None
    confidence: float | None
    ranks: RankInterval | None
    change: WeightChange | None


class Rival(msgspec.Struct, frozen=True):
    """The model that the smallest weight change puts level with the winner."""

    slug: str
    change: WeightChange


class Robustness(Result, FirstRank, frozen=True, kw_only=True):
    """Robustness of a ranking, models in its order.

    `rank_samples` is the number of weight vectors that mean ranks are computed from. `within` describes the half-widths
    of the values. `warnings` are the ranking's.
    """

    models: tuple[RobustModel, ...]
    rival: Rival | None
    variations: tuple[Variation, ...]
    rank_samples: int
    within: str
    warnings: tuple[str, ...]

    def plot(self, path: "str | Path | None" = None, *, top: int | None = None) -> "Figure":
        """Draw how often each of the best `top` models is first, 40 by default; write it to `path`, if given.

        With `rank_shares`, draw how often it has each rank, as ``zoo plot robust``.
        """
        from modelzoo.charts.save import plot
        from modelzoo.sensitivity import first_rank_chart, heat_map

        chart = first_rank_chart if self.models[0].shares is msgspec.UNSET else heat_map
        return plot(lambda: chart.figure(self, top=top), path)

    _index: ClassVar[str] = "slug"

    def tables(self) -> tuple[Table]:
        """Return the table of the models."""
        from modelzoo.sensitivity.tables import robustness_table

        return (robustness_table(self),)

    def _flat_table(self) -> Table:
        from modelzoo.sensitivity.tables import flat_robustness_table

        return flat_robustness_table(self)

    def _remarks(self) -> tuple[str, ...]:
        return self.warnings

    def _summary(self) -> str:
        first = self.models[0]
        share = f"{first.name} first for {percent(first.first.share)} of {weightings(self.asked)}"
        return f"{plural(len(self.models), 'model')} by {first_of([item.key for item in self.weights], 4)}; {share}"


@checked
def robustness(
    data: Any = None,
    by: By | None = None,
    *,
    order: str = "",
    ranges: str = "",
    samples: int = SAMPLES,
    seed: int = 0,
    within: str | Mapping[str, float] | None = None,
    rank_shares: bool = False,
    **ranking: Any,
) -> Robustness:
    """Compute how robust a ranking by weighted sum is.

    Parameters
    ----------
    data, by, ranking : as `rank` takes them, without top
    order : of importance, ``top5 > gpu > params``
    ranges : of shares of all weights, ``top5:0.2:0.6,gpu:0.1:``
    samples, seed : number of weight vectors, 1,000 or more, and the seed to draw them by
    within : half-widths of the values, ``latency:0.3,accuracy:0.5`` in the criteria's units, or by criterion. The
        default is half the Wilson interval of a measured accuracy, p90 - p50 of a latency, or the rounding.
    rank_shares : add how often each model has each rank, n_models x n_models numbers; the heat map needs them

    Raises
    ------
    ZooError
        As `rank` does; or if the ranking is no weighted sum, or order or ranges are malformed or leave nothing.
    """
    if ranking.pop("top", None) is not None:
        raise ZooError("top is of tables; robustness needs all models of the ranking")
    chosen = {name: ranking.pop(name) for name in MEASURED_OPTIONS if name in ranking}
    data, by = chosen_values(data, by, **chosen)
    ranked = rank(data, by, **ranking)
    indices, asked = sample_weight_space(
        ranked, order=order, ranges=ranges, samples=samples, seed=seed, rank_shares=rank_shares
    )
    table = ranked_values(ranked)
    stated = parse_half_widths(within) if isinstance(within, str) else within
    intervals = normalized_intervals(ranked, half_widths(data, table, stated))
    summary = summarize(ranked, indices, asked=asked, seed=seed)
    return Robustness(
        **msgspec.structs.asdict(summary),
        models=_models(ranked, indices, intervals, seed),
        rival=_rival(ranked),
        variations=vary_ranking(ranked, data),
        rank_samples=indices.rank_samples,
        within=describe_half_widths(table, stated),
        warnings=ranked.warnings,
    )


def _models(
    ranking: Ranking, indices: Smaa, intervals: tuple[FloatArray, FloatArray] | None, seed: int
) -> tuple[RobustModel, ...]:
    normalized, shares = ranking.normalized, ranking.weights / ranking.weights.sum()
    ranks = rank_intervals(*intervals, ranking.weights) if intervals else None
    sure = confidence(*intervals, indices.central, seed=seed) if intervals else None
    keys = [item.key for item in ranking.criteria]
    rivals = contenders(normalized)
    models = []
    for row, first in enumerate(first_shares(indices)):
        nearest = shares if ranking.ranks[row] == 1 else weights_for_first(rivals, shares, normalized[row])
        central = indices.central[row]
        models.append(
            RobustModel(
                rank=int(ranking.ranks[row]),
                slug=ranking.slugs[row],
                name=ranking.names[row],
                score=float(ranking.scores[row]),
                shares=msgspec.UNSET if indices.rank_shares is None else tuple(indices.rank_shares[row].tolist()),
                first=first,
                mean_rank=float(indices.mean_rank[row]),
                central=None if np.isnan(central).any() else dict(zip(keys, central.tolist(), strict=True)),
                confidence=None if sure is None or np.isnan(sure[row]) else float(sure[row]),
                ranks=None if ranks is None else RankInterval(*ranks[row]),
                change=None if nearest is None else _change(keys, shares, nearest),
            )
        )
    return tuple(models)


def _rival(ranking: Ranking) -> Rival | None:
    shares = ranking.weights / ranking.weights.sum()
    smallest = smallest_change(ranking.normalized, shares)
    if smallest is None:
        return None
    row, nearest = smallest
    return Rival(ranking.slugs[row], _change([item.key for item in ranking.criteria], shares, nearest))


def _change(keys: Sequence[str], now: FloatArray, then: FloatArray) -> WeightChange:
    return WeightChange(dict(zip(keys, then.tolist(), strict=True)), float(np.linalg.norm(then - now)))
