"""Speeds: the latency of networks, its conditions, and its measurement in this process or in a worker."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from modelzoo.base.scratch import scratch_folder, temporary_files_in
from modelzoo.base.text import first_of, plural
from modelzoo.benchmarking.worker import WorkerDied, call_in_worker
from modelzoo.errors import ZooError, first_line
from modelzoo.machine import hardware
from modelzoo.runs.events import Report
from modelzoo.runs.record import Hardware, Latency, NoLatency, now
from modelzoo.tables.result import Result
from modelzoo.tables.table import Table
from modelzoo.timing.clock import Limits
from modelzoo.timing.peak import Peak, device_peak

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The GPU milliseconds of a model as a source prints them, with their conditions."""

    source: str
    gpu_ms: float
    printed: str
    conditions: str


class NetworkSpeed(msgspec.Struct, frozen=True, kw_only=True):
    """The latency of one network, with published GPU times.

    `input_shape` is height, width, channels. `flops` counts multiplications and additions of one image each. A trained
    network has `runtime`, the program that computed it, and no builder. The file of another runtime states no
    parameters and no FLOPs. `int8` files compute in 8-bit whole numbers.
    """

    model: str
    name: str
    build: str | None
    input_shape: tuple[int, int, int]
    classes: int
    total_params: int | None
    flops: float | None
    latency: tuple[Latency, ...]
    no_latency: tuple[NoLatency, ...] = ()
    published: tuple[Published, ...] = ()
    runtime: str | None = None
    int8: bool = False


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


class Speeds(Result, msgspec.Struct, frozen=True, kw_only=True):
    """The latency of networks, its conditions, and a line for each network without a latency."""

    conditions: Conditions
    networks: tuple[NetworkSpeed, ...]
    faults: tuple[str, ...] = ()

    def tables(self) -> tuple[Table]:
        """Return the table of the networks and batches."""
        from modelzoo.benchmarking.untrained_table import speed_table

        return (speed_table(self),)

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw latency and images a second by batch size; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.benchmarking.speeds_chart import figure
        from modelzoo.charts.save import plot

        return plot(lambda: figure(self), path)

    def _remarks(self) -> tuple[str, ...]:
        return self.faults

    def _summary(self) -> str:
        times = [
            f"{network.name} {network.latency[0].p50_ms:.2f} ms at batch {network.latency[0].batch}"
            for network in self.networks
            if network.latency
        ]
        return f"{first_of(times, 2) or plural(len(self.networks), 'network')}, {self.conditions.backend}"

    def to_dict(self) -> dict[str, Any]:
        """Return the whole result as plain data."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data


Measured = tuple[Conditions, NetworkSpeed]

# The measurement of one network, with its name.
Measure = tuple[str, Callable[[], Measured]]


def measure_each(measures: Iterable[Measure]) -> Speeds:
    """Measure the latency of each network; an error becomes a line of `faults`, with the network's name.

    Raises
    ------
    ZooError
        If no network could be measured.
    """
    measured, faults = [], []
    for name, measure in measures:
        try:
            measured.append(measure())
        except Exception as error:  # frameworks raise many types, for lack of memory for example
            faults.append(f"{name}: {first_line(error) or type(error).__name__}")
    if not measured:
        raise ZooError("; ".join(faults))
    return Speeds(conditions=measured[0][0], networks=tuple(speed for _, speed in measured), faults=tuple(faults))


def measure_isolated(measure: Callable[..., Measured], *arguments: Any, apart: bool, report: Report) -> Measured:
    """Call a function that measures a network: in a worker if `apart`, else here, with a folder for scratch files."""
    with scratch_folder() as folder:
        if not apart:
            with temporary_files_in(folder):
                return measure(*arguments, report=report)
        import keras

        backend, precision = keras.backend.backend(), keras.config.dtype_policy().name
        measured = call_in_worker(_work, measure, precision, *arguments, folder=folder, backend=backend, report=report)
    if not isinstance(measured, WorkerDied):
        return measured
    why = "the system was out of memory and ended its process" if measured.oom_kills else "its process crashed"
    raise ZooError(f"{why}; try it alone, with `batches` 1")


def _work(report: Report, measure: Callable[..., Measured], precision: str, *arguments: Any) -> Measured:
    """Measure a network, in the worker; any error becomes a ZooError, which reaches the parent process."""
    from modelzoo.machine.requirements import require_bench_extra

    require_bench_extra(precision=precision)
    try:
        return measure(*arguments, report=report)
    except Exception as error:
        raise ZooError(first_line(error) or type(error).__name__) from error


def conditions_here(limits: Limits) -> tuple[Conditions, Peak | None]:
    """Return the conditions of this machine and backend, and the peak of its device."""
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
    return conditions, peak
