"""Latency: the time of one call of the network, as an application calls it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from modelzoo.errors import ZooError, first_line, with_kind
from modelzoo.runs.record import Latency, NoLatency
from modelzoo.timing.clock import Clock, Limits, summarize, time_calls
from modelzoo.timing.compiled_call import MakeCall, traced_call
from modelzoo.timing.peak import Peak, require_possible

BATCHES = (1, 8, 32, 128)


def require_batches(batches: Any) -> None:
    """Raise a ZooError unless the batches are different numbers of images, each 1 or more."""
    numbers = list(batches) if isinstance(batches, Sequence) and not isinstance(batches, str) else [None]
    if not all(isinstance(batch, int) and batch >= 1 for batch in numbers) or len(set(numbers)) < len(numbers):
        raise ZooError(f"latency batches are {batches!r}; expected different whole numbers from 1, as in (1, 32)")


@dataclass(frozen=True)
class Latencies:
    """The latency of each batch size, and the reason for each missing one."""

    latency: tuple[Latency, ...] = ()
    missing: tuple[NoLatency, ...] = ()


def measure_latency(
    network: Any,
    images: npt.NDArray[Any],
    batches: Sequence[int] = BATCHES,
    *,
    flops: float | None = None,
    peak: Peak | None = None,
    limits: Limits | None = None,
    make_call: MakeCall | None = None,
    clock: Clock = perf_counter,
) -> Latencies:
    """Measure the latency of the network, from images to logits, for each batch size.

    The call is traced (and compiled, except on a CPU under TensorFlow, which gains nothing). Its input is on the device
    already, and the clock stops when the result is there. Keras' `predict` takes 56 ms where the traced call of LeNet-5
    takes 0.5 ms. A batch size that fails, for example for want of memory, does not stop the others.

    Parameters
    ----------
    images : inputs of the network; repeated to fill a larger batch
    flops : of one image; with `peak`, a time that exceeds the device's peak is rejected
    make_call : a result of `traced_call`; None to trace the network here
    """
    try:
        make_call = make_call or traced_call(network)
    except Exception as error:
        return Latencies(missing=tuple(NoLatency(batch=batch, reason=_reason(error)) for batch in batches))
    latency, missing = [], []
    for batch in batches:
        repeated = np.resize(images, (batch, *images.shape[1:]))
        try:
            summary = summarize(time_calls(make_call(repeated), limits, clock), batch)
            latency.append(_with_speed(summary, flops, peak))
        except Exception as error:
            missing.append(NoLatency(batch=batch, reason=_reason(error)))
    return Latencies(tuple(latency), tuple(missing))


def _with_speed(latency: Latency, flops: float | None, peak: Peak | None) -> Latency:
    """Return the latency with its FLOP/s; raise a ZooError where these exceed the peak."""
    if not flops:
        return latency
    achieved = flops * latency.images_per_s
    if peak is None:
        return replace(latency, flops_per_s=achieved)
    require_possible(achieved, peak)
    return replace(latency, flops_per_s=achieved, peak_flops_per_s=peak.flops_per_s)


def _reason(error: Exception) -> str:
    return first_line(error) if isinstance(error, ZooError) else with_kind(error)
