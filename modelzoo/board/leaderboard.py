"""The leaderboard as data: rows of models, sections of one protocol each."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from modelzoo.base.text import first_of, plural
from modelzoo.board.ties import Separation
from modelzoo.board.untested import UntestedRuns
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.criteria import Criterion
from modelzoo.racing.choice import Choice
from modelzoo.runs.measured import MEASURES, MeasuredModel
from modelzoo.runs.protocol import Protocol
from modelzoo.scoring.ranking import Ranking
from modelzoo.tables.result import Result
from modelzoo.tables.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


class Row(Struct, frozen=True, kw_only=True):
    """One model: its published values, its measured values, and its rank by either.

    `published` holds the values that a source has, `published_sources` the source of each. The measured rank is among
    the completed models of the section. The published rank is among those of them with published values. The change is
    the gain in rank among the latter alone, negative for a loss. Scores are those of `rank`. Rows that share a letter
    of `tie` are not significantly different in accuracy.
    """

    name: str
    measured: MeasuredModel
    published: dict[str, float]
    published_sources: dict[str, str]
    published_rank: int | None = None
    measured_rank: int | None = None
    published_score: float | None = None
    measured_score: float | None = None
    change: int | None = None
    tie: str | None = None

    @property
    def origin(self) -> str:
        """Return the origin of the runs: local, shipped, or both."""
        return " and ".join(sorted({run.origin for run in self.measured.runs}))

    def to_dict(self, shown: Sequence[str]) -> dict[str, Any]:
        """Return the row as JSON has it, with None for each criterion of `shown` that no source has."""
        model = self.measured
        return {
            "slug": model.slug,
            "name": self.name,
            "variant": model.variant,
            "measured_rank": self.measured_rank,
            "published_rank": self.published_rank,
            "change": self.change,
            "measured_score": self.measured_score,
            "published_score": self.published_score,
            "published": {key: self.published.get(key) for key in shown},
            "published_sources": {key: self.published_sources.get(key) for key in shown},
            "measured": {key: measure(model) for key, measure in MEASURES.items()},
            "accuracy_low": model.accuracy_low,
            "accuracy_high": model.accuracy_high,
            "accuracies": model.accuracies,
            "accuracy_deviation": model.accuracy_deviation,
            "tie": self.tie,
            "validation_accuracy": model.validation_accuracy,
            "completed": model.completed,
            "epochs": model.epochs,
            "train_images": model.runs[0].record.dataset.train_images,
            "seeds": model.seeds,
            "recipe": model.recipe,
            "from": self.origin,
            "runs": [run.id for run in model.runs],
        }


class Note(Struct, frozen=True):
    """A sentence below a table; `columns` are the beginnings of the keys of the columns that it is on."""

    text: str
    columns: tuple[str, ...] = ()


class Section(Struct, frozen=True, kw_only=True):
    """The models measured under one protocol: the ranked ones first, best first, then the others by accuracy.

    `ranking` is the measured ranking, None without ranks. `measured_by` are its criteria, with weights. `caption` gives
    the conditions. `unranked` gives, by slug, the reason why a completed model has no rank; `notes` repeat it.
    `separations` are tied neighbors in accuracy.
    """

    protocol: Protocol
    rows: tuple[Row, ...]
    measured_by: tuple[str, ...]
    versions: str
    dates: str
    caption: str
    notes: tuple[Note, ...]
    unranked: dict[str, str]
    ranking: Ranking | None
    separations: tuple[Separation, ...] = ()

    def notes_on(self, columns: Collection[str] = ()) -> list[str]:
        """Return the notes on the section, and those on any of these columns; without columns all notes."""
        return [
            note.text
            for note in self.notes
            if not columns or not note.columns or any(key.startswith(note.columns) for key in columns)
        ]

    def to_dict(self, shown: Sequence[str]) -> dict[str, Any]:
        """Return the section as JSON has it."""
        return {
            "protocol": self.protocol.to_dict(),
            "versions": self.versions,
            "dates": self.dates,
            "caption": self.caption,
            "measured_by": self.measured_by,
            "rows": [row.to_dict(shown) for row in self.rows],
            "notes": self.notes_on(),
        }


class Leaderboard(Result, Struct, frozen=True, kw_only=True):
    """A section for each protocol, those with local runs first, then the one with most models.

    `published` is the ranking of the whole `catalog`, `published_by` its criteria with weights. `measured_by` are the
    keys of the measured rank's criteria. `shown` are the criteria whose published values are shown, `sources` the
    sources of these values. `problems` name the files of predictions that cannot be used. `note` names the shipped runs
    that are not shown, or says that there are no runs. `untested` are the own runs without a test result, `choices` the
    races between networks.
    """

    sections: tuple[Section, ...]
    catalog: Catalog
    published: Ranking
    published_by: tuple[str, ...]
    measured_by: tuple[str, ...]
    shown: tuple[Criterion, ...]
    sources: tuple[str, ...]
    problems: tuple[str, ...] = ()
    note: str = ""
    untested: tuple[UntestedRuns, ...] = ()
    choices: tuple[Choice, ...] = ()

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw measured accuracy against latency; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.board.chart import figure
        from modelzoo.charts.save import plot

        return plot(lambda: figure(self), path)

    def tables(self) -> tuple[Table, ...]:
        """Return a table for each section."""
        from modelzoo.board.columns import leaderboard_tables

        return leaderboard_tables(self)

    def _flat_table(self) -> Table:
        from modelzoo.board.columns import flat_table

        return flat_table(self)

    def _remarks(self) -> tuple[str, ...]:
        return (*filter(None, [self.note]), *self.problems)

    def _summary(self) -> str:
        if not self.sections:
            return self.published._summary()
        rows = plural(sum(len(section.rows) for section in self.sections), "model")
        first = self.sections[0]
        return (
            f"{rows} in {plural(len(self.sections), 'section')} by {first_of(self.measured_by, 4)}; "
            f"{first.protocol.data}: {first.rows[0].name}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the leaderboard as JSON has it, at full precision, missing values as None."""
        return {
            "published_by": self.published_by,
            "sources": self.sources,
            "sections": [section.to_dict([criterion.key for criterion in self.shown]) for section in self.sections],
            "untested": msgspec.to_builtins(self.untested),
            "choices": [choice.to_dict() for choice in self.choices],
        }
