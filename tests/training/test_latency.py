"""The clock of latency; the calls it times are tested beside the engine."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from modelzoo.training.latency import LEAST_CALLS, summarize, time_calls


class World:
    """A clock that only calls move: each takes the next of `takes` seconds."""

    def __init__(self, takes: Iterator[float]) -> None:
        self.now, self.calls, self._takes = 0.0, 0, takes

    def clock(self) -> float:
        return self.now

    def call(self) -> None:
        self.calls += 1
        self.now += next(self._takes)


def timed(world: World, **limits: float) -> list[float]:
    clock: Callable[[], float] = world.clock
    return time_calls(world.call, clock=clock, **limits)  # type: ignore[arg-type]


def test_warm_up_calls_are_made_and_not_timed() -> None:
    world = World(itertools.chain([100.0] * 3, itertools.repeat(0.5)))
    assert timed(world, warm_up=3, calls=30) == [0.5] * 30
    assert world.calls == 33


def test_each_call_is_timed_alone() -> None:
    world = World(iter([9.0, 1.0, 2.0, 4.0]))
    assert timed(world, warm_up=1, calls=3) == [1.0, 2.0, 4.0]


def test_the_budget_ends_the_calls() -> None:
    assert len(timed(World(itertools.repeat(0.25)), warm_up=0, calls=300, budget_s=10.0)) == 40


def test_the_budget_leaves_enough_calls_for_a_median() -> None:
    assert len(timed(World(itertools.repeat(60.0)), warm_up=0, calls=300, budget_s=15.0)) == LEAST_CALLS


def test_the_budget_does_not_count_the_warm_up() -> None:
    world = World(itertools.chain([1000.0], itertools.repeat(0.1)))
    assert len(timed(world, warm_up=1, calls=50, budget_s=15.0)) == 50


def test_percentiles_are_in_ms_and_images_by_the_median() -> None:
    latency = summarize([n / 1000 for n in range(1, 102)], batch=32)
    assert (latency.p50_ms, latency.p90_ms, latency.p99_ms) == pytest.approx((51, 91, 100))
    assert latency.images_per_s == pytest.approx(32 / 0.051)
    assert (latency.batch, latency.calls) == (32, 101)
