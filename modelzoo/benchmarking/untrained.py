"""Latency of untrained networks, with the published GPU times of their models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from modelzoo.architectures.builder import find_builder
from modelzoo.base.arguments import checked
from modelzoo.base.scratch import scratch_folder, temporary_files_in
from modelzoo.benchmarking.models import require_builder
from modelzoo.benchmarking.names import resolve_models
from modelzoo.benchmarking.run_spec import variant_of
from modelzoo.benchmarking.worker import WorkerDied, call_in_worker, require_main_guard
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.models import Model
from modelzoo.errors import ZooError, first_line
from modelzoo.machine import hardware
from modelzoo.runs.events import Measuring, Note, Report, ignore
from modelzoo.runs.record import Hardware, Latency, NoLatency, now, titled
from modelzoo.timing.clock import Limits
from modelzoo.timing.flops import flops_of_image
from modelzoo.timing.measure import BATCHES, Latencies, measure_latency, require_batches
from modelzoo.timing.peak import device_peak
from modelzoo.training.network import logits_alone

# The default image size of recipes, and the channels and classes of the published networks.
_SIDE = 32
_CHANNELS = 3
_CLASSES = 1000


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The GPU milliseconds of a model as a source prints them, with their conditions."""

    source: str
    gpu_ms: float
    printed: str
    conditions: str


class NetworkSpeed(msgspec.Struct, frozen=True, kw_only=True):
    """The latency of one network, with published GPU times.

    `input_shape` is height, width, channels. `flops` counts multiplications and additions of one image each.
    """

    model: str
    name: str
    build: str
    input_shape: tuple[int, int, int]
    classes: int
    total_params: int
    flops: float | None
    latency: tuple[Latency, ...]
    no_latency: tuple[NoLatency, ...] = ()
    published: tuple[Published, ...] = ()


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """The conditions of all latencies; `started` in UTC, `peak_basis` is the origin of `peak_flops_per_s`."""

    started: str
    backend: str
    versions: dict[str, str]
    precision: str
    hardware: Hardware
    calls: int
    seconds: float
    peak_flops_per_s: float | None
    peak_basis: str | None


class Speeds(msgspec.Struct, frozen=True, kw_only=True):
    """The latency of networks, its conditions, and a line for each network without a latency."""

    conditions: Conditions
    networks: tuple[NetworkSpeed, ...]
    faults: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the whole result as plain data."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data


@dataclass(frozen=True)
class _Network:
    """One network to measure, with its input resolved; `name` includes the variant where it is not the default."""

    model: Model
    name: str
    input_shape: tuple[int, int, int]
    classes: int


@checked
def latency(
    *models: str,
    batches: Sequence[int] = BATCHES,
    image_size: int | None = None,
    at_catalog_size: bool = False,
    limits: Limits | None = None,
    apart: bool = False,
    catalog: "Catalog | None" = None,
    report: Report = ignore,
) -> Speeds:
    """Measure the latency of models without training them: random weights, random pixels 0-255 in float32.

    The time of a call depends on the input's size, not on the values of weights and pixels.

    Parameters
    ----------
    models : names of models, variants or builders (``keras:NAME``, ``package.module:function``), as for `resolve_model`
    batches : numbers of images in a call
    image_size : height and width in pixels; default: 32, or the least that the network takes
    at_catalog_size : use the input that the network was published with, and add the catalog's GPU milliseconds
    limits : of the timing of one batch; default: 300 calls or 10 seconds
    apart : measure each network in a worker, whose crash loses that network alone. Workers import the script that
        calls this function: such a script calls it under ``if __name__ == "__main__":``
    report : receives the events

    Raises
    ------
    ZooError
        If an argument cannot be used, or no network could be measured. All names are resolved first; a network that
        fails later becomes a line of `faults`.
    """
    require_main_guard()
    limits = limits or Limits()
    _require_sensible(models, batches, limits, both=at_catalog_size and image_size is not None)
    from modelzoo.machine.requirements import require_bench_extra, require_packages

    require_packages()
    from modelzoo.catalog.catalog import load_catalog

    catalog = catalog or load_catalog()
    resolved = resolve_models(catalog, models)
    require_bench_extra(report)
    apart = apart or hardware.devices_left()
    networks = [_resolve(model, image_size, at_catalog_size, report) for model in resolved]
    measure = _measure_in_worker if apart else _measure_here
    measured, faults = [], []
    for network in networks:
        report(Measuring(f"latency of {network.name} at {_size(network.input_shape)}"))
        try:
            measured.append(measure(network, batches, limits, report=report))
        except Exception as error:  # frameworks raise many types, for lack of memory for example
            faults.append(f"{network.name}: {first_line(error) or type(error).__name__}")
    if not measured:
        raise ZooError("; ".join(faults))
    speeds = [
        msgspec.structs.replace(speed, published=_published(speed.model, catalog)) if at_catalog_size else speed
        for _, speed in measured
    ]
    return Speeds(conditions=measured[0][0], networks=tuple(speeds), faults=tuple(faults))


