"""A ranking as data: arrays of scores and ranks, excluded models with reasons; and its table."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.base.arguments import checked
from modelzoo.base.text import first_of
from modelzoo.catalog.criteria import FILLED
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.filters import Condition
from modelzoo.errors import ZooError
from modelzoo.scoring import aggregate, normalize
from modelzoo.scoring.missing import Excluded, exclusions, named, notes_on_excluded
from modelzoo.scoring.pareto import front_of_rows
from modelzoo.scoring.profile import Profile
from modelzoo.scoring.ranked import RankedCriterion, RankedModel, column_keys, method_caption
from modelzoo.scoring.scores import Parts, Scores
from modelzoo.scoring.senses import BoolArray, FloatArray, IndexArray
from modelzoo.tables.result import HTML_ROWS, Result, attrs_of, short_html
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

# The ranking's own columns, in its tables or next to them.
_COLUMNS = ("rank", "slug", "name", "score", "best", "worst", "first", "bar")
_BAR = 12
_BLOCKS = " ▏▎▍▌▋▊▉█"


class Ranking(Result, msgspec.Struct, frozen=True, dict=True, eq=False):
    """The result of `rank`: arrays in the order of the ranks, best first; rows for people are made when read.

    Attributes
    ----------
    conditions : that the models had to meet
    whole : the table of all models, with the criteria of the conditions
    scored : the scores of all ranked models, in the order of the table
    rows : (n_shown,), the index in `scored` of each model shown
    ranks : (n_shown,), 1 upward
    possible : (n_shown, 2), the best and the worst possible rank; None unless asked for
    """

    profile: Profile
    sources: tuple[str, ...]
    criteria: tuple[RankedCriterion, ...]
    conditions: tuple[Condition, ...]
    whole: DecisionTable
    scored: Scores
    rows: IndexArray
    ranks: NDArray[np.int64]
    possible: NDArray[np.int64] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def ranked(self) -> int:
        """The number of ranked models, shown or not."""
        return len(self.scored.ranked.names)

    @property
    def known(self) -> int:
        """The number of models, ranked or not."""
        return len(self.whole.names)

    @property
    def weights(self) -> FloatArray:
        """The weights of the criteria, (n_criteria,), which sum to their number."""
        return self.scored.weights

    @property
    def scores(self) -> FloatArray:
        """The scores, (n_shown,), higher is better."""
        return self.scored.scores[self.rows]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names, best first."""
        return tuple(self.scored.ranked.names[row] for row in self.rows)

    @cached_property
    def slugs(self) -> tuple[str, ...]:
        """The slugs, best first."""
        return tuple(self.scored.ranked.slugs[row] for row in self.rows)

    @cached_property
    def _shown(self) -> Parts:
        return self.scored.parts(self.rows)

    @property
    def values(self) -> FloatArray:
        """The values, (n_shown, n_criteria), NaN where missing."""
        return self.scored.ranked.values[self.rows]

    @property
    def normalized(self) -> FloatArray:
        """The normalized values, (n_shown, n_criteria), NaN where missing."""
        return self._shown.normalized

    @property
    def contributions(self) -> FloatArray | None:
        """The contributions, (n_shown, n_criteria), which add up to the scores; None where the method has none."""
        return self._shown.contributions

    @cached_property
    def front(self) -> BoolArray:
        """The mask of the shown models that are on the Pareto front of the ranked ones, (n_shown,)."""
        values, maximize = self.scored.values(), self.scored.maximize
        if self.scored.ranked.incomplete.any():
            values = np.where(np.isnan(values), np.where(maximize, -np.inf, np.inf), values)
        return front_of_rows(values, maximize, self.rows)

    @cached_property
    def entries(self) -> tuple[RankedModel, ...]:
        """The models as rows for people, best first."""
        values, normalized = map(self._by_key, (self.values, self.normalized))
        contributions = [{}] * len(self.rows) if self.contributions is None else self._by_key(self.contributions)
        possible = [None] * len(self.rows) if self.possible is None else map(tuple, self.possible.tolist())
        return tuple(
            RankedModel(*fields)
            for fields in zip(
                self.ranks.tolist(), self.slugs, self.names, self.scores.tolist(), values, normalized, self._filled(),
                self.front.tolist(), contributions, possible, strict=True,
            )
        )  # fmt: skip

    def _by_key(self, matrix: FloatArray) -> list[dict[str, float]]:
        """Return each row's numbers by criterion, without the missing ones."""
        keys = [item.key for item in self.criteria]
        return [{key: value for key, value in zip(keys, row, strict=True) if value == value} for row in matrix.tolist()]

    def _filled(self) -> list[tuple[str, ...]]:
        later = self.scored.ranked.origins[self.rows] > 0
        return [tuple(item.key for item, is_later in zip(self.criteria, row, strict=True) if is_later) for row in later]

    @cached_property
    def excluded(self) -> tuple[Excluded, ...]:
        """The models that are not ranked, and the reasons."""
        if self.ranked == self.known:
            return ()
        table = self.whole.columns([item.key for item in self.criteria])
        return exclusions(self.whole, table, self.conditions, self.profile.missing)

    @checked
    def best(self, top: int | None) -> "Ranking":
        """Return the ranking with only the best `top` models shown; all of them where it is None."""
        require_top(top)
        possible = None if self.possible is None else self.possible[:top]
        return msgspec.structs.replace(self, rows=self.rows[:top], ranks=self.ranks[:top], possible=possible)

    @property
    def additive(self) -> bool:
        """True if the scores are sums of contributions."""
        return aggregate.METHODS[self.profile.method].additive

    @property
    def stated_weights(self) -> tuple[float, ...]:
        """The weights in `by`, or the derived ones where a method derived them."""
        return tuple(item.weight if item.stated is None else item.stated for item in self.criteria)

    @property
    def columns(self) -> list[str]:
        """The column of each criterion in tables: its key, with `_value` where the ranking has this column."""
        keys = [item.key for item in self.criteria]
        return column_keys(keys, {*_COLUMNS, *(f"{key}_contribution" for key in keys)})

    def contribution(self, entry: RankedModel, item: RankedCriterion) -> float | None:
        """Return the criterion's part of the model's score; None without parts or without a value."""
        return entry.contributions.get(item.key)

    def table(self) -> Table:
        """Return rank, score, and each criterion's value with its contribution to the score."""
        return Table(self._columns(), [self._row(entry) for entry in self.entries], self.caption, self._notes())

    def _columns(self) -> list[Column]:
        columns = [Column("rank", "#", right=True)]
        if self.possible is not None:
            columns += [Column("best", "Best", right=True), Column("worst", "Worst", right=True)]
        columns += [Column("name", "Model", wrap=False), Column("score", "Score", show="{:.4f}".format, right=True)]
        for item, key in zip(self.criteria, self.columns, strict=True):
            columns.append(item.criterion.column(key, sense=item.sense))
            if self.additive:
                columns.append(Column(f"{item.key}_contribution", f"+{item.key}", show="{:.3f}".format, right=True))
        if self._barred:
            columns.append(Column("bar", "", terminal_only=True))
        return columns

    def tables(self) -> tuple[Table]:
        """Return the table of the ranking."""
        return (self.table(),)

    def _summary(self) -> str:
        first = f"; first {self.names[0]} {self.scores[0]:.4f}" if self.names else ""
        return f"{self.ranked} of {self.known} models by {first_of([item.key for item in self.criteria], 4)}{first}"

    def _remarks(self) -> tuple[str, ...]:
        return (*filter(None, [self.whole.note]), *self.whole.problems, *self.warnings)

    def _repr_html_(self) -> str:
        # Rows for people take long where models are many.
        return short_html(self.best(HTML_ROWS).tables(), rows=len(self.rows), remarks=self._remarks())

    def _row(self, entry: RankedModel) -> list[Any]:
        row: list[Any] = [entry.rank, *(entry.possible or ()), entry.name, entry.score]
        for item in self.criteria:
            row.append(item.criterion.cell(entry.values.get(item.key), filled=item.key in entry.filled))
            if self.additive:
                row.append(self.contribution(entry, item))
        return [*row, _bar(entry.score / len(self.criteria))] if self._barred else row

    @property
    def _barred(self) -> bool:
        """True if the bars are shown: each is the score's share of the best possible score."""
        return self.additive and normalize.METHODS[self.profile.normalize].unit

    @property
    def caption(self) -> str:
        """The conditions of the ranking, in one sentence."""
        shown = f"{len(self.rows)} of {self.ranked} ranked" if len(self.rows) < self.ranked else f"{self.ranked} ranked"
        return f"{method_caption(self.profile, self.criteria)} {shown[0].upper()}{shown[1:]} of {self.known} models" + (
            f"; values: {', then '.join(self.sources)}." if self.sources else "."
        )

    def _notes(self) -> list[str]:
        notes = []
        if any(entry.filled for entry in self.entries):
            notes.append(f"{FILLED} {self.sources[0]} has no value; it is from {' or '.join(self.sources[1:])}.")
        dominated = [entry.name for entry in self.entries if not entry.front]
        if dominated and len(self.criteria) > 1:
            notes.append(f"Not on the Pareto front: {named(dominated)}; `zoo pareto` says what dominates them.")
        return notes + notes_on_excluded(self.excluded)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole result at full precision, as ``zoo rank --json`` prints it."""
        return {
            "profile": self.profile.to_dict(),
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
                | ({"best": entry.possible[0], "worst": entry.possible[1]} if entry.possible else {})
                for entry in self.entries
            ],
            "excluded": msgspec.to_builtins(self.excluded),
            "warnings": list(self.warnings),
        }

    def plot(self, path: "str | Path | None" = None, *, top: int | None = None) -> "Figure":
        """Draw the scores of the best `top` models, 30 by default; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.scoring.score_chart import figure

        return plot(lambda: figure(self, top=top), path)

    def to_frame(self) -> "pd.DataFrame":
        """Return a row a model, indexed by slug: rank, name, score, values and, where there are some, contributions.

        ``attrs["units"]`` has the unit of each column that has one. ``attrs["conditions"]`` describes the score,
        ``attrs["sources"]`` names the sources of the values.
        """
        import pandas as pd

        columns: dict[str, Any] = {"rank": self.ranks, "name": self.names, "score": self.scores}
        for index, (item, key) in enumerate(zip(self.criteria, self.columns, strict=True)):
            columns[key] = self.values[:, index]
            if self.contributions is not None:
                columns[f"{item.key}_contribution"] = self.contributions[:, index]
        frame = pd.DataFrame(columns, index=pd.Index(self.slugs, name="slug"))
        frame.attrs.update(attrs_of(self._columns(), self.caption, self.sources))
        return frame


def _bar(share: float) -> str:
    """Return a share of 1 as a bar of blocks, to an eighth of a block."""
    eighths = round(share * _BAR * 8)
    return _BLOCKS[8] * (eighths // 8) + _BLOCKS[eighths % 8].strip()


def require_top(top: int | None) -> None:
    """Refuse a number of shown models below 1; None shows all."""
    if top is not None and top < 1:
        raise ZooError(f"top is {top}; expected 1 or more")
