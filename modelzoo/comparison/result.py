"""A comparison as data: the candidates, a test of every pair, the confused classes."""

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from modelzoo.base.text import first_of
from modelzoo.comparison.confusion import Confused, FloatArray, largest
from modelzoo.runs.protocol import Protocol
from modelzoo.statistics.multiple import CochranQ
from modelzoo.statistics.pairs import Pair
from modelzoo.tables.result import Result
from modelzoo.tables.table import Table

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A network, or a recipe with several seeds: accuracy in percent, its Wilson interval, the deviation of the seeds.

    `runs` are the ids of the tested runs; `of_seeds` counts all seeds of the recipe.
    """

    label: str
    slug: str
    recipe: str
    runs: tuple[str, ...]
    seeds: tuple[int, ...]
    of_seeds: int
    completed: bool
    accuracies: tuple[float, ...]
    accuracy: float
    low: float
    high: float
    deviation: float | None


class Comparison(Result, msgspec.Struct, frozen=True, kw_only=True):
    """Candidates under one protocol and all pairs of them.

    `recipes` is true if recipes are compared, each by several trainings, and false for single networks. `errors` counts
    for each candidate the images of each class (rows) by predicted class (columns). `omnibus` tests whether any of
    three or more networks differs. `problems` name the files that cannot be used, `left_out` the runs that were not
    chosen. `verdict` is the result in one sentence.
    """

    protocol: Protocol
    conditions: str
    images: int
    classes: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    errors: tuple[FloatArray, ...]
    pairs: tuple[Pair, ...]
    recipes: bool
    omnibus: CochranQ | None
    confidence: float
    problems: tuple[str, ...]
    left_out: str = ""
    verdict: str = ""

    @property
    def percent(self) -> str:
        """Return the confidence in percent."""
        return f"{100 * self.confidence:g} %"

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels of the candidates."""
        return tuple(candidate.label for candidate in self.candidates)

    def most_confused(self) -> list[Confused]:
        """Return the pairs of classes with most errors of all candidates together."""
        return largest(self.errors, self.classes, np.sum(self.errors, axis=0))

    def most_different(self) -> list[Confused]:
        """Return the pairs of classes with the largest differences between the errors of the candidates."""
        return largest(self.errors, self.classes, np.ptp(self.errors, axis=0))

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw the classes that each candidate confuses; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.comparison.confusion_chart import figure

        return plot(lambda: figure(self), path)

    def tables(self) -> tuple[Table, ...]:
        """Return the tables of candidates, pairs and confused classes."""
        from modelzoo.comparison.tables import comparison_tables

        return comparison_tables(self)

    def _flat_table(self) -> Table:
        """Return the table of pairs."""
        from modelzoo.comparison.tables import pair_table

        return pair_table(self)

    def _remarks(self) -> tuple[str, ...]:
        return (*filter(None, [self.left_out]), *self.problems)

    def _summary(self) -> str:
        return f"{first_of(self.labels, 4)} on {self.images:,} images: {self.verdict}"

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison as JSON has it, at full precision."""
        return {
            "verdict": self.verdict,
            "tested": "recipes" if self.recipes else "networks",
            "protocol": self.protocol.to_dict(),
            "images": self.images,
            "confidence": self.confidence,
            "contenders": msgspec.to_builtins(self.candidates),
            "pairs": [self._pair(pair) for pair in self.pairs],
            "cochran_q": msgspec.to_builtins(self.omnibus),
            "most_confused": msgspec.to_builtins(self.most_confused()),
            "most_different": msgspec.to_builtins(self.most_different()),
            "faults": self.problems,
        }

    def _pair(self, pair: Pair) -> dict[str, Any]:
        fields: dict[str, Any] = msgspec.to_builtins(pair)
        significant = fields.pop("significant")
        labels = {"first": self.labels[pair.first], "second": self.labels[pair.second]}
        return fields | labels | {"told_apart": significant}
