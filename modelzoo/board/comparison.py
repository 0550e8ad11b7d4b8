"""A comparison as data: the contenders, every pair of them tested, the classes they confuse."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from modelzoo.board import comparison_tables
from modelzoo.board.confusion import Confused, FloatArray, most_confused, most_different
from modelzoo.board.protocol import Protocol
from modelzoo.board.verdict import verdict
from modelzoo.statistics.pairs import Pair
from modelzoo.statistics.several import CochranQ
from modelzoo.tables import Table


@dataclass(frozen=True)
class Contender:
    """A network, or a recipe with several seeds: accuracy in percent, its Wilson interval, the spread of the seeds.

    `runs` are the ids of the runs tested, `of_seeds` how many there are. `errors` counts the images of each class
    (rows) that were taken for each (columns).
    """

    label: str
    slug: str
    recipe: str
    runs: tuple[str, ...]
    seeds: tuple[int, ...]
    of_seeds: int
    converged: bool
    accuracies: tuple[float, ...]
    accuracy: float
    low: float
    high: float
    deviation: float | None
    errors: FloatArray

    def to_dict(self) -> dict[str, Any]:
        """All of it but the matrix of errors."""
        return {key: value for key, value in asdict(self).items() if key != "errors"}


@dataclass(frozen=True)
class Comparison:
    """Contenders under one protocol and all pairs of them.

    `recipes` says whether the recipes are compared, each by several trainings, or single trained networks. `omnibus`
    is the test that any of three or more networks differs. `faults` are the runs that could not be read.
    """

    protocol: Protocol
    conditions: str
    images: int
    classes: tuple[str, ...]
    contenders: tuple[Contender, ...]
    pairs: tuple[Pair, ...]
    recipes: bool
    omnibus: CochranQ | None
    confidence: float
    faults: tuple[str, ...]

    def apart(self, pair: Pair) -> bool:
        """Whether the two are told apart at the level that goes with the confidence."""
        return pair.adjusted_p < 1 - self.confidence

    @property
    def percent(self) -> str:
        """The confidence as people read it."""
        return f"{100 * self.confidence:g} %"

    @cached_property
    def verdict(self) -> str:
        """What it comes to, in one sentence."""
        return verdict(self)

    @property
    def labels(self) -> tuple[str, ...]:
        """What the contenders are called."""
        return tuple(contender.label for contender in self.contenders)

    def most_confused(self, most: int = 10) -> list[Confused]:
        """The pairs of classes with most errors of all contenders together."""
        return most_confused(self._matrices, self.classes, most)

    def most_different(self, most: int = 10) -> list[Confused]:
        """The pairs of classes in whose errors the contenders differ most."""
        return most_different(self._matrices, self.classes, most)

    @property
    def _matrices(self) -> Sequence[FloatArray]:
        return [contender.errors for contender in self.contenders]

    def tables(self) -> tuple[Table, ...]:
        """For people: the contenders, the pairs, the classes most confused, and those confused most differently."""
        return comparison_tables.tables(self)

    def pair_table(self) -> Table:
        """The pairs alone."""
        return comparison_tables.pair_table(self)

    def to_dict(self) -> dict[str, Any]:
        """All of it at full precision."""
        return {
            "verdict": self.verdict,
            "tested": "recipes" if self.recipes else "networks",
            "protocol": asdict(self.protocol) | {"checksums": dict(self.protocol.checksums)},
            "images": self.images,
            "confidence": self.confidence,
            "contenders": [contender.to_dict() for contender in self.contenders],
            "pairs": [self._pair(pair) for pair in self.pairs],
            "cochran_q": asdict(self.omnibus) if self.omnibus else None,
            "most_confused": [asdict(item) for item in self.most_confused()],
            "most_different": [asdict(item) for item in self.most_different()],
            "faults": self.faults,
        }

    def _pair(self, pair: Pair) -> dict[str, Any]:
        named = {"first": self.labels[pair.first], "second": self.labels[pair.second]}
        return asdict(pair) | named | {"told_apart": self.apart(pair)}
