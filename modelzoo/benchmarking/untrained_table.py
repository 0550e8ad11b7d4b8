"""The table of untrained networks' latency: whose time each figure is, and how near it comes to the device's peak."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from modelzoo.runs.record import Hardware, Latency
from modelzoo.tables.table import Column, Shown, Table
from modelzoo.timing.peak import format_flops
from modelzoo.timing.plausibility import plausibility_warnings

if TYPE_CHECKING:
    from modelzoo.benchmarking.untrained import NetworkSpeed, Speeds

# The published GPU times are said to be at this many pictures, where anything is said.
_PUBLISHED_BATCH = 32


def speed_table(speeds: "Speeds") -> Table:
    """A row for each network and number of pictures; a published time stands at the number it is said to be for."""
    sources = list(dict.fromkeys(one.source for network in speeds.networks for one in network.published))
    columns = (
        Column("name", "Model"),
        Column("input", "Input"),
        Column("batch", "Batch", right=True),
        Column("p50_ms", "p50 ms", _ms, right=True),
        Column("p90_ms", "p90 ms", _ms, right=True),
        Column("p99_ms", "p99 ms", _ms, right=True),
        Column("mean_ms", "mean ms (95 %)", _ms, right=True),
        Column("images_per_s", "Images/s", "{:,.0f}".format, right=True),
        Column("peak_percent", "% of peak", "{:.1f}".format, right=True),
        *(Column(f"{source}_gpu_ms", f"{source} GPU ms", "{:g}".format, right=True) for source in sources),
    )
    rows = [row for network in speeds.networks for row in _rows(network, sources)]
    return Table(columns, rows, caption=_caption(speeds), notes=tuple(_notes(speeds)))


def hardware_told(hardware: Hardware) -> str:
    """The device that did the work, for people."""
    return hardware.gpu or f"{hardware.cpu}, {hardware.cores} cores"


def _rows(network: "NetworkSpeed", sources: list[str]) -> Iterator[tuple[Any, ...]]:
    height, width, channels = network.input_shape
    printed = {one.source: one.gpu_ms for one in network.published}
    batches = [latency.batch for latency in network.latency]
    beside = _PUBLISHED_BATCH if _PUBLISHED_BATCH in batches else next(iter(batches), None)
    for latency in network.latency:
        published = [printed.get(source) if latency.batch == beside else None for source in sources]
        yield (
            network.name,
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


def _caption(speeds: "Speeds") -> str:
    now = speeds.conditions
    version = now.versions.get(now.backend, "")
    return (
        f"Measured on {hardware_told(now.hardware)}: {now.backend} {version}, {now.precision}, untrained weights, "
        f"{now.started}; up to {now.calls} calls or {now.seconds:g} s a batch after warm-up, input on the device."
    )


def _notes(speeds: "Speeds") -> Iterator[str]:
    for network in speeds.networks:
        if best := max((one for one in network.latency if one.flops_per_s), key=_speed, default=None):
            yield f"{network.name}: {achieved(best)}, at batch {best.batch}"
        yield from (f"{network.name}: {doubt}" for doubt in plausibility_warnings(network.latency))
        if few := [one for one in network.latency if one.ended_by == "time"]:
            calls = ", ".join(f"{one.calls} calls at batch {one.batch}" for one in few)
            yield f"{network.name}: time ended the timing, {calls}"
        for missing in network.no_latency:
            yield f"{network.name}: no latency at batch {missing.batch}: {missing.reason}"
    yield _peak_note(speeds)
    conditions = {one.source: one.conditions for network in speeds.networks for one in network.published}
    for source, said in conditions.items():
        yield f"{source} GPU ms, published, on other hardware: {said}"


def achieved(latency: Latency) -> str:
    """What the latency comes to: ``achieved 123 GFLOP/s, 14 % of the device's peak``."""
    percent = _percent(latency)
    share = "" if percent is None else f", {percent:.2g} % of the device's peak"
    return f"achieved {format_flops(latency.flops_per_s or 0)}{share}"


def _mean(latency: Latency) -> Shown | None:
    """The mean with its interval, where there were calls enough for one."""
    if latency.mean_ms is None or latency.mean_low_ms is None or latency.mean_high_ms is None:
        return None if latency.mean_ms is None else Shown(latency.mean_ms, _ms(latency.mean_ms))
    return Shown(latency.mean_ms, f"{_ms(latency.mean_ms)} ({_ms(latency.mean_low_ms)}-{_ms(latency.mean_high_ms)})")


def _peak_note(speeds: "Speeds") -> str:
    now = speeds.conditions
    if now.peak_flops_per_s is None:
        return "The device's peak is not known, so that no time was checked against it"
    return f"The device's peak: {format_flops(now.peak_flops_per_s)} ({now.peak_basis})"


def _percent(latency: Latency) -> float | None:
    if latency.flops_per_s is None or latency.peak_flops_per_s is None:
        return None
    return 100 * latency.flops_per_s / latency.peak_flops_per_s


def _speed(latency: Latency) -> float:
    return latency.flops_per_s or 0


def _ms(value: float) -> str:
    return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
