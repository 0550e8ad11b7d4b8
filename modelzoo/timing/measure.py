"""Latency: how long one call of the network takes, as a program that uses it would call it."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from modelzoo.errors import ZooError, first_line
from modelzoo.runs.record import Latency, NoLatency
from modelzoo.timing.clock import Clock, Limits, summarize, time_calls
from modelzoo.timing.compiled_call import Place, traced_call
from modelzoo.timing.peak import Peak, require_possible

BATCHES = (1, 8, 32, 128)


def require_batches(batches: Any) -> None:
    """Raise a ZooError unless these are different numbers of images, each 1 or more."""
    numbers = list(batches) if isinstance(batches, Sequence) and not isinstance(batches, str) else [None]
    if not all(isinstance(batch, int) and batch >= 1 for batch in numbers) or len(set(numbers)) < len(numbers):
        raise ZooError(f"latency batches are {batches!r}; expected different whole numbers from 1, as in (1, 32)")


@dataclass(frozen=True)
class Measured:
    """The latency of each number of pictures in a call, and why there is none of the others."""

    latency: tuple[Latency, ...] = ()
    missing: tuple[NoLatency, ...] = ()


def measure_latency(
    network: Any,
    pictures: npt.NDArray[Any],
    batches: Sequence[int] = BATCHES,
    *,
    flops: float | None = None,
    peak: Peak | None = None,
    limits: Limits | None = None,
    place: Place | None = None,
    clock: Clock = perf_counter,
) -> Measured:
    """Latency of the network, from pictures to logits, for each number of pictures in a call.

    The call is traced (and compiled, where that pays: not on a CPU under TensorFlow), its input lies on the device
    already, and the clock stops when the result is there. Never Keras' `predict`, which takes 56 ms where the traced
    call of a LeNet-5 takes 0.5 ms. A number of pictures that fails, for want of memory say, does not keep back the
    others.

    Parameters
    ----------
    pictures : as the network takes them; repeated where a call needs more
    flops : of one picture; with `peak`, a time that would take more than the device can do is refused
    place : stands for the device; that of the network's backend unless given
    """
    try:
        place = place or traced_call(network)
    except Exception as error:
        return Measured(missing=tuple(NoLatency(batch=batch, reason=_reason(error)) for batch in batches))
    latency, missing = [], []
    for batch in batches:
        repeated = np.resize(pictures, (batch, *pictures.shape[1:]))
        try:
            found = summarize(time_calls(place(repeated), limits, clock), batch)
            latency.append(_with_speed(found, flops, peak))
        except Exception as error:
            missing.append(NoLatency(batch=batch, reason=_reason(error)))
    return Measured(tuple(latency), tuple(missing))


def _with_speed(latency: Latency, flops: float | None, peak: Peak | None) -> Latency:
    """The latency with what it comes to in FLOP/s, unless no device could do that."""
    if not flops:
        return latency
    achieved = flops * latency.images_per_s
    if peak is None:
        return replace(latency, flops_per_s=achieved)
    require_possible(achieved, peak)
    return replace(latency, flops_per_s=achieved, peak_flops_per_s=peak.flops_per_s)


def _reason(error: Exception) -> str:
    first = first_line(error)
    return first if isinstance(error, ZooError) else f"{type(error).__name__}: {first}"
