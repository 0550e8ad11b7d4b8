"""The leaderboard as data: rows of models, sections of one protocol each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from modelzoo.catalog.criteria import Criterion
from modelzoo.runs.measured import MEASURES, Measured
from modelzoo.runs.protocol import Protocol


@dataclass(frozen=True)
class Row:
    """One model: what is published of it, what was measured, and where both put it.

    `published` holds the figures that a source has, `origins` the source of each. Ranks are among the models of the
    section that have both, scores as `rank` sums them. Rows that share a letter of `tie` cannot be told apart in
    accuracy.
    """

    name: str
    measured: Measured
    published: Mapping[str, float]
    origins: Mapping[str, str]
    whence: str
    published_rank: int | None = None
    measured_rank: int | None = None
    published_score: float | None = None
    measured_score: float | None = None
    tie: str | None = None

    @property
    def change(self) -> int | None:
        """Places gained by the measurement, negative where places are lost."""
        if self.published_rank is None or self.measured_rank is None:
            return None
        return self.published_rank - self.measured_rank

    def to_dict(self, shown: Sequence[str]) -> dict[str, Any]:
        """All of the row at full precision, None for those of the `shown` figures that no source has."""
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
            "published_sources": {key: self.origins.get(key) for key in shown},
            "measured": {key: measure(model) for key, measure in MEASURES.items()},
            "accuracy_low": model.accuracy_low,
            "accuracy_high": model.accuracy_high,
            "accuracies": model.accuracies,
            "accuracy_deviation": model.accuracy_deviation,
            "tie": self.tie,
            "validation_accuracy": model.validation_accuracy,
            "converged": model.converged,
            "epochs": model.epochs,
            "train_images": model.runs[0].dataset.train_images,
            "seeds": model.seeds,
            "recipe": model.recipe,
            "from": self.whence,
            "runs": [run.id for run in model.runs],
        }


@dataclass(frozen=True)
class Section:
    """The models measured under one protocol: the ranked ones first, best first, then the others by accuracy.

    `measured_by` are the criteria of the measured rank, with weights; `caption` gives the conditions; `unranked` says,
    by slug, why a converged model is in neither rank, as `notes` do.
    """

    protocol: Protocol
    rows: tuple[Row, ...]
    measured_by: tuple[str, ...]
    versions: str
    dates: str
    caption: str
    notes: tuple[str, ...]
    unranked: Mapping[str, str]

    def to_dict(self, shown: Sequence[str]) -> dict[str, Any]:
        """All of the section, rows as `Row.to_dict` gives them."""
        protocol = asdict(self.protocol) | {"checksums": dict(self.protocol.checksums)}
        return {
            "protocol": protocol,
            "versions": self.versions,
            "dates": self.dates,
            "caption": self.caption,
            "measured_by": self.measured_by,
            "rows": [row.to_dict(shown) for row in self.rows],
            "notes": self.notes,
        }


@dataclass(frozen=True)
class Leaderboard:
    """A section for each protocol, the one with most models first.

    `published_by` are the criteria of the published rank, with weights; `shown` those whose published figures are
    shown; `sources` where these are from.
    """

    sections: tuple[Section, ...]
    published_by: tuple[str, ...]
    shown: tuple[Criterion, ...]
    sources: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """All of it at full precision, missing figures as None."""
        return {
            "published_by": self.published_by,
            "sources": self.sources,
            "sections": [section.to_dict([criterion.key for criterion in self.shown]) for section in self.sections],
        }
