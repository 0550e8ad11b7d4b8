"""How firm a ranking's first place is: how often it is first over all weightings, and which weight takes it away."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from modelzoo.errors import ZooError
from modelzoo.scoring.ranking import RankedCriterion, RankedModel, Ranking
from modelzoo.sensitivity.smaa import LEAST_SAMPLES, SAMPLES, Acceptability, acceptability
from modelzoo.sensitivity.weight_constraints import described, read_region
from modelzoo.sensitivity.weight_stability import weight_ranges
from modelzoo.statistics.intervals import wilson
from modelzoo.tables.table import Column, Table


@dataclass(frozen=True)
class StayingFirst:
    """From which weight to which, as it was given, the winner stays first while the other weights stay.

    `low` is 0 and `below` None where no smaller weight, `high` and `above` are None where no greater one puts another
    model first; else `below` and `above` are who leads there.
    """

    item: RankedCriterion
    weight: float
    low: float
    high: float | None
    below: RankedModel | None
    above: RankedModel | None

    def turns(self) -> list[tuple[float, str]]:
        """How far the weight must move to put another model first, and that in words; none where it cannot."""
        found = []
        for end, side, rival in ((self.low, "below", self.below), (self.high, "above", self.above)):
            if rival is not None and end is not None:
                moved = abs(end - self.weight)
                found.append((moved, f"a weight on {self.item.key} {side} {end:.3g} puts {rival.name} first"))
        return found


@dataclass(frozen=True)
class Firmness:
    """A ranking's models over all weightings, or those asked for; rows of `over` are the ranking's entries."""

    ranking: Ranking
    over: Acceptability
    weights: tuple[StayingFirst, ...]
    asked: str
    seed: int

    @property
    def sentence(self) -> str:
        """By how much the winner leads, how often it is first, and the smallest move of one weight that ends that.

        The move is left out where not all weightings count: it may lead to one that does not.
        """
        entries = self.ranking.entries
        if len(entries) == 1:
            return f"{entries[0].name} is the only ranked model."
        first, second = entries[:2]
        if first.rank == second.rank:
            lead = f"{first.name} and {second.name} are tied; {first.name}"
        else:
            lead = f"{first.name} leads {second.name} by {first.score - second.score:.2g}; it"
        if self.asked:
            return f"{lead} is first for {self._shares()}."
        turns = [turn for weight in self.weights for turn in weight.turns()]
        turning = min(turns)[1] if turns else "no single weight puts another first"
        return f"{lead} is first for {self._shares()}; {turning}."

    def _shares(self) -> str:
        shares = self.over.shares[:, 0]
        rival = 1 + int(np.argmax(shares[1:]))
        text = f"{percent(shares[0])} of {self.whole}"
        return f"{text}, {self.ranking.entries[rival].name} for {percent(shares[rival])}" if shares[rival] else text

    @property
    def whole(self) -> str:
        """What the shares are shares of, in words."""
        return f"the weightings with {self.asked}" if self.asked else "all weightings"

    @property
    def conditions(self) -> str:
        """How the shares were found, in one sentence."""
        if self.over.exact:
            return f"First: share of {self.whole}, exact."
        return f"First: share of {self.whole}, {self.over.samples:,} drawn evenly (seed {self.seed})."

    def table(self, top: int | None = None) -> Table:
        """The ranking's table with the share of weightings in which each model is first, of the best so many."""
        table = self.ranking.best(top).table()
        shares = self.over.shares[: len(table.rows), 0]
        place = 1 + [column.key for column in table.columns].index("score")
        column = Column("first", "First (%)", show=show_share, right=True)
        return replace(
            table,
            columns=[*table.columns[:place], column, *table.columns[place:]],
            rows=[[*row[:place], float(share), *row[place:]] for row, share in zip(table.rows, shares, strict=True)],
            caption=f"{table.caption} {self.conditions}",
            lead=self.sentence,
        )

    def to_dict(self, top: int | None = None) -> dict[str, Any]:
        """The ranking's result with `first` in each of its rows, and all else under `robust`."""
        result = self.ranking.best(top).to_dict()
        for row, model in zip(result["ranking"], range(len(result["ranking"])), strict=True):
            row["first"] = {"share": float(self.over.shares[model, 0]), **self.error(model)}
        return result | {"robust": self.summary()}

    def error(self, model: int) -> dict[str, Any]:
        """Standard error and 95 % Wilson interval of the share of weightings in which the row's model is first."""
        share = float(self.over.shares[model, 0])
        if self.over.exact:
            return {"standard_error": 0.0, "interval": [share, share]}
        low, high = wilson(round(share * self.over.samples), self.over.samples)
        return {"standard_error": float(self.over.standard_error[model, 0]), "interval": [low / 100, high / 100]}

    def summary(self) -> dict[str, Any]:
        """What the shares hold for, the sentence, and the range of each weight."""
        return {
            "sentence": self.sentence,
            "asked": self.asked or None,
            "samples": self.over.samples,
            "exact": self.over.exact,
            "seed": self.seed,
            "weights": [
                {
                    "key": item.item.key,
                    "weight": item.weight,
                    "low": item.low,
                    "high": item.high,
                    "below": item.below.slug if item.below else None,
                    "above": item.above.slug if item.above else None,
                }
                for item in self.weights
            ],
        }


