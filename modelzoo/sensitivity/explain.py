"""Explanation of a lead: the part of each criterion, and the weight at which the two models break even."""

from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from modelzoo.base.arguments import checked
from modelzoo.catalog.criteria import Criterion
from modelzoo.catalog.models import slugify
from modelzoo.errors import ZooError, unknown
from modelzoo.scoring.missing import Excluded
from modelzoo.scoring.ranked import RankedModel
from modelzoo.scoring.ranking import Ranking
from modelzoo.sensitivity.weight_stability import break_even_weight
from modelzoo.tables.result import Result
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


class ExplainedModel(msgspec.Struct, frozen=True):
    """One of the two models."""

    slug: str
    name: str
    rank: int
    score: float


class Difference(msgspec.Struct, frozen=True, rename={"break_even_weight": "turning_weight"}):
    """The effect of one criterion on the lead.

    `weight` is the stated or derived weight, before scaling. `better` and `worse` are the values of the two models.
    `gain` is the criterion's part of the lead in score, negative if the worse model has the better value. Beyond
    `break_even_weight` the worse model leads, the other weights as stated; None if there is no such weight.
    """

    criterion: Criterion
    weight: float
    better: float | None
    worse: float | None
    gain: float
    break_even_weight: float | None

    @property
    def key(self) -> str:
        """The criterion's key."""
        return self.criterion.key


