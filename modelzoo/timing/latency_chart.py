"""Latency against batch size, and images a second with the limit of the device."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from modelzoo.charts.axes import legend_beside, log_ticks, plain_number
from modelzoo.charts.style import BLUE, GRAY, colors_of, headed
from modelzoo.errors import ZooError
from modelzoo.runs.chart_texts import common_name, conditions, names_of
from modelzoo.timing.peak import device_peak, format_flops

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modelzoo.runs.record import Record
    from modelzoo.runs.run import Run


def figure(runs: Sequence["Run"]) -> "Figure":
    """Return the median latency with the band up to p90, and images a second with the roofline of the device.

    The roofline is the device's peak FLOP/s by the FLOPs of one image: no network of these FLOPs is faster.

    Raises
    ------
    ZooError
        If there is no run, or a run has no latency.
    """
    from matplotlib.figure import Figure

    if not runs:
        raise ZooError("no run is named; name one at least")
    for run in runs:
        if not run.record.latency:
            raise ZooError(f"{run.id} has no latency; `zoo bench` measures it, and `zoo show {run.id}` says more")
    drawing = Figure(figsize=(9.6, 4.8), layout="constrained")
    latency, speed = drawing.subplots(1, 2)
    names = names_of(runs) if len(runs) > 1 else ["p50, band to p90"]
    handles: list[Any] = []
    rooflines: dict[float, str] = {}
    for run, name, color in zip(runs, names, [BLUE] if len(runs) == 1 else colors_of(len(runs)), strict=True):
        handles.append(_draw(latency, speed, run.record, name, color))
        if roofline := _roofline(run.record):
            images_per_s, peak = roofline
            rooflines[images_per_s] = peak
            speed.axhline(images_per_s, color=color, linestyle=":", linewidth=1.4)
    batches = sorted({timed.batch for run in runs for timed in run.record.latency})
    _scales(latency, batches, "latency of one call (ms)")
    _scales(speed, batches, "images per second, at p50")
    legend_beside(speed, [*handles, *_roofline_key(rooflines)])
    return headed(drawing, f"Latency by batch size: {common_name(runs)}", conditions(*runs))


def _draw(latency: "Axes", speed: "Axes", record: "Record", name: str, color: Any) -> Any:
    """Draw one run; return its line for the legend."""
    timed = sorted(record.latency, key=lambda part: part.batch)
    batches = [part.batch for part in timed]
    medians = [part.p50_ms for part in timed]
    latency.fill_between(batches, medians, [part.p90_ms for part in timed], color=color, alpha=0.25, linewidth=0)
    latency.vlines(batches, medians, [part.p90_ms for part in timed], color=color, linewidth=1.2)
    (line,) = latency.plot(batches, medians, color=color, marker="o", markersize=4.5, label=name)
    speed.plot(batches, [part.images_per_s for part in timed], color=color, marker="o", markersize=4.5)
    return line


def _roofline(record: "Record") -> tuple[float, str] | None:
    """Return the images a second at the device's peak, and the peak; None where peak or FLOPs are not known."""
    if not record.flops:
        return None
    known = [timed.peak_flops_per_s for timed in record.latency if timed.peak_flops_per_s]
    peak = max(known, default=0.0)
    if not peak and record.hardware.gpu:
        of_device = device_peak(record.hardware, record.precision)
        peak = of_device.flops_per_s if of_device else 0.0
    return (peak / record.flops, format_flops(peak)) if peak else None


def _roofline_key(rooflines: dict[float, str]) -> list[Any]:
    from matplotlib.lines import Line2D

    if not rooflines:
        return []
    peaks = " and ".join(dict.fromkeys(rooflines.values()))
    return [Line2D([], [], color=GRAY, linestyle=":", label=f"roofline: peak of the\ndevice, {peaks}")]


def _scales(axes: "Axes", batches: Sequence[int], label: str) -> None:
    """Set logarithmic scales with a tick at each batch size."""
    from matplotlib.ticker import FixedLocator, NullLocator

    axes.set(xscale="log", yscale="log", xlabel="batch size (images in a call)", ylabel=label)
    axes.xaxis.set_major_locator(FixedLocator(batches))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: plain_number(value))
    axes.margins(x=0.08, y=0.12)
    log_ticks(axes.yaxis, *axes.get_ylim(), plain_number)
