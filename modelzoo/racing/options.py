"""The options of a choice, as `zoo choose` takes them."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from modelzoo.benchmarking.options import BenchOptions
from modelzoo.errors import ZooError, unknown
from modelzoo.racing.price import Price
from modelzoo.scoring.criterion_spec import CriterionSpec, parse_criteria

# The criteria of a choice: the race measures accuracy, a probe the others.
CRITERIA = ("accuracy", "latency", "throughput", "params", "model_size", "peak_memory", "flops", "epoch_s")


class ChooseOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The options of a choice.

    Parameters
    ----------
    budget_s : seconds for measuring and training
    max_latency_ms : hard limit of the latency for one image
    max_size_mb : hard limit of the saved weights, in 10^6 bytes
    by : criteria of the choice, as ``accuracy,latency:2``; accuracy is one of them
    top : candidates from the ranking
    profile, source, where : of the ranking, as for `rank`
    price : of an hour on this machine
    alpha : error probability of the decisions, over all rounds and rivals
    training : recipe, seed, data and folders of the runs; its epochs are the recipe's
    """

    budget_s: float
    max_latency_ms: float | None = None
    max_size_mb: float | None = None
    by: str | Sequence[str] = "accuracy"
    top: int = 8
    profile: str | Path = "slides"
    source: str | Sequence[str] | None = None
    where: str | None = None
    price: Price | None = None
    alpha: float = 0.05
    training: BenchOptions = BenchOptions()

    def __post_init__(self) -> None:
        for name in ("budget_s", "max_latency_ms", "max_size_mb"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise ZooError(f"`{name}` is {value:g}; expected a number above 0")
        if self.top < 1:
            raise ZooError(f"`top` is {self.top}; expected a whole number from 1")
        if not 0 < self.alpha < 1:
            raise ZooError(f"`alpha` is {self.alpha:g}; expected a probability between 0 and 1, as 0.05")
        for name, expected in (("epochs", "`set` epochs=N"), ("time_limit_s", "`budget_s`")):
            if getattr(self.training, name) is not None:
                raise ZooError(f"`{name}` cuts runs short, and a race trains whole schedules; give {expected}")
        keys = [spec.key for spec in self.criteria]
        for key in keys:
            if key not in CRITERIA:
                raise unknown("criterion of a choice", key, CRITERIA)
        if "accuracy" not in keys:
            raise ZooError(
                f"`by` is {', '.join(keys)}; expected accuracy among them: `zoo latency` compares the others "
                "without training"
            )
        if not self.criteria[keys.index("accuracy")].weight:
            raise ZooError("the weight of accuracy is 0; give one above 0: `zoo latency` compares the others")

    @property
    def criteria(self) -> tuple[CriterionSpec, ...]:
        """The parsed criteria of the choice."""
        return parse_criteria(self.by)
