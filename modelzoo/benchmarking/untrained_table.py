"""The table of untrained networks' latency, with published GPU times and the share of the device's peak."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from modelzoo.runs.record import Latency
from modelzoo.tables.fit import fit_table
from modelzoo.tables.table import Column, Shown, Table
from modelzoo.timing.peak import format_flops
from modelzoo.timing.plausibility import plausibility_warnings

if TYPE_CHECKING:
    from modelzoo.benchmarking.speeds import NetworkSpeed, Speeds

# The batch size of published GPU times, where a source states one.
_PUBLISHED_BATCH = 32

# A terminal without room for all columns drops those of the lowest priority; published times have the usual one.
_PRIORITIES = {"name": 100, "batch": 99, "runtime": 98, "p50_ms": 97, "images_per_s": 96, "p90_ms": 90, "p99_ms": 85}
_PRIORITIES |= {"mean_ms": 80, "input": 70, "peak_percent": 60}


def speed_table(speeds: "Speeds", width: int | None = None) -> Table:
    """Return a row for each network and batch, with the columns that fit in `width` characters.

    A published time is in the row of its own batch.
    """
    sources = list(dict.fromkeys(time.source for network in speeds.networks for time in network.published))
    runtimes = any(network.runtime for network in speeds.networks)
    columns = (
        Column("name", "Model", wrap=False),
        *([Column("runtime", "Runtime", wrap=False)] if runtimes else []),
        Column("input", "Input"),
        Column("batch", "Batch", right=True),
        Column("p50_ms", "p50 ms", _ms, right=True, unit="ms"),
        Column("p90_ms", "p90 ms", _ms, right=True, unit="ms"),
        Column("p99_ms", "p99 ms", _ms, right=True, unit="ms"),
        Column("mean_ms", "mean ms (95 %)", _ms, right=True, unit="ms"),
        Column("images_per_s", "Images/s", "{:,.0f}".format, right=True, unit="images/s"),
        Column("peak_percent", "% of peak", "{:.1f}".format, right=True, unit="%"),
        *(Column(f"{source}_gpu_ms", f"{source} GPU ms", "{:g}".format, right=True, unit="ms") for source in sources),
    )
    rows = [row for network in speeds.networks for row in _rows(network, sources, runtimes=runtimes)]
    table = Table(columns, rows, caption=conditions_of(speeds), notes=tuple(_notes(speeds)))
    return (
        table
        if width is None
        else fit_table(table, width, {column.key: _PRIORITIES.get(column.key, 95) for column in columns})
    )


def _rows(network: "NetworkSpeed", sources: list[str], *, runtimes: bool) -> Iterator[tuple[Any, ...]]:
    height, width, channels = network.input_shape
    printed = {time.source: time.gpu_ms for time in network.published}
    batches = [latency.batch for latency in network.latency]
    published_batch = _PUBLISHED_BATCH if _PUBLISHED_BATCH in batches else next(iter(batches), None)
    for latency in network.latency:
        published = [printed.get(source) if latency.batch == published_batch else None for source in sources]
        yield (
            network.name,
            *([runtime_of(network)] if runtimes else []),
            f"{width}×{height}×{channels}",
            latency.batch,
            latency.p50_ms,
            latency.p90_ms,
            latency.p99_ms,
            _mean(latency),
            latency.images_per_s,
            _percent(latency),
            *published,
        )


def runtime_of(network: "NetworkSpeed") -> str:
    """Return the name of the program that computed a network; Keras computes untrained models."""
    name = (network.runtime or "Keras").split()[0].rstrip(",")
    return f"{name} int8" if network.int8 else name


def conditions_of(speeds: "Speeds") -> str:
    """Return device, backend, precision, weights, time and limits of the measurement, as one sentence."""
    conditions, machine = speeds.conditions, speeds.conditions.hardware
    device = machine.gpu or f"{machine.cpu}, {machine.cores} cores"
    backend = f"{conditions.backend} {conditions.versions.get(conditions.backend, '')}"
    limits = f"up to {conditions.calls} calls or {conditions.seconds:g} s a batch after warm-up"
    trained = {network.runtime is not None for network in speeds.networks}
    weights = "trained and untrained" if len(trained) > 1 else "trained" if True in trained else "untrained"
    return (
        f"Measured on {device}: {backend}, {conditions.precision}, {weights} weights, "
        f"{conditions.started}; {limits}, input on the device."
    )


def _notes(speeds: "Speeds") -> Iterator[str]:
    for network in speeds.networks:
        with_speed = [latency for latency in network.latency if latency.flops_per_s]
        if best := max(with_speed, key=lambda latency: latency.flops_per_s or 0, default=None):
            yield f"{network.name}: {achieved(best)}, at batch {best.batch}"
        yield from (f"{network.name}: {doubt}" for doubt in plausibility_warnings(network.latency))
        if cut_short := [latency for latency in network.latency if latency.ended_by == "time"]:
            calls = ", ".join(f"{latency.calls} calls at batch {latency.batch}" for latency in cut_short)
            yield f"{network.name}: time ended the timing, {calls}"
        for missing in network.no_latency:
            yield f"{network.name}: no latency at batch {missing.batch}: {missing.reason}"
    if runtimes := dict.fromkeys(network.runtime for network in speeds.networks if network.runtime):
        yield f"Runtimes: {'; '.join(runtimes)}"
    if (peak := speeds.conditions.peak_flops_per_s) is None:
        yield "The device's peak is not known, so that no time was checked against it"
    else:
        yield f"The device's peak: {format_flops(peak)} ({speeds.conditions.peak_basis})"
    conditions = {time.source: time.conditions for network in speeds.networks for time in network.published}
    for source, text in conditions.items():
        yield f"{source} GPU ms, published, on other hardware: {text}"


def achieved(latency: Latency) -> str:
    """Return the speed of a call: ``achieved 123 GFLOP/s, 14 % of the device's peak``."""
    percent = _percent(latency)
    share = "" if percent is None else f", {percent:.2g} % of the device's peak"
    return f"achieved {format_flops(latency.flops_per_s or 0)}{share}"


def _mean(latency: Latency) -> Shown | None:
    """Return the mean, with its interval where the calls were enough for one."""
    mean, low, high = latency.mean_ms, latency.mean_low_ms, latency.mean_high_ms
    if mean is None:
        return None
    interval = "" if low is None or high is None else f" ({_ms(low)}-{_ms(high)})"
    return Shown(mean, f"{_ms(mean)}{interval}")


def _percent(latency: Latency) -> float | None:
    if latency.flops_per_s is None or latency.peak_flops_per_s is None:
        return None
    return 100 * latency.flops_per_s / latency.peak_flops_per_s


def _ms(value: float) -> str:
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
