"""The leaderboard as a scatter: measured accuracy against latency, a chart for each section."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modelzoo.charts.axes import log_ticks, plain_number
from modelzoo.charts.labels import place_labels
from modelzoo.charts.style import BLUE, GRAY, headed, short, wrap
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modelzoo.board.leaderboard import Leaderboard, Row

_AREA = 30.0
_HEIGHT = 4.4
# A logarithmic axis where latencies differ by more.
_FACTOR = 5.0
_NAMED = 40


def figure(board: "Leaderboard") -> "Figure":
    """Return accuracy with its 95 % interval against latency from p50 to p90 with batch 1, a chart for each section.

    A filled mark is of a completed training.

    Raises
    ------
    ZooError
        If no model has a latency.
    """
    from matplotlib.figure import Figure

    timed = [
        (section.caption, [row for row in section.rows if row.measured.latency_ms is not None])
        for section in board.sections
    ]
    timed = [(caption, rows) for caption, rows in timed if rows]
    if not timed:
        raise ZooError("no model of the leaderboard has a latency, so it cannot be drawn; `zoo bench` measures it")
    drawing = Figure(figsize=(8.4, 0.6 + _HEIGHT * len(timed)), layout="constrained")
    charts = drawing.subplots(len(timed), 1, squeeze=False).ravel()
    headed(drawing, "Measured accuracy against latency; filled: training completed")
    for axes, (caption, rows) in zip(charts, timed, strict=True):
        _draw(axes, rows)
        wrap(axes.set_title(caption, loc="left", fontsize=8, color=GRAY), indent=0.8)
    for axes, (_, rows) in zip(charts, timed, strict=True):
        points = np.array([(row.measured.latency_ms, row.measured.accuracy) for row in rows])
        every = np.array([row.measured.completed for row in rows])
        names = [short(row.name) for row in rows]
        place_labels(
            axes, points, np.full(len(rows), _AREA), names, order=range(len(rows)), most=_NAMED,
            must=every, dark=every, lines=[line for row in rows for line in _intervals(row)],
        )  # fmt: skip
    return drawing


def _draw(axes: "Axes", rows: Sequence["Row"]) -> None:
    for row in rows:
        for line in _intervals(row):
            axes.plot(*line.T, color=BLUE, linewidth=1.2)
        model = row.measured
        face = BLUE if model.completed else "white"
        axes.scatter(model.latency_ms or 0.0, model.accuracy, s=_AREA, facecolors=face, edgecolors=BLUE, zorder=3)
    latencies = [row.measured.latency_ms or 0.0 for row in rows]
    axes.margins(0.12)
    if max(latencies) > _FACTOR * min(latencies):
        axes.set_xscale("log")
        log_ticks(axes.xaxis, min(latencies), max(latencies), plain_number)
    axes.set(
        xlabel="latency of one image (ms), p50 to p90, better ←", ylabel="test accuracy (%), 95 % interval, better ↑"
    )


def _intervals(row: "Row") -> list[npt.NDArray[np.float64]]:
    """Return the ends of the interval of the accuracy, and of the latency, as lines of the chart."""
    model = row.measured
    latency = model.latency_ms or 0.0
    return [
        np.array([(latency, model.accuracy_low), (latency, model.accuracy_high)]),
        np.array([(latency, model.accuracy), (latency + (model.latency_spread_ms or 0.0), model.accuracy)]),
    ]
