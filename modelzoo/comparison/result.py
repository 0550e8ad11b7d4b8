"""A comparison as data: the contenders, every pair of them tested, the classes they confuse."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from modelzoo.comparison.confusion import Confused, FloatArray, most_confused, most_different
from modelzoo.runs.protocol import Protocol
from modelzoo.statistics.multiple import CochranQ
from modelzoo.statistics.pairs import Pair


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
    is the test that any of three or more networks differs. `faults` are the runs that could not be read. `verdict`
    states the result in one sentence.
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
    verdict: str

    def apart(self, pair: Pair) -> bool:
        """Whether the two are told apart at the level that goes with the confidence."""
        return pair.adjusted_p < 1 - self.confidence

    @property
    def percent(self) -> str:
        """The confidence as people read it."""
        return f"{100 * self.confidence:g} %"

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
