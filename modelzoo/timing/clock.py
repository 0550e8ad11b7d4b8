"""The clock of latency: warm-up calls until they are steady, timed calls, and their summary."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, Literal

import numpy as np

from modelzoo.errors import ZooError
from modelzoo.runs.record import Latency
from modelzoo.statistics.bootstrap import mean_interval

Call = Callable[[], Any]
Clock = Callable[[], float]

# A window of warm-up ends after this many calls or seconds.
WINDOW_CALLS = 10
WINDOW_S = 1.0
# Warm-up ends when the medians of two successive windows agree within this share, or at a cap.
AGREE = 0.05
MOST_WARM_UP_CALLS = 500
MOST_WARM_UP_S = 10.0

# The least calls for a median, however slow they are, and for an interval.
LEAST_CALLS = 5
LEAST_FOR_INTERVAL = 20


@dataclass(frozen=True)
class Limits:
    """The limits of timing: a number of calls or seconds, whichever comes first."""

    calls: int = 300
    seconds: float = 10.0


@dataclass(frozen=True)
class Timing:
    """The seconds of each timed call, the number of warm-up calls, and whether these became steady."""

    seconds: tuple[float, ...]
    ended_by: Literal["calls", "time"]
    warm_up_calls: int
    steady: bool


def time_calls(call: Call, limits: Limits | None = None, clock: Clock = perf_counter) -> Timing:
    """Time a call that blocks until its result is there.

    The first call traces, compiles and allocates memory; further calls warm caches, clocks and memory pools until they
    are steady. These calls do not count. Garbage collection is off meanwhile, as in Python's `timeit`: its time is this
    program's, not the network's.
    """
    limits = limits or Limits()
    with _without_garbage_collection():
        call()
        warm_up_calls, steady = _warm_up(call, clock)
        seconds, ended_by = _time(call, limits, clock)
    return Timing(tuple(seconds), ended_by, 1 + warm_up_calls, steady)


def summarize(timing: Timing, batch: int) -> Latency:
    """Compute percentiles and mean in ms, and images a second at the median.

    Raises
    ------
    ZooError
        If the median is zero.
    """
    milliseconds = np.asarray(timing.seconds) * 1000
    p50, p90, p99 = (float(value) for value in np.percentile(milliseconds, (50, 90, 99)))
    if p50 <= 0:
        raise ZooError("half of the calls took no time by this clock; it is too coarse for them")
    calls = len(milliseconds)
    low, high = mean_interval(milliseconds) if calls >= LEAST_FOR_INTERVAL else (None, None)
    return Latency(
        batch=batch,
        p50_ms=p50,
        p90_ms=p90,
        p99_ms=p99,
        images_per_s=batch * 1000 / p50,
        calls=calls,
        mean_ms=float(milliseconds.mean()),
        mean_low_ms=low,
        mean_high_ms=high,
        ended_by=timing.ended_by,
        warm_up_calls=timing.warm_up_calls,
        steady=timing.steady,
    )


def _warm_up(call: Call, clock: Clock) -> tuple[int, bool]:
    """Run calls until two successive windows agree, or to a limit; return their number and whether windows agree."""
    start = clock()
    window = _window(call, clock)
    calls = len(window)
    while True:
        before, window = median(window), _window(call, clock)
        calls += len(window)
        if abs(median(window) - before) <= AGREE * before:
            return calls, True
        if calls >= MOST_WARM_UP_CALLS or clock() - start >= MOST_WARM_UP_S:
            return calls, False


def _window(call: Call, clock: Clock) -> list[float]:
    return _time(call, Limits(WINDOW_CALLS, WINDOW_S), clock, least=1)[0]


def _time(
    call: Call, limits: Limits, clock: Clock, least: int = LEAST_CALLS
) -> tuple[list[float], Literal["calls", "time"]]:
    """Time calls, the clock read right before and after each; return their seconds and the limit that ended them."""
    seconds: list[float] = []
    start = clock()
    while len(seconds) < limits.calls:
        if len(seconds) >= least and clock() - start >= limits.seconds:
            return seconds, "time"
        before = clock()
        call()
        seconds.append(clock() - before)
    return seconds, "calls"


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Collect garbage now, and then not before the end of the block."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
