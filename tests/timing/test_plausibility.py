"""Doubts about latencies."""

from typing import Any

from modelzoo.runs.record import Latency
from modelzoo.timing.plausibility import plausibility_warnings


def timed(batch: int, p50_ms: float, **fields: Any) -> Latency:
    return Latency(batch=batch, p50_ms=p50_ms, p90_ms=99, p99_ms=99, images_per_s=1.0, calls=300, **fields)


def test_more_pictures_in_less_time_are_in_doubt_whatever_their_order() -> None:
    assert list(plausibility_warnings([timed(8, 2.0), timed(1, 3.0), timed(32, 9.0)])) == [
        "a call took longer at batch 1, 3 ms, than at batch 8, 2 ms: perhaps something else kept the machine busy; "
        "measure again"
    ]


def test_as_much_time_for_more_pictures_is_what_a_large_device_takes() -> None:
    assert list(plausibility_warnings([timed(1, 2.1), timed(8, 2.0), timed(32, 2.05, steady=True)])) == []


def test_calls_that_were_not_steady_are_in_doubt() -> None:
    found = list(
        plausibility_warnings([timed(1, 2.0, steady=False), timed(8, 3.0, steady=None), timed(32, 4.0, steady=False)])
    )
    assert found == ["calls did not become steady in warm-up at batch 1, 32"]
