"""A ranking as data: scores, ranks, contributions, who was left out and why; and how it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from modelzoo.catalog.criteria import Criterion, Sense
from modelzoo.scoring.profile import Profile
from modelzoo.tables import Column, Table

if TYPE_CHECKING:
    import pandas as pd

# Marks a figure that the first source lacked and a later one filled in.
FILLED = "*"

# How many models a table names that are left out for one reason; whole sources of thousands can be imported.
_NAMED = 50

_BAR = 12
_BLOCKS = " ▏▎▍▌▋▊▉█"


@dataclass(frozen=True)
class RankedCriterion:
    """A criterion with its weight (the weights sum to their number) and the bounds it was normalized between."""

    criterion: Criterion
    sense: Sense
    weight: float
    low: float
    high: float

    @property
    def key(self) -> str:
        """The criterion's key."""
        return self.criterion.key

    @property
    def label(self) -> str:
        """The criterion's label, without unit."""
        return self.criterion.label


@dataclass(frozen=True)
class RankedModel:
    """One model's place.

    `values` and `normalized` are by criterion, without missing ones; `filled` names the criteria whose figure is not
    from the first source; `front` says that no ranked model is better in one criterion and worse in none.
    """

    rank: int
    slug: str
    name: str
    score: float
    values: Mapping[str, float]
    normalized: Mapping[str, float]
    filled: tuple[str, ...] = ()
    front: bool = False


@dataclass(frozen=True)
class Excluded:
    """A model that is not ranked, and why."""

    slug: str
    name: str
    reason: str


@dataclass(frozen=True)
class Ranking:
    """What `rank` gives: `entries` from best to worst, `ranked` how many there are of them in all."""

    profile: Profile
    sources: tuple[str, ...]
    criteria: tuple[RankedCriterion, ...]
    entries: tuple[RankedModel, ...]
    excluded: tuple[Excluded, ...]
    ranked: int
    known: int
    warnings: tuple[str, ...] = ()

    def contribution(self, entry: RankedModel, item: RankedCriterion) -> float:
        """What the criterion adds to the model's score."""
        return item.weight * entry.normalized[item.key]

    def table(self) -> Table:
        """Rank, score, and each criterion's value with what it adds to the score."""
        columns = [
            Column("rank", "#", right=True),
            Column("name", "Model"),
            Column("score", "Score", show="{:.4f}".format, right=True),
        ]
        for item in self.criteria:
            columns += [
                Column(item.key, item.criterion.heading(), show=_show_value(item.criterion), right=True),
                Column(f"{item.key}_contribution", f"+{item.key}", show="{:.3f}".format, right=True),
            ]
        columns.append(Column("bar", "", terminal_only=True))
        return Table(columns, [self._row(entry) for entry in self.entries], self.caption, self._notes())

    def _row(self, entry: RankedModel) -> list[Any]:
        row: list[Any] = [entry.rank, entry.name, entry.score]
        for item in self.criteria:
            value = entry.values.get(item.key)
            marked = value is not None and item.key in entry.filled
            row += [_Filled(value) if marked and value is not None else value, self.contribution(entry, item)]
        return [*row, _bar(entry.score / len(self.criteria))]

    @property
    def caption(self) -> str:
        """The conditions that the ranking holds under, in one sentence."""
        shown = (
            f"{len(self.entries)} of {self.ranked} ranked"
            if len(self.entries) < self.ranked
            else f"{self.ranked} ranked"
        )
        return (
            f"Score: {self._terms()}, {self.profile.normalize} normalized {self._bounds()}, summed{self._missing()}. "
            f"{shown[0].upper()}{shown[1:]} of {self.known} models"
            + (f"; figures: {', then '.join(self.sources)}." if self.sources else ".")
        )

    def _terms(self) -> str:
        equal = all(item.weight == 1 for item in self.criteria)
        return ", ".join(
            f"{item.key} ({item.sense}{'' if equal else f', weight {item.weight:.3g}'})" for item in self.criteria
        )

    def _bounds(self) -> str:
        if isinstance(self.profile.bounds, dict):
            fixed = ", ".join(f"{key} {low:g}-{high:g}" for key, (low, high) in self.profile.bounds.items())
            return f"between fixed bounds ({fixed}), else over all models with a value"
        over = {"all": "over all models with a value", "ranked": "over the ranked models"}
        return over[self.profile.bounds]

    def _missing(self) -> str:
        """How missing values were counted, where a ranked model may have some."""
        counted = {"zero": "as 0", "worst": "as the worst one known"}.get(self.profile.missing)
        return f", a missing value counted {counted}" if counted else ""

    def _notes(self) -> list[str]:
        notes = []
        if any(entry.filled for entry in self.entries):
            notes.append(f"{FILLED} {self.sources[0]} has no figure; it is from {' or '.join(self.sources[1:])}.")
        grouped: dict[str, list[str]] = {}
        for item in self.excluded:
            # Models fail a condition by different values: the condition is the reason, the value belongs to the name.
            reason, _, value = item.reason.partition(": ")
            grouped.setdefault(reason, []).append(f"{item.name} ({value})" if value else item.name)
        if grouped:
            notes.append(f"Left out, {len(self.excluded)}:")
        notes += [f"{reason}: {_named(names)}" for reason, names in grouped.items()]
        return notes

    def to_dict(self) -> dict[str, Any]:
        """The whole result at full precision, as ``zoo rank --json`` prints it."""
        return {
            "profile": msgspec.to_builtins(self.profile),
            "sources": list(self.sources),
            "criteria": [
                {"key": item.key, "sense": item.sense, "weight": item.weight, "low": item.low, "high": item.high}
                for item in self.criteria
            ],
            "ranking": [
                {
                    "rank": entry.rank,
                    "slug": entry.slug,
                    "name": entry.name,
                    "score": entry.score,
                    "values": {item.key: entry.values.get(item.key) for item in self.criteria},
                    "normalized": dict(entry.normalized),
                    "filled": list(entry.filled),
                    "front": entry.front,
                }
                for entry in self.entries
            ],
            "excluded": [{"slug": item.slug, "name": item.name, "reason": item.reason} for item in self.excluded],
            "warnings": list(self.warnings),
        }

    def to_frame(self) -> "pd.DataFrame":
        """One row a model, indexed by slug: rank, name, score, each value and what it adds to the score."""
        import pandas as pd

        rows = []
        for entry in self.entries:
            row: dict[str, Any] = {"slug": entry.slug, "rank": entry.rank, "name": entry.name, "score": entry.score}
            for item in self.criteria:
                row[item.key] = entry.values.get(item.key)
                row[f"{item.key}_contribution"] = self.contribution(entry, item)
            rows.append(row)
        return pd.DataFrame(rows).set_index("slug")


def _named(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more, which the JSON names" if more > 0 else "")


class _Filled(float):
    """A figure from a later source than the first."""


def _show_value(criterion: Criterion) -> Any:
    return lambda value: criterion.show(value) + FILLED * isinstance(value, _Filled)


def _bar(share: float) -> str:
    """A share of 1 as a bar of blocks, to an eighth of one."""
    eighths = round(share * _BAR * 8)
    return _BLOCKS[8] * (eighths // 8) + _BLOCKS[eighths % 8].strip()
