"""Latency against batch size, and images a second with the limit of the device."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from modelzoo.charts.axes import legend_beside, log_ticks, plain_number
from modelzoo.charts.style import GRAY, colors_of, headed, short
from modelzoo.errors import ZooError
from modelzoo.runs.chart_texts import common_name, conditions, names_of
from modelzoo.timing.peak import device_peak, format_flops

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modelzoo.runs.record import Latency, Record

# The columns of a name in the legend.
_NAME = 48


class TimedNetwork(NamedTuple):
    """The latency of one network: `flops` of one image, `peak` in FLOP/s of its device; None where not known."""

    name: str
    latency: Sequence["Latency"]
    flops: float | None
    peak: float | None

    @property
    def roofline(self) -> float | None:
        """Return the images a second at the device's peak; None where it or the FLOPs are not known."""
        return self.peak / self.flops if self.peak and self.flops else None


def figure(networks: Sequence[TimedNetwork], title: str, caption: str) -> "Figure":
    """Return the median latency with the band up to p90, and images a second with the roofline of the device.

    The roofline is the device's peak FLOP/s by the FLOPs of one image: no network of these FLOPs is faster.
    """
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(9.6, 4.8), layout="constrained")
    latency, speed = drawing.subplots(1, 2)
    handles: list[Any] = []
    for network, color in zip(networks, colors_of(len(networks)), strict=True):
        handles.append(_draw(latency, speed, network, color))
        if network.roofline is not None:
            speed.axhline(network.roofline, color=color, linestyle=":", linewidth=1.4)
    batches = sorted({timed.batch for network in networks for timed in network.latency})
    _scales(latency, batches, "latency of one call (ms)")
    _scales(speed, batches, "images per second, at p50")
    legend_beside(speed, [*handles, *_key(networks)])
    return headed(drawing, f"Latency by batch size: {title}", caption)


def figure_of_runs(records: Sequence["Record"]) -> "Figure":
    """Return the latency of runs, as `figure` draws it.

    Raises
    ------
    ZooError
        If there is no run, or a run has no latency.
    """
    if not records:
        raise ZooError("no run is named; name one at least")
    for record in records:
        if not record.latency:
            raise ZooError(f"{record.id} has no latency; `zoo bench` measures it, and `zoo show {record.id}` says more")
    names = names_of(records) if len(records) > 1 else ["median (p50)"]
    networks = [
        TimedNetwork(name, record.latency, record.flops, _peak(record))
        for name, record in zip(names, records, strict=True)
    ]
    return figure(networks, common_name(records), conditions(records))


def _peak(record: "Record") -> float | None:
    """Return the peak of the record's device; records of earlier versions lack it, so the GPU's name gives it."""
    peak = max((timed.peak_flops_per_s or 0.0 for timed in record.latency), default=0.0)
    if not peak and record.hardware.gpu:
        of_device = device_peak(record.hardware, record.precision)
        peak = of_device.flops_per_s if of_device else 0.0
    return peak or None


def _draw(latency: "Axes", speed: "Axes", network: TimedNetwork, color: Any) -> Any:
    """Draw one network; return its line for the legend."""
    timed = sorted(network.latency, key=lambda part: part.batch)
    batches = [part.batch for part in timed]
    medians = [part.p50_ms for part in timed]
    latency.fill_between(batches, medians, [part.p90_ms for part in timed], color=color, alpha=0.25, linewidth=0)
    latency.vlines(batches, medians, [part.p90_ms for part in timed], color=color, linewidth=1.2)
    (line,) = latency.plot(batches, medians, color=color, marker="o", markersize=4.5, label=short(network.name, _NAME))
    speed.plot(batches, [part.images_per_s for part in timed], color=color, marker="o", markersize=4.5)
    return line


def _key(networks: Sequence[TimedNetwork]) -> list[Any]:
    """Return what band and dotted lines are, for the legend."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    band = Patch(color=GRAY, alpha=0.35, linewidth=0, label="p50 to p90 of the calls")
    peaks = dict.fromkeys(format_flops(network.peak) for network in networks if network.peak and network.flops)
    if not peaks:
        return [band]
    shown = " and ".join(peaks)
    return [band, Line2D([], [], color=GRAY, linestyle=":", label=f"roofline: peak of the\ndevice, {shown}")]


def _scales(axes: "Axes", batches: Sequence[int], label: str) -> None:
    """Set logarithmic scales with a tick at each batch size."""
    from matplotlib.ticker import FixedLocator, NullLocator

    axes.set(xscale="log", yscale="log", xlabel="batch size (images in a call)", ylabel=label)
    axes.xaxis.set_major_locator(FixedLocator(batches))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: plain_number(value))
    axes.margins(x=0.08, y=0.12)
    log_ticks(axes.yaxis, *axes.get_ylim(), plain_number)