def firmness(ranking: Ranking, *, order: str = "", ranges: str = "", samples: int = SAMPLES, seed: int = 0) -> Firmness:
    """How firm the ranking is against other weights.

    Parameters
    ----------
    ranking : of all its models, not of the best so many only
    order : of importance, ``top5 > gpu > params``; other weightings do not count
    ranges : of shares of all weights, ``top5:0.2:0.6,gpu:0.1:``; weightings beyond do not count
    samples, seed : how many weightings are drawn, 1,000 or more, and which

    Raises
    ------
    ZooError
        If the ranking is no weighted sum, samples are too few, or order or ranges are not understood or leave nothing.
    """
    if samples < LEAST_SAMPLES:
        raise ZooError(f"samples is {samples:,}; expected {LEAST_SAMPLES:,} or more")
    if seed < 0:
        raise ZooError(f"seed is {seed}; expected 0 or more")
    normalized, weights = arrays(ranking)
    keys = [item.key for item in ranking.criteria]
    region = read_region(keys, order, ranges)
    over = acceptability(normalized, region, samples=samples, seed=seed)
    return Firmness(ranking, over, _staying_first(ranking, normalized, weights), described(keys, region), seed)


def arrays(ranking: Ranking) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The normalized figures of a weighted sum's entries, and its weights.

    Raises
    ------
    ZooError
        If it is no weighted sum, or figures are not there for every model.
    """
    if ranking.profile.aggregate != "sum":
        raise ZooError(
            f"the ranking is aggregated by {ranking.profile.aggregate}; how firm it is can be told of a weighted sum; "
            "take --method sum"
        )
    if len(ranking.entries) < ranking.ranked:
        raise ZooError(f"the ranking has its best {len(ranking.entries)} models only; rank without top")
    keys = [item.key for item in ranking.criteria]
    for entry in ranking.entries:
        for key in keys:
            if key not in entry.normalized:
                raise ZooError(f"{entry.name} has no figure for {key}; choose another way with missing values: drop")
    normalized = np.array([[entry.normalized[key] for key in keys] for entry in ranking.entries])
    return normalized, np.array([item.weight for item in ranking.criteria])


def percent(share: float) -> str:
    """A share of 1 in words: ``13 %``, ``0.4 %``, ``less than 0.1 %``; only none is 0 and only all are 100 %."""
    if 0 < share < 0.001:
        return "less than 0.1 %"
    if 0.999 < share < 1:
        return "more than 99.9 %"
    near_an_end = 0 < share < 0.01 or 0.99 < share < 1
    return f"{100 * share:.{int(near_an_end)}f} %"


def show_share(share: float) -> str:
    """A share of 1 in percent, as tables have it."""
    return f"{100 * share:.1f}"


def _staying_first(
    ranking: Ranking, normalized: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[StayingFirst, ...]:
    given = ranking.stated_weights
    # Scaling all weights alike moves no rank: the ends for the scaled weights are those for the given ones, scaled.
    scale = float(max(given) / weights.max())
    entries = ranking.entries
    return tuple(
        StayingFirst(
            item=item,
            weight=weight,
            low=found.low * scale,
            high=None if found.above is None else found.high * scale,
            below=None if found.below is None else entries[found.below],
            above=None if found.above is None else entries[found.above],
        )
        for item, weight, found in zip(
            ranking.criteria, given, weight_ranges(normalized, weights, first=0), strict=True
        )
    )
