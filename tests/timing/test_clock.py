"""The clock of latency, on a clock that only calls move."""

import gc
import itertools
from collections.abc import Iterable

import numpy as np
import pytest

from modelzoo.timing import clock
from modelzoo.timing.clock import LEAST_CALLS, Limits, Timing, summarize, time_calls


class World:
    """A clock that only calls move: each takes the next of `takes` seconds, then the last for ever."""

    def __init__(self, *takes: float, then: Iterable[float] = ()) -> None:
        self.now, self.calls = 0.0, 0
        self._takes = itertools.chain(takes, then, itertools.repeat(takes[-1] if takes else 0.0))

    def clock(self) -> float:
        return self.now

    def call(self) -> None:
        self.calls += 1
        self.now += next(self._takes)


def timed(world: World, calls: int = 30, seconds: float = 1000.0) -> Timing:
    return time_calls(world.call, Limits(calls, seconds), world.clock)


def test_a_steady_call_is_warmed_up_by_one_call_and_two_windows() -> None:
    world = World(0.0625)
    found = timed(world)
    assert (found.warm_up_calls, found.steady) == (21, True)
    assert found.seconds == (0.0625,) * 30
    assert world.calls == 51


def test_the_first_call_is_in_no_window() -> None:
    found = timed(World(100.0, 0.0625))
    assert (found.warm_up_calls, found.steady) == (21, True)
    assert found.seconds == (0.0625,) * 30


def test_warm_up_goes_on_until_two_windows_agree() -> None:
    # Windows of 8, 4, 2 and 2 times a 512th of a second, after the first call.
    world = World(*[8 / 512] * 11, *[4 / 512] * 10, 2 / 512)
    found = timed(world)
    assert (found.warm_up_calls, found.steady) == (41, True)
    assert found.seconds == (2 / 512,) * 30


@pytest.mark.parametrize(("change", "windows"), [(1.04, 2), (0.96, 2), (1.06, 3), (0.94, 3)])
def test_windows_agree_within_a_twentieth(change: float, windows: int) -> None:
    found = timed(World(*[0.01] * 11, 0.01 * change))
    assert found.warm_up_calls == 1 + 10 * windows


def test_an_outlier_in_a_window_does_not_keep_the_warm_up_going() -> None:
    found = timed(World(*[0.01] * 15, 0.5, 0.01))
    assert (found.warm_up_calls, found.steady) == (21, True)


def test_what_never_becomes_steady_is_timed_after_the_most_warm_up_calls_and_said_to_be_so() -> None:
    windows = itertools.cycle([*[0.001] * 10, *[0.002] * 10])
    found = timed(World(0.001, then=windows))
    assert (found.warm_up_calls, found.steady) == (1 + clock.MOST_WARM_UP_CALLS, False)
    assert len(found.seconds) == 30


def test_time_ends_the_warm_up_too() -> None:
    # Each call takes a second more than the one before: windows of one call, the fourth at 2 + 3 + 4 + 5 seconds.
    found = timed(World(then=map(float, itertools.count(1))), calls=5)
    assert (found.warm_up_calls, found.steady) == (5, False)
    assert found.seconds == (6.0, 7.0, 8.0, 9.0, 10.0)


def test_slow_calls_are_warmed_up_by_two_and_the_first() -> None:
    found = timed(World(20.0), calls=300, seconds=10.0)
    assert (found.warm_up_calls, found.steady) == (3, True)


def test_each_call_is_timed_alone() -> None:
    found = timed(World(*[0.5] * 5, 1.0, 2.0, 4.0), calls=3)
    assert found.warm_up_calls == 5  # windows of two calls, which fill a second
    assert found.seconds == (1.0, 2.0, 4.0)


def test_the_clock_is_read_right_before_and_right_after_the_call() -> None:
    world = World(0.25)

    def ticking() -> float:
        world.now += 1 / 1024  # with each reading
        return world.now

    assert set(time_calls(world.call, Limits(7, 1000.0), ticking).seconds) == {0.25 + 1 / 1024}


def test_calls_end_the_timing_and_it_says_so() -> None:
    found = timed(World(0.25), calls=30, seconds=1000.0)
    assert (len(found.seconds), found.ended_by) == (30, "calls")


def test_time_ends_the_timing_and_it_says_so() -> None:
    found = timed(World(0.25), calls=300, seconds=10.0)
    assert (len(found.seconds), found.ended_by) == (40, "time")


def test_however_slow_the_calls_there_are_enough_for_a_median() -> None:
    found = timed(World(60.0), calls=300, seconds=10.0)
    assert (len(found.seconds), found.ended_by) == (LEAST_CALLS, "time")


def test_the_time_does_not_count_the_warm_up() -> None:
    assert len(timed(World(1000.0, 0.125), calls=50, seconds=10.0).seconds) == 50


def test_no_garbage_is_collected_during_the_calls() -> None:
    states: list[bool] = []
    time_calls(lambda: states.append(gc.isenabled()), Limits(10, 1.0), World().clock)
    assert set(states) == {False}
    assert gc.isenabled()


def test_garbage_collection_is_as_it_was_before_even_after_an_error() -> None:
    def fail() -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        time_calls(fail)
    assert gc.isenabled()
    gc.disable()
    try:
        time_calls(lambda: None, Limits(10, 1.0))
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_percentiles_are_numpys_in_ms_and_images_by_the_median() -> None:
    seconds = tuple(np.random.default_rng(1).gamma(2.0, 0.01, 137))
    found = summarize(Timing(seconds, "time", 21, steady=False), batch=32)
    expected = np.percentile(np.array(seconds) * 1000, (50, 90, 99))
    assert (found.p50_ms, found.p90_ms, found.p99_ms) == tuple(expected)
    assert found.images_per_s == pytest.approx(32 / np.median(seconds))
    assert found.mean_ms == pytest.approx(np.mean(seconds) * 1000)
    assert found.mean_low_ms < found.mean_ms < found.mean_high_ms  # type: ignore[operator]
    assert (found.batch, found.calls, found.warm_up_calls) == (32, 137, 21)
    assert (found.ended_by, found.steady) == ("time", False)


def test_outliers_move_the_mean_and_not_the_median() -> None:
    calm = summarize(Timing((0.01,) * 100, "calls", 21, steady=True), batch=1)
    shaken = summarize(Timing((0.01,) * 98 + (2.0, 2.0), "calls", 21, steady=True), batch=1)
    assert (shaken.p50_ms, shaken.images_per_s) == (calm.p50_ms, calm.images_per_s) == (10.0, 100.0)
    assert shaken.p90_ms == calm.p90_ms
    assert shaken.mean_ms == pytest.approx(49.8)
    assert shaken.mean_low_ms < 30 < 70 < shaken.mean_high_ms  # type: ignore[operator]


def test_few_calls_have_a_mean_without_an_interval() -> None:
    found = summarize(Timing((1.0,) * 19, "time", 3, steady=True), batch=1)
    assert (found.mean_ms, found.mean_low_ms, found.mean_high_ms) == (1000.0, None, None)