def _require_sensible(models: Sequence[str], batches: Sequence[int], limits: Limits, *, both: bool) -> None:
    if not models:
        raise ZooError("no model is named; name one at least, as in `zoo list`")
    if len(batches) == 0:  # also of an array
        raise ZooError("batches are empty; expected one number of images at least")
    require_batches(batches)
    if limits.calls < 1:
        raise ZooError(f"`calls` is {limits.calls}; expected 1 or more")
    if not 0 < limits.seconds < float("inf"):
        raise ZooError(f"`seconds` is {limits.seconds}; expected a finite number above 0")
    if both:
        raise ZooError("image size and catalog size are both given; give one of them")


def _resolve(model: Model, image_size: int | None, at_catalog_size: bool, report: Report) -> _Network:
    """Return the network with its published input, or with an input of the wanted size, not below its smallest."""
    require_builder(model)
    published, name = find_builder(model.build).published, titled(model.name, model.slug, variant_of(model.build))
    if at_catalog_size:
        if published is None:
            raise ZooError(f"{name} has no known published input; give `image_size` instead")
        return _Network(model, name, *published)
    (_, _, channels), classes = published or ((_SIDE, _SIDE, _CHANNELS), _CLASSES)
    smallest, side = find_builder(model.build).smallest_input, image_size or _SIDE
    if side < smallest and image_size:
        raise ZooError(f"`image_size` is {side}; {name} takes {smallest}×{smallest} pixels at least")
    if side < smallest:
        report(Note(f"{name} takes {smallest}×{smallest} pixels at least; it gets this size"))
        side = smallest
    return _Network(model, name, (side, side, channels), classes)


def _measure_here(
    network: _Network, batches: Sequence[int], limits: Limits, *, report: Report
) -> tuple[Conditions, NetworkSpeed]:
    """Return the result of `_measure`, made in this process."""
    with scratch_folder() as folder, temporary_files_in(folder):
        return _measure(network, batches, limits, report=report)


def _measure_in_worker(
    network: _Network, batches: Sequence[int], limits: Limits, *, report: Report
) -> tuple[Conditions, NetworkSpeed]:
    """Return the result of `_measure`, made in a worker."""
    import keras

    backend, precision = keras.backend.backend(), keras.config.dtype_policy().name
    with scratch_folder() as folder:
        measured = call_in_worker(
            _work, network, batches, limits, precision, folder=folder, backend=backend, report=report
        )
    if not isinstance(measured, WorkerDied):
        return measured
    why = "the system was out of memory and ended its process" if measured.oom_kills else "its process crashed"
    raise ZooError(f"{why}; try it alone, with `batches` 1")


def _work(
    report: Report, network: _Network, batches: Sequence[int], limits: Limits, precision: str
) -> tuple[Conditions, NetworkSpeed]:
    """Measure a network, in the worker; any error becomes a ZooError, which reaches the parent process."""
    from modelzoo.machine.requirements import require_bench_extra

    require_bench_extra(precision=precision)
    try:
        return _measure(network, batches, limits, report=report)
    except Exception as error:
        raise ZooError(first_line(error) or type(error).__name__) from error


def _measure(
    network: _Network, batches: Sequence[int], limits: Limits, *, report: Report
) -> tuple[Conditions, NetworkSpeed]:
    import keras

    hardware.find_devices()
    backend, precision, machine = keras.backend.backend(), keras.config.dtype_policy().name, hardware.hardware()
    peak = device_peak(machine, precision)
    conditions = Conditions(
        started=now(),
        backend=backend,
        versions=hardware.versions(backend),
        precision=precision,
        hardware=machine,
        calls=limits.calls,
        seconds=limits.seconds,
        peak_flops_per_s=peak.flops_per_s if peak else None,
        peak_basis=peak.basis if peak else None,
    )
    keras.utils.clear_session(free_memory=True)
    keras.utils.set_random_seed(0)
    model = logits_alone(
        find_builder(network.model.build).build(
            input_shape=network.input_shape, classes=network.classes, note=lambda text: report(Note(text))
        )
    )
    flops = flops_of_image(model)
    images = np.random.default_rng(0).uniform(0, 255, (min(batches), *network.input_shape)).astype(np.float32)
    measured: Latencies = measure_latency(model, images, batches, flops=flops, peak=peak, limits=limits)
    speed = NetworkSpeed(
        model=network.model.slug,
        name=network.name,
        build=network.model.build,
        input_shape=network.input_shape,
        classes=network.classes,
        total_params=model.count_params(),
        flops=flops,
        latency=measured.latency,
        no_latency=measured.missing,
    )
    return conditions, speed


def _published(model: str, catalog: "Catalog") -> tuple[Published, ...]:
    """Return every GPU time that the catalog has for the model."""
    return tuple(
        Published(
            source=source.key,
            gpu_ms=value.value,
            printed=value.text,
            conditions=source.conditions.get("gpu", source.conditions.get("times", "conditions not stated")),
        )
        for source in catalog.sources.values()
        if (value := source.rows.get(model, {}).get("gpu")) is not None
    )


def _size(shape: tuple[int, int, int]) -> str:
    return f"{shape[1]}×{shape[0]}×{shape[2]}"
