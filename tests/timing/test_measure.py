"""Latency on a made-up device; the calls of a real one are tested beside the engine."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from modelzoo.errors import ZooError
from modelzoo.timing.clock import Limits
from modelzoo.timing.measure import BATCHES, Latencies, measure_latency
from modelzoo.timing.peak import Peak

PICTURES = np.arange(3 * 4, dtype=np.uint8).reshape(3, 2, 2)


class Device:
    """A device with a clock: a transfer takes 100 s, a call 2 ms and 1 ms for each picture."""

    def __init__(self, most: int = 1000) -> None:
        self.now, self.placed, self._most = 0.0, [], most  # type: ignore[var-annotated]

    def clock(self) -> float:
        return self.now

    def place(self, pictures: Any) -> Callable[[], None]:
        self.now += 100.0
        self.placed.append(pictures)

        def call() -> None:
            if len(pictures) > self._most:
                raise MemoryError(f"no room for {len(pictures)}\nand a trace")
            self.now += 0.002 + 0.001 * len(pictures)

        return call


def measure(device: Device, *batches: int, **given: Any) -> Latencies:
    limits = Limits(30, 10.0)
    return measure_latency(
        None, PICTURES, batches or BATCHES, limits=limits, make_call=device.place, clock=device.clock, **given
    )


def test_the_call_is_timed_and_the_transfer_is_not() -> None:
    found = measure(Device()).latency
    assert [one.batch for one in found] == [1, 8, 32, 128]
    assert [one.p50_ms for one in found] == pytest.approx([3, 10, 34, 130])
    assert [one.images_per_s for one in found] == pytest.approx([1 / 0.003, 800, 32 / 0.034, 128 / 0.13])
    assert {one.calls for one in found} == {30}


def test_pictures_are_placed_once_a_batch_and_repeated_to_fill_it() -> None:
    device = Device()
    measure(device, 1, 8)
    one, eight = device.placed
    assert np.array_equal(one, PICTURES[:1])
    assert np.array_equal(eight, PICTURES[[0, 1, 2, 0, 1, 2, 0, 1]])
    assert eight.dtype == np.uint8


def test_a_batch_that_fails_is_named_and_the_others_are_measured() -> None:
    found = measure(Device(most=8))
    assert [one.batch for one in found.latency] == [1, 8]
    assert [(one.batch, one.reason) for one in found.missing] == [
        (32, "MemoryError: no room for 32"),
        (128, "MemoryError: no room for 128"),
    ]


def test_the_latency_says_how_near_it_comes_to_the_peak() -> None:
    (found,) = measure(Device(), 8, flops=1e9, peak=Peak(4e12, "made up")).latency
    assert found.flops_per_s == pytest.approx(800e9)
    assert found.peak_flops_per_s == 4e12


def test_without_a_known_peak_or_count_nothing_is_refused() -> None:
    (found,) = measure(Device(), 8, flops=1e99).latency
    assert (found.flops_per_s, found.peak_flops_per_s) == (pytest.approx(8e101), None)
    (found,) = measure(Device(), 8, peak=Peak(1.0, "made up")).latency
    assert (found.flops_per_s, found.peak_flops_per_s) == (None, None)


def test_a_time_that_the_device_cannot_do_is_refused_with_its_reason() -> None:
    # One picture a call is 333 GFLOP/s, which it can; 32 would be 941, which it cannot.
    found = measure(Device(), 1, 32, flops=1e9, peak=Peak(400e9, "made up"))
    assert [one.batch for one in found.latency] == [1]
    (missing,) = found.missing
    assert missing.batch == 32
    assert missing.reason.startswith("941 GFLOP/s would be 2.35 times the device's peak, 400 GFLOP/s (made up)")


def test_a_clock_that_stands_still_gives_no_latency() -> None:
    device = Device()
    found = measure_latency(None, PICTURES, (1,), make_call=device.place, clock=lambda: 0.0, limits=Limits(5, 1.0))
    assert found.latency == ()
    assert "clock" in found.missing[0].reason


def test_an_interruption_is_not_taken_for_a_failure() -> None:
    def place(pictures: Any) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measure_latency(None, PICTURES, (1,), make_call=place)


def test_errors_of_this_project_need_no_class_name() -> None:
    def place(pictures: Any) -> Any:
        raise ZooError("what, where, expected, next")

    assert measure_latency(None, PICTURES, (1,), make_call=place).missing[0].reason == "what, where, expected, next"
