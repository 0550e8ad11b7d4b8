"""Why one model ranks above another, and which weight would turn them round."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelzoo.catalog.models import slugify
from modelzoo.errors import ZooError, unknown
from modelzoo.scoring.ranking import Excluded, RankedCriterion, RankedModel, Ranking
from modelzoo.sensitivity.weight_stability import turning_weight
from modelzoo.tables.table import Column, Table


@dataclass(frozen=True)
class Difference:
    """What one criterion does to the lead of the better model over the other one.

    `weight` is the criterion's as it was given, before all are scaled to sum to their number, or as it was derived.
    `gain` is its part of the lead in score, negative where the other model is better by it. `turning_weight` is the
    weight beyond which the other model leads, the other weights staying as they are given; None where there is none.
    """

    item: RankedCriterion
    weight: float
    better: float | None
    worse: float | None
    gain: float
    turning_weight: float | None


@dataclass(frozen=True)
class Explanation:
    """`better` above `worse`, criterion by criterion, the one that decides most first."""

    better: RankedModel
    worse: RankedModel
    differences: tuple[Difference, ...]
    lead: float
    tied: bool

    @property
    def sentence(self) -> str:
        """Who leads by how much, by which criteria, and against which."""
        if self.tied:
            return f"{self.better.name} and {self.worse.name} are tied (rank {self.better.rank})."
        wins = [item.item.label for item in self.differences if item.gain > 0]
        losses = [item.item.label for item in self.differences if item.gain < 0]
        text = (
            f"{self.better.name} (rank {self.better.rank}) leads {self.worse.name} (rank {self.worse.rank}) by "
            f"{self.lead:.4f}: it is better by {', '.join(wins)}"
        )
        return text + (f", worse by {', '.join(losses)}." if losses else ", and worse by nothing.")

    @property
    def turning(self) -> str:
        """The smallest move of one weight that puts the other model ahead."""
        if self.tied:
            return "Any weight that tells them apart parts them."
        moves = [item for item in self.differences if item.turning_weight is not None]
        if not moves:
            return f"No single weight puts {self.worse.name} ahead."
        nearest = min(moves, key=lambda item: abs(_moved(item)))
        above = "above" if _moved(nearest) > 0 else "below"
        return (
            f"A weight on {nearest.item.key} {above} {nearest.turning_weight:.4g} (now {nearest.weight:.4g}) "
            f"puts {self.worse.name} ahead; the other weights stay."
        )

    def table(self) -> Table:
        """A row for each criterion: both values, its part of the lead, and the weight that turns the two round."""
        columns = [
            Column("criterion", "Criterion"),
            Column("better", self.better.name, right=True),
            Column("worse", self.worse.name, right=True),
            Column("weight", "Weight", show="{:.4g}".format, right=True),
            Column("gain", "Part of the lead", show="{:+.4f}".format, right=True),
            Column("turning_weight", "Turns at weight", show="{:.4g}".format, right=True),
        ]
        rows = []
        for item in self.differences:
            criterion = item.item.criterion
            rows.append(
                [
                    criterion.heading(),
                    criterion.show(item.better),
                    criterion.show(item.worse),
                    item.weight,
                    item.gain,
                    item.turning_weight,
                ]
            )
        return Table(columns, rows, caption=self.sentence, notes=(self.turning,))

    def to_dict(self) -> dict[str, Any]:
        """The whole result at full precision."""
        return {
            "better": {"slug": self.better.slug, "rank": self.better.rank, "score": self.better.score},
            "worse": {"slug": self.worse.slug, "rank": self.worse.rank, "score": self.worse.score},
            "lead": self.lead,
            "tied": self.tied,
            "criteria": [
                {
                    "key": item.item.key,
                    "weight": item.weight,
                    "better": item.better,
                    "worse": item.worse,
                    "gain": item.gain,
                    "turning_weight": item.turning_weight,
                }
                for item in self.differences
            ],
            "sentence": self.sentence,
            "turning": self.turning,
        }


def explain(ranking: Ranking, first: str, second: str | None = None) -> Explanation:
    """Which of two ranked models leads, by which criteria, and how far one weight must move to turn them round.

    Parameters
    ----------
    first, second : names, however they are spelled; without a second one, the winner, or the runner-up to the winner

    Raises
    ------
    ZooError
        If a model is unknown or was left out of the ranking (the error says why), both are the same, or the score is
        no weighted sum of what both models have.
    """
    _refuse_other_scores(ranking)
    a = _entry(ranking, first)
    b = _rival(ranking, a) if second is None else _entry(ranking, second)
    if a.slug == b.slug:
        raise ZooError(f"{a.name} was given twice; name two models")
    places = {entry.slug: place for place, entry in enumerate(ranking.entries)}
    better, worse = sorted((a, b), key=lambda entry: places[entry.slug])
    given = ranking.stated_weights
    # Scaling all weights alike moves no rank: what turns the scaled weights turns those given.
    scale = max(given) / max(item.weight for item in ranking.criteria)
    lead, tied = better.score - worse.score, better.rank == worse.rank
    differences = []
    for item, weight in zip(ranking.criteria, given, strict=True):
        difference = better.normalized[item.key] - worse.normalized[item.key]
        gain = item.weight * difference
        turning = None if tied else turning_weight(difference, lead - gain)
        differences.append(
            Difference(
                item=item,
                weight=weight,
                better=better.values.get(item.key),
                worse=worse.values.get(item.key),
                gain=gain,
                turning_weight=None if turning is None else turning * scale,
            )
        )
    differences.sort(key=lambda item: -abs(item.gain))
    return Explanation(better, worse, tuple(differences), lead=lead, tied=tied)


def _refuse_other_scores(ranking: Ranking) -> None:
    if not ranking.additive:
        raise ZooError(
            f"a score by {ranking.profile.aggregate} has no parts that add up to it, so a lead cannot be explained by "
            "criterion; explain the weighted sum: --method sum"
        )
    if ranking.profile.missing == "renormalize":
        raise ZooError(
            "with missing values renormalized each model has weights of its own, so a lead cannot be explained by "
            "criterion; take --missing drop or worst"
        )


def _moved(item: Difference) -> float:
    return (item.turning_weight or 0.0) - item.weight


def _rival(ranking: Ranking, entry: RankedModel) -> RankedModel:
    others: Sequence[RankedModel] = [other for other in ranking.entries if other.slug != entry.slug]
    if not others:
        raise ZooError(f"{entry.name} is the only ranked model; there is none to compare it with")
    return others[0]


def _entry(ranking: Ranking, name: str) -> RankedModel:
    known: list[RankedModel | Excluded] = [*ranking.entries, *ranking.excluded]
    wanted = slugify(name)
    # Names of one's own may differ in blanks or case alone: the exact one goes first.
    exact = [item for item in known if name in (item.slug, item.name)]
    alike = [item for item in known if wanted and wanted in (item.slug, slugify(item.name))]
    for item in (*exact, *alike):
        if isinstance(item, RankedModel):
            return item
        raise ZooError(f"{item.name} is not ranked: {item.reason}; rank by what it has, or see `zoo show {item.slug}`")
    raise unknown("model", wanted or name, [item.slug for item in known])
