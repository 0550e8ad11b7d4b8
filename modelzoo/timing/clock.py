"""The clock of latency: calls until they are steady, then calls that count, and what they come to."""

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

# A window of warm-up: so many calls, or as many as a second has room for.
WINDOW_CALLS = 10
WINDOW_S = 1.0
# Warm-up is over when the medians of two windows, one after the other, agree within this share, or at one of the caps.
AGREE = 0.05
MOST_WARM_UP_CALLS = 500
MOST_WARM_UP_S = 10.0

# However slow they are, for a median; and for an interval.
LEAST_CALLS = 5
LEAST_FOR_INTERVAL = 20


@dataclass(frozen=True)
class Limits:
    """What ends the timing: so many calls, or so many seconds, whichever comes first."""

    calls: int = 300
    seconds: float = 10.0


@dataclass(frozen=True)
class Timing:
    """Seconds of each call that counts, and what went before: how many calls, and whether they had become steady."""

    seconds: tuple[float, ...]
    ended_by: Literal["calls", "time"]
    warm_up_calls: int
    steady: bool


def time_calls(call: Call, limits: Limits | None = None, clock: Clock = perf_counter) -> Timing:
    """Time a call that blocks until its result is there.

    The first call traces, compiles and takes memory; further ones warm caches, clocks and memory pools until they are
    steady. None of these counts. No garbage is collected meanwhile, as in Python's `timeit`: that would be this
    program's, not the network's.
    """
    limits = limits or Limits()
    with _without_garbage_collection():
        call()
        warm_up_calls, steady = _warm_up(call, clock)
        seconds, ended_by = _time(call, limits, clock)
    return Timing(tuple(seconds), ended_by, 1 + warm_up_calls, steady)


def summarize(timing: Timing, batch: int) -> Latency:
    """Percentiles and mean in ms, and images a second at the median.

    Raises
    ------
    ZooError
        If the median is no time at all.
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
    """How many calls it took, and whether the last two windows agree."""
    begun = clock()
    window = _window(call, clock)
    calls = len(window)
    while True:
        before, window = median(window), _window(call, clock)
        calls += len(window)
        if abs(median(window) - before) <= AGREE * before:
            return calls, True
        if calls >= MOST_WARM_UP_CALLS or clock() - begun >= MOST_WARM_UP_S:
            return calls, False


def _window(call: Call, clock: Clock) -> list[float]:
    return _time(call, Limits(WINDOW_CALLS, WINDOW_S), clock, least=1)[0]


def _time(
    call: Call, limits: Limits, clock: Clock, least: int = LEAST_CALLS
) -> tuple[list[float], Literal["calls", "time"]]:
    """Seconds of each call, the clock read right before and right after it, and what ended them."""
    seconds: list[float] = []
    begun = clock()
    while len(seconds) < limits.calls:
        if len(seconds) >= least and clock() - begun >= limits.seconds:
            return seconds, "time"
        start = clock()
        call()
        seconds.append(clock() - start)
    return seconds, "calls"


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Collect now, so that nothing is left to collect, and then not before the end."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
