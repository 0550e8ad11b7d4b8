"""How robust a ranking is, model by model: against other weights, rounded figures, other models and other ways."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.catalog.filters import parse
from modelzoo.errors import ZooError
from modelzoo.scoring.inputs import table_of
from modelzoo.scoring.rank import rank
from modelzoo.scoring.ranking import RankedModel
from modelzoo.scoring.senses import FloatArray
from modelzoo.sensitivity.first_rank import Firmness, firmness, show_share
from modelzoo.sensitivity.minimal_change import Change, changes_to_first, nearest_rival
from modelzoo.sensitivity.rank_reversal import Variation, told, variations
from modelzoo.sensitivity.smaa import SAMPLES, confidence
from modelzoo.sensitivity.value_intervals import (
    ROUNDING,
    Ends,
    ends,
    half_widths,
    ranks_within,
    read_within,
    within_in_words,
)
from modelzoo.tables.table import Column, Table


@dataclass(frozen=True)
class RobustModel:
    """One ranked model.

    `shares` are those of the weightings in which it has rank 1, 2, …; `central` is the mean of those in which it is
    first, and `confidence` how often it is first by that mean while figures are anywhere in their intervals; both None
    where it never is. `ranks` are the best and the worst that figures in their intervals allow; None where the
    normalization tells nothing of that. `change` is the nearest weighting that makes it first; None where none does.
    """

    entry: RankedModel
    shares: tuple[float, ...]
    mean_rank: float
    central: Mapping[str, float] | None
    confidence: float | None
    ranks: tuple[int, int] | None
    change: Change | None


@dataclass(frozen=True)
class Robustness:
    """Every model's robustness in the order of the ranking; what ranking in other ways gives; the nearest rival.

    `rival` is whom the smallest change of all weights puts level with the winner, and that change; `within` says how
    far figures were taken to be off.
    """

    firmness: Firmness
    models: tuple[RobustModel, ...]
    rival: tuple[RankedModel, Change] | None
    variations: tuple[Variation, ...]
    within: str = ROUNDING

    @property
    def sentence(self) -> str:
        """By how much the winner leads, how often it is first, and what takes that away."""
        return self.firmness.sentence

    def table(self, top: int | None = None) -> Table:
        """A row a model: first-rank share, mean rank, possible ranks, central weights, what makes it first."""
        keys = "/".join(item.key for item in self.firmness.ranking.criteria)
        columns = [
            Column("rank", "#", right=True),
            Column("name", "Model", wrap=False),
            Column("first", "First (%)", show=show_share, right=True),
            Column("standard_error", "±", show=lambda error: f"{100 * error:.2f}", right=True),
            Column("mean_rank", "Mean rank", show="{:.1f}".format, right=True),
            Column("ranks", "Ranks", right=True),
            Column("central", f"First at {keys} (%)", show=_show_weighting, right=True),
            Column("confidence", "Sure (%)", show=lambda share: f"{100 * share:.0f}", right=True),
            Column("distance", "Change", show="{:.3f}".format, right=True),
        ]
        rows = [self._row(place, model) for place, model in enumerate(self.models[:top])]
        return Table(columns, rows, self._caption(), self._notes(), lead=self.sentence)

    def _row(self, place: int, model: RobustModel) -> list[Any]:
        return [
            model.entry.rank,
            model.entry.name,
            model.shares[0],
            float(self.firmness.over.standard_error[place, 0]),
            model.mean_rank,
            None if model.ranks is None else _Ranks(model.ranks),
            None if model.central is None else _Shares(model.central.values()),
            model.confidence,
            None if model.change is None else model.change.distance,
        ]

    def _caption(self) -> str:
        beyond = ", asked for or not" if self.firmness.asked else ""
        theirs = self.within.replace("its", "their", 1)
        return (
            f"{self.firmness.conditions} Ranks: by the given weights, each figure anywhere within "
            f"{self.within}, bounds fixed. First at: mean weighting in which it is first. Sure: how often it is first "
            f"there, figures within {theirs}. Change: distance of the shares of the weights "
            f"to the nearest at which it is first{beyond}."
        )

    def _notes(self) -> list[str]:
        first = self.models[0].entry.name
        notes = (
            ["Below, weights move to any weighting, whether or not it was asked for."] if self.firmness.asked else []
        )
        notes.append(f"{first} stays first, the other weights as given, with a weight on {self._ranges()}.")
        if self.rival is not None:
            rival, change = self.rival
            shares = [item.weight / len(self.firmness.weights) for item in self.firmness.ranking.criteria]
            notes.append(
                f"The smallest change of all weights that ends this, from {_show_weighting(shares)} to "
                f"{_show_weighting(list(change.shares.values()))} % (distance {change.distance:.3f}), "
                f"puts {rival.name} level."
            )
        return notes + told(self.variations, first)

    def _ranges(self) -> str:
        parts = []
        for item in self.firmness.weights:
            high = "up" if item.high is None else f"{item.high:.3g}"
            ends_ = [f"below {item.below.name}"] if item.below else []
            ends_ += [f"above {item.above.name}"] if item.above else []
            parts.append(
                f"{item.item.key} from {item.low:.3g} {'' if item.high is None else 'to '}{high}"
                + (f" ({', '.join(ends_)})" if ends_ else "")
            )
        return "; ".join(parts)

    def to_dict(self, top: int | None = None) -> dict[str, Any]:
        """The whole result at full precision, as ``zoo robust --json`` prints it."""
        return {
            **self.firmness.summary(),
            "models": [self._model_dict(place, model) for place, model in enumerate(self.models[:top])],
            "rival": self.rival and {"slug": self.rival[0].slug, "change": self.rival[1].to_dict()},
            "variations": [variation.to_dict() for variation in self.variations],
        }

    def _model_dict(self, place: int, model: RobustModel) -> dict[str, Any]:
        return {
            "rank": model.entry.rank,
            "slug": model.entry.slug,
            "name": model.entry.name,
            "score": model.entry.score,
            "shares": list(model.shares),
            "first": {"share": model.shares[0], **self.firmness.error(place)},
            "mean_rank": model.mean_rank,
            "central": None if model.central is None else dict(model.central),
            "confidence": model.confidence,
            "ranks": None if model.ranks is None else {"best": model.ranks[0], "worst": model.ranks[1]},
            "change": None if model.change is None else model.change.to_dict(),
        }


def robustness(
    data: Any = None,
    by: str | Sequence[str] | None = None,
    *,
    order: str = "",
    ranges: str = "",
    samples: int = SAMPLES,
    seed: int = 0,
    within: str | Mapping[str, float] | None = None,
    **ranking: Any,
) -> Robustness:
    """The models of a ranking with how often, how surely and how nearly each is first.

    Parameters
    ----------
    data, by, ranking : as `rank` takes them, without top
    order : of importance, ``top5 > gpu > params``; other weightings do not count
    ranges : of shares of all weights, ``top5:0.2:0.6,gpu:0.1:``; weightings beyond do not count
    samples, seed : how many weightings are drawn, and which
    within : by how much figures of a criterion may be off, in its unit, ``latency:0.3,accuracy:0.5`` or by criterion;
        else what was measured of them (accuracy: half the Wilson interval, latency: from p50 to p90), or the rounding

    Raises
    ------
    ZooError
        As `rank` does; or if the ranking is no weighted sum, or order or ranges are not understood or leave nothing.
    """
    if ranking.pop("top", None) is not None:
        raise ZooError("top is of tables; how robust a ranking is takes all its models")
    data = load_catalog() if data is None else data
    ranked = rank(data, by, **ranking)
    firm = firmness(ranked, order=order, ranges=ranges, samples=samples, seed=seed)
    where, catalog = ranking.get("where"), data if isinstance(data, Catalog) else None
    conditions = parse(where, catalog.criteria if catalog else None) if where else ()
    keys = dict.fromkeys([*(item.key for item in ranked.criteria), *(item.key for item in conditions)])
    table = table_of(data, list(keys), sources=ranked.sources if catalog else None, names=ranking.get("names"))
    stated = read_within(within) if isinstance(within, str) else within
    known = ends(table, half_widths(data, table, stated), ranked)
    return Robustness(
        firm,
        _models(firm, known),
        nearest_rival(ranked),
        variations(data, table, ranked, where),
        within=within_in_words(table, stated),
    )


def _models(firm: Firmness, known: Ends | None) -> tuple[RobustModel, ...]:
    over, keys = firm.over, [item.key for item in firm.ranking.criteria]
    ranks = ranks_within(known, firm.ranking) if known else [None] * len(firm.ranking.entries)
    sure = confidence(known.pessimistic, known.optimistic, over.central, seed=firm.seed) if known else None
    changes = changes_to_first(firm.ranking)
    return tuple(
        RobustModel(
            entry=entry,
            shares=tuple(over.shares[place].tolist()),
            mean_rank=float(over.mean_rank[place]),
            central=_by_key(keys, over.central[place]),
            confidence=None if sure is None or np.isnan(sure[place]) else float(sure[place]),
            ranks=ranks[place],
            change=changes[place],
        )
        for place, entry in enumerate(firm.ranking.entries)
    )


def _by_key(keys: Sequence[str], shares: FloatArray) -> dict[str, float] | None:
    return None if np.isnan(shares).any() else dict(zip(keys, shares.tolist(), strict=True))


class _Shares(tuple[float, ...]):
    """A weighting in one cell; CSV has it as numbers with blanks between."""

    def __str__(self) -> str:
        return " ".join(map(str, self))


class _Ranks(tuple[int, int]):
    """The best and the worst rank in one cell, one rank where they are the same."""

    def __str__(self) -> str:
        return f"{self[0]}" if self[0] == self[1] else f"{self[0]}-{self[1]}"


def _show_weighting(shares: Sequence[float]) -> str:
    return "/".join(f"{100 * share:.0f}" for share in shares)
