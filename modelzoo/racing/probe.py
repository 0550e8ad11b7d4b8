"""A probe: latency, size, memory and seconds of a network, measured in a worker without a training."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.run_worker import failure_of_worker
from modelzoo.benchmarking.trained import engine_of, weights_file
from modelzoo.benchmarking.worker import WorkerDied, call_in_worker
from modelzoo.datasets.mapped import load_splits
from modelzoo.errors import ZooError, with_kind
from modelzoo.machine import hardware
from modelzoo.machine.gpu_facts import on_gpu
from modelzoo.machine.requirements import require_bench_extra
from modelzoo.racing.limits import HardLimits, OverLimit, over_limit
from modelzoo.runs.events import Report
from modelzoo.runs.measured import LATENCY_BATCH, THROUGHPUT_BATCH
from modelzoo.timing.clock import Limits
from modelzoo.timing.flops import flops_of_image
from modelzoo.timing.measure import Latencies, measure_latency
from modelzoo.timing.peak import device_peak
from modelzoo.training.augmentation import sample_transforms
from modelzoo.training.failure import is_out_of_memory

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split, Splits
    from modelzoo.training.engines.engine import Engine

# Real training steps take about this time after the first ones, and validation a part of it.
STEADY_S = 5.0
VALIDATION_S = 1.5

# The calls of each batch end at one of these limits, after warm-up.
LIMITS = Limits(calls=100, seconds=2.0)


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate as measured without a training.

    `slug` is the variant of the network, `name` its title. `latency_ms` is for one image. `size_mb` is the size of the
    saved weights. `peak_memory_mb` is the peak on the GPU, or of the process where there is none. Both are in 10^6
    bytes. `start_s` are the seconds of a worker until its first step and its first validation are done. They include
    imports, data, building and compilation. `epoch_s` are the seconds to train all images once and to validate.
    """

    slug: str
    name: str
    params: int
    size_mb: float
    latency_ms: float
    images_per_s: float
    peak_memory_mb: float | None
    flops: float | None
    start_s: float
    epoch_s: float


# The value of each criterion that a probe measures.
VALUES: Mapping[str, Callable[[Probe], float | None]] = MappingProxyType(
    {
        "latency": lambda probe: probe.latency_ms,
        "throughput": lambda probe: probe.images_per_s,
        "params": lambda probe: probe.params,
        "model_size": lambda probe: probe.size_mb,
        "peak_memory": lambda probe: probe.peak_memory_mb,
        "flops": lambda probe: probe.flops,
        "epoch_s": lambda probe: probe.epoch_s,
    }
)


def probe(
    spec: RunSpec, splits: "Splits", limits: HardLimits, *, folder: Path, limit_s: float, report: Report
) -> Probe | OverLimit:
    """Measure the network of a run in a worker; a network over a limit takes no training step.

    Parameters
    ----------
    splits : exported and decoded for the run
    folder : for temporary files of the worker
    limit_s : seconds until the worker is ended

    Raises
    ------
    ZooError
        If the network cannot be built, does not fit into memory, or takes longer; the message has the reason.
    """
    probed = call_in_worker(
        probe_work,
        spec,
        splits,
        limits,
        perf_counter(),
        folder=folder,
        backend=spec.backend,
        limit_s=limit_s,
        report=report,
    )
    if not isinstance(probed, WorkerDied):
        return probed
    if probed.late:
        raise ZooError(f"its first steps took more than {limit_s:,.0f} s")
    failure = failure_of_worker(probed, spec, " while it was measured", limit_s)
    raise ZooError(_no_memory(spec) if failure.out_of_memory else failure.reason)


def probe_work(
    report: Report, spec: RunSpec, splits: "Splits", limits: HardLimits, started: float
) -> Probe | OverLimit:
    """Make the probe, in the worker; any error becomes a ZooError, which reaches the parent process.

    Parameters
    ----------
    started : when the parent process started the worker, by a clock that all processes share
    """
    require_bench_extra(precision=spec.precision)
    hardware.find_devices()
    try:
        return _measure(spec, load_splits(splits), limits, started, report)
    except ZooError:
        raise
    except Exception as error:  # frameworks raise many types
        raise ZooError(_no_memory(spec) if is_out_of_memory(error) else with_kind(error)) from error