class Explanation(Result, msgspec.Struct, frozen=True):
    """The lead of `better` over `worse` by criterion, the largest part first.

    `sentence` summarizes the lead, `turning` the smallest move of one weight that ends it.
    """

    better: ExplainedModel
    worse: ExplainedModel
    lead: float
    tied: bool
    criteria: tuple[Difference, ...]
    sentence: str
    turning: str

    _index: ClassVar[str] = "criterion"

    def table(self) -> Table:
        """Return a row for each criterion: both values, its part of the lead, and its break-even weight."""
        columns = [
            Column("criterion", "Criterion"),
            Column("better", self.better.name, right=True),
            Column("worse", self.worse.name, right=True),
            *_columns_of_weights(),
        ]
        rows = [
            [
                item.criterion.heading(),
                item.criterion.show(item.better),
                item.criterion.show(item.worse),
                item.weight,
                item.gain,
                item.break_even_weight,
            ]
            for item in self.criteria
        ]
        return Table(columns, rows, caption=self.sentence, notes=(self.turning,))

    def tables(self) -> tuple[Table]:
        """Return the table of the criteria."""
        return (self.table(),)

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw the part of each criterion in the lead; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.sensitivity.explain_chart import figure

        return plot(lambda: figure(self), path)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole result at full precision, as ``zoo explain --json`` prints it."""
        payload: dict[str, Any] = msgspec.to_builtins(self)
        payload["criteria"] = [{"key": item.pop("criterion")["key"]} | item for item in payload["criteria"]]
        return payload

    def _flat_table(self) -> Table:
        """Return plain numbers, each row with the unit of its values."""
        keys = ("criterion", "unit", "better", "worse")
        rows = [
            [item.key, item.criterion.unit, item.better, item.worse, item.weight, item.gain, item.break_even_weight]
            for item in self.criteria
        ]
        return Table([*(Column(key, key) for key in keys), *_columns_of_weights()], rows, caption=self.sentence)

    def _summary(self) -> str:
        relation = "ties with" if self.tied else "leads"
        by = "" if self.tied else f" by {self.lead:.4f}"
        return f"{self.better.name} {relation} {self.worse.name}{by}"


def _columns_of_weights() -> tuple[Column, ...]:
    return (
        Column("weight", "Weight", show="{:.4g}".format, right=True),
        Column("gain", "Part of the lead", show="{:+.4f}".format, right=True),
        Column("turning_weight", "Turns at weight", show="{:.4g}".format, right=True),
    )


@checked
def explain(ranking: Ranking, first: str, second: str | None = None) -> Explanation:
    """Explain by criterion which of two ranked models leads, and compute the break-even weights.

    Parameters
    ----------
    ranking : as `rank` gives it, by a weighted sum
    first, second : names in any spelling; without a second name, the winner, or the runner-up of the winner

    Raises
    ------
    ZooError
        If a model is unknown, excluded (the error has the reason) or named twice. If the score is no weighted sum of
        values that both models have.
    """
    _require_weighted_sum(ranking)
    a = _row(ranking, first)
    b = _rival(ranking, a) if second is None else _row(ranking, second)
    if a == b:
        raise ZooError(f"{ranking.entries[a].name} was given twice; name two models")
    better, worse = ranking.entries[min(a, b)], ranking.entries[max(a, b)]
    tied = better.rank == worse.rank
    differences = _differences(ranking, min(a, b), max(a, b), tied=tied)
    return Explanation(
        better=ExplainedModel(better.slug, better.name, better.rank, better.score),
        worse=ExplainedModel(worse.slug, worse.name, worse.rank, worse.score),
        lead=better.score - worse.score,
        tied=tied,
        criteria=differences,
        sentence=_sentence(ranking, better, worse, differences, tied=tied),
        turning=_turning(worse, differences, tied=tied),
    )


def _differences(ranking: Ranking, better: int, worse: int, *, tied: bool) -> tuple[Difference, ...]:
    stated = ranking.stated_weights
    # A common factor of the weights changes no rank: break-even weights scale with the weights.
    scale = float(max(stated) / ranking.weights.max())
    lead = ranking.entries[better].score - ranking.entries[worse].score
    differences = []
    for column, (item, weight) in enumerate(zip(ranking.criteria, stated, strict=True)):
        difference = float(ranking.normalized[better, column] - ranking.normalized[worse, column])
        gain = item.weight * difference
        break_even = None if tied else break_even_weight(difference, lead - gain)
        differences.append(
            Difference(
                criterion=item.criterion,
                weight=weight,
                better=ranking.entries[better].values.get(item.key),
                worse=ranking.entries[worse].values.get(item.key),
                gain=gain,
                break_even_weight=None if break_even is None else break_even * scale,
            )
        )
    return tuple(sorted(differences, key=lambda difference: -abs(difference.gain)))


def _sentence(
    ranking: Ranking, better: RankedModel, worse: RankedModel, differences: tuple[Difference, ...], *, tied: bool
) -> str:
    if tied:
        return f"{better.name} and {worse.name} are tied (rank {better.rank})."
    labels = {item.key: item.criterion.label for item in ranking.criteria}
    wins = [labels[difference.key] for difference in differences if difference.gain > 0]
    losses = [labels[difference.key] for difference in differences if difference.gain < 0]
    text = (
        f"{better.name} (rank {better.rank}) leads {worse.name} (rank {worse.rank}) by "
        f"{better.score - worse.score:.4f}: it is better by {', '.join(wins)}"
    )
    return text + (f", worse by {', '.join(losses)}." if losses else ", and worse by nothing.")


def _turning(worse: RankedModel, differences: tuple[Difference, ...], *, tied: bool) -> str:
    if tied:
        return "Any weight that tells them apart parts them."
    moves = [
        (difference.break_even_weight - difference.weight, difference)
        for difference in differences
        if difference.break_even_weight is not None
    ]
    if not moves:
        return f"No single weight puts {worse.name} ahead."
    move, nearest = min(moves, key=lambda item: abs(item[0]))
    return (
        f"A weight on {nearest.key} {'above' if move > 0 else 'below'} {nearest.break_even_weight:.4g} "
        f"(now {nearest.weight:.4g}) puts {worse.name} ahead; the other weights stay."
    )


def _require_weighted_sum(ranking: Ranking) -> None:
    if not ranking.additive:
        raise ZooError(
            f"a score by {ranking.profile.method} has no parts that add up to it, so a lead cannot be explained by "
            "criterion; explain the weighted sum: `method` sum"
        )
    if ranking.profile.missing == "renormalize":
        raise ZooError(
            "with missing values renormalized each model has its own weights, so a lead cannot be explained by "
            "criterion; take `missing` drop or worst"
        )


def _rival(ranking: Ranking, row: int) -> int:
    """Return the row of the best model except the one in `row`."""
    if len(ranking.entries) == 1:
        raise ZooError(f"{ranking.entries[row].name} is the only ranked model; there is none to compare it with")
    return 1 if row == 0 else 0


def _row(ranking: Ranking, name: str) -> int:
    """Return the row of the model with that name in any spelling; an exact match wins."""
    known: list[RankedModel | Excluded] = [*ranking.entries, *ranking.excluded]
    slug = slugify(name)
    exact = [row for row, model in enumerate(known) if name in (model.slug, model.name)]
    similar = [row for row, model in enumerate(known) if slug and slug in (model.slug, slugify(model.name))]
    for row in (*exact, *similar):
        if row < len(ranking.entries):
            return row
        model = ranking.excluded[row - len(ranking.entries)]
        raise ZooError(
            f"{model.name} is not ranked: {model.reason}; rank by criteria that it has, or see `zoo show {model.slug}`"
        )
    raise unknown("model", slug or name, [model.slug for model in known])
