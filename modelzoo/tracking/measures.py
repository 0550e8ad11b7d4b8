"""Measures of a tested run: values with units, senses and intervals, for files that other tools read."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from modelzoo.errors import ZooError
from modelzoo.runs.record import Latency, Record, Test

# The unbounded end of a scale.
INFINITY = float("inf")

_WILSON = "Wilson score interval"
_BLOCKS = "bootstrap of circular blocks"


class Interval(msgspec.Struct, frozen=True):
    """The 95 % interval of a value, and the method that computed it."""

    low: float
    high: float
    method: str


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One value of the test split or of the latency.

    `type` is the id of the metric, `highest` the end of its scale, which begins at 0. `arguments` are those of the
    metric.
    """

    type: str
    name: str
    unit: Literal["percent", "points", "nats", "ms"]
    value: float
    lower_is_better: bool = False
    highest: float = 100.0
    interval: Interval | None = None
    arguments: Mapping[str, str | int] = {}


def measures_of(record: Record) -> tuple[Measure, ...]:
    """Return the measures of a run, the accuracy first.

    Raises
    ------
    ZooError
        If the run was not tested.
    """
    if record.test is None:
        raise ZooError(f"{record.id} has no test result; name a tested run, which `zoo runs` lists")
    return (*_test_measures(record.test), *(part for latency in record.latency for part in _latency_measures(latency)))


def _test_measures(test: Test) -> list[Measure]:
    interval = Interval(test.top1_low, test.top1_high, _WILSON)
    measures = [
        Measure(type="accuracy", name="Accuracy", unit="percent", value=test.top1, interval=interval),
        Measure(type="top_k_accuracy", name="Top-5 accuracy", unit="percent", value=test.top5, arguments={"k": 5}),
    ]
    if test.macro_recall is not None:
        arguments = {"average": "macro"}
        measures.append(
            Measure(type="recall", name="Macro recall", unit="percent", value=test.macro_recall, arguments=arguments)
        )
    loss = Measure(type="cross_entropy", name="Cross-entropy", unit="nats", value=test.loss, highest=INFINITY)
    measures.append(msgspec.structs.replace(loss, lower_is_better=True))
    if test.ece is not None:
        name = "Expected calibration error"
        ece = Measure(type="expected_calibration_error", name=name, unit="points", value=test.ece, lower_is_better=True)
        measures.append(ece)
    return measures


def _latency_measures(latency: Latency) -> list[Measure]:
    batch = f"batch {latency.batch}"
    median = Measure(
        type="latency_p50",
        name=f"Median latency, {batch}",
        unit="ms",
        value=latency.p50_ms,
        lower_is_better=True,
        highest=INFINITY,
        arguments={"batch": latency.batch},
    )
    mean, low, high = latency.mean_ms, latency.mean_low_ms, latency.mean_high_ms
    if mean is None or low is None or high is None:
        return [median]
    interval = Interval(low, high, _BLOCKS)
    name = f"Mean latency, {batch}"
    return [
        median,
        msgspec.structs.replace(median, type="latency_mean", name=name, value=mean, interval=interval),
    ]