def _measure(spec: RunSpec, splits: "Splits", limits: HardLimits, started: float, report: Report) -> Probe | OverLimit:
    engine = engine_of(_training_all(spec), splits, report)
    built = perf_counter()
    flops = flops_of_image(engine.network)
    latency_ms, images_per_s = _latency(engine, splits.validation, spec, flops)
    size_mb = len(weights_file(engine.network)) / 1e6
    if beyond := over_limit(spec.variant, spec.title, limits, latency_ms=latency_ms, size_mb=size_mb):
        return beyond
    hardware.reset_peak_memory()
    measured_s = perf_counter() - built
    epoch = epoch_timing(engine, spec, splits)
    gpu = on_gpu()
    return Probe(
        slug=spec.variant,
        name=spec.title,
        params=engine.network.count_params(),
        size_mb=size_mb,
        latency_ms=latency_ms,
        images_per_s=images_per_s,
        peak_memory_mb=gpu.peak_memory_mb if gpu else hardware.peak_memory_mb(),
        flops=flops,
        start_s=epoch.ready - started - measured_s,
        epoch_s=epoch.train_s + epoch.validate_s,
    )


def _training_all(spec: RunSpec) -> RunSpec:
    """Return the spec without its first frozen epochs: epochs that train all layers take longer."""
    if spec.recipe.frozen_epochs == "all":
        return spec
    return replace(spec, recipe=msgspec.structs.replace(spec.recipe, frozen_epochs=0))


@dataclass(frozen=True)
class EpochTiming:
    """The expected seconds of an epoch, and the clock when the first steps and the first validation were done."""

    ready: float
    train_s: float
    validate_s: float


def epoch_timing(
    engine: "Engine", spec: RunSpec, splits: "Splits", *, clock: Callable[[], float] = perf_counter
) -> EpochTiming:
    """Time the first steps of an epoch, and a part of the validation; extend both to the whole.

    The first sample compiles and does not count. The second shows how many steps take `STEADY_S`.
    """
    from modelzoo.training.trainer import epoch_indices

    recipe, train, validation = spec.recipe, splits.train, splits.validation
    order = epoch_indices(train.labels, recipe, seed=spec.seed, epoch=1)
    steps = math.ceil(len(order) / recipe.batch_size)

    def train_s(sample_steps: int) -> float:
        count = engine.sample_images(len(order), sample_steps)
        calls: list[tuple[int, float]] = []
        start = clock()
        transforms = sample_transforms(
            recipe.augmentation,
            seed=spec.seed,
            epoch=1,
            images=count,
            batch_size=recipe.batch_size,
            size=train.images.shape[1:3],
        )
        drawn = clock()
        engine.train_epoch(train, order[:count], lambda step: calls.append((step, clock() - drawn)), transforms)
        return whole_s(calls, clock() - drawn, steps) + (drawn - start) * len(order) / count

    train_s(1)
    step_s = train_s(1) / steps
    part = validation.take(slice(0, recipe.batch_size * max(1, round(VALIDATION_S / step_s))))
    engine.evaluate(part)
    ready = clock()
    trained_s = train_s(min(steps, max(1, round(STEADY_S / step_s))))
    start = clock()
    engine.evaluate(part)
    return EpochTiming(ready, trained_s, (clock() - start) * len(validation) / len(part))


def whole_s(calls: list[tuple[int, float]], seconds: float, steps: int) -> float:
    """Return the seconds of an epoch of `steps`, from the first of them.

    Parameters
    ----------
    calls : the steps done and the seconds since the start, after each call
    seconds : of all the calls, and of the work before and after them
    """
    (first, first_s), (last, last_s) = calls[0], calls[-1]
    step_s = (last_s - first_s) / (last - first) if last > first else seconds / last
    return seconds + (steps - last) * step_s


def _latency(engine: "Engine", split: "Split", spec: RunSpec, flops: float | None) -> tuple[float, float]:
    """Return the latency of one image in ms, and the images a second of a batch."""
    measured: Latencies = measure_latency(
        engine.network,
        np.asarray(split.images[:THROUGHPUT_BATCH]),
        (LATENCY_BATCH, THROUGHPUT_BATCH),
        flops=flops,
        peak=device_peak(hardware.hardware(), spec.precision),
        limits=LIMITS,
        make_call=engine.traced(),
    )
    for missing in measured.missing:
        raise ZooError(f"no latency at batch {missing.batch}: {missing.reason}")
    one, many = measured.latency
    return one.p50_ms, many.images_per_s


def _no_memory(spec: RunSpec) -> str:
    size = spec.recipe.batch_size
    return f"it does not fit into memory at batch size {size}; try `set` batch_size={max(1, size // 2)}"
