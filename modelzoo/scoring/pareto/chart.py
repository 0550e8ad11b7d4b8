"""The chart of the front: models by two criteria, those on the front filled, with the line of the front."""

from typing import TYPE_CHECKING, Any

import numpy as np

from modelzoo.base.text import plural
from modelzoo.catalog.criteria import Criterion
from modelzoo.charts.axes import legend_beside, log_ticks
from modelzoo.charts.labels import place_labels
from modelzoo.charts.style import BLUE, GRAY, headed, short
from modelzoo.scoring.pareto.front import front

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modelzoo.scoring.pareto.fronts import Fronts

# A linear axis crowds values below a tenth of its end.
_DECADES = 10.0
# Areas of the least and of the greatest value of a third criterion, in square points.
_LEAST_AREA, _MOST_AREA = 22.0, 260.0
_AREA = 45.0
# Up to 40 models are all named where there is room; of more models, 15 along the front.
_ALL_NAMED, _SOME_NAMED = 40, 15
_THOUSANDS = 10_000


def figure(fronts: "Fronts") -> "Figure":
    """Return the scatter of the first two criteria.

    The line is the front of the two criteria shown. Filled models are on the front of all criteria. The area of the
    marks shows a third criterion.
    """
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(8.4, 5.6), layout="constrained")
    axes = drawing.add_subplot()
    (upward, _), (across, _) = fronts.criteria[:2]
    points = np.array([[entry.values[across.key], entry.values[upward.key]] for entry in fronts.entries])
    areas = _areas(fronts)
    _axis(axes, fronts, 0, points[:, 1], "y")
    _axis(axes, fronts, 1, points[:, 0], "x")
    best = np.array([entry.layer == 1 for entry in fronts.entries])
    line = _stairs(axes, fronts, points)
    for rows, face, edge, width, layer in ((~best, "white", GRAY, 1.1, 2), (best, BLUE, "white", 0.8, 3)):
        x, y = points[rows].T
        axes.scatter(x, y, s=areas[rows], facecolors=face, edgecolors=edge, linewidths=width, zorder=layer)
    legend_beside(axes, _key(fronts))
    keys = ", ".join(item.key for item, _ in fronts.criteria)
    count = plural(len(fronts.entries), "model")
    headed(drawing, f"Pareto front of {keys}: {len(fronts.front):,} of {count}", fronts.caption)
    place_labels(
        axes, points, areas, [short(entry.name) for entry in fronts.entries], lines=[line], dark=best,
        **_named(axes, fronts, points, best),
    )  # fmt: skip
    return drawing


def _named(axes: "Axes", fronts: "Fronts", points: Any, best: Any) -> dict[str, Any]:
    """Return the models to name, as arguments of `place_labels`: all of a few, some of many along the front."""
    if len(points) <= _ALL_NAMED:
        order = sorted(range(len(points)), key=lambda row: not best[row])
        return {"order": order, "most": _ALL_NAMED, "must": best}
    on_line = _on_line(fronts, points)
    must = np.zeros(len(points), dtype=bool)
    must[on_line[[0, -1]]] = True
    seen = axes.transAxes.inverted().transform(axes.transData.transform(points[on_line]))
    return {"order": on_line[_spread(seen)].tolist(), "most": _SOME_NAMED, "must": must}


def _spread(seen: Any) -> list[int]:
    """Return the order of points along a line: both ends first, then each time the farthest from all before."""
    order = list(dict.fromkeys([0, len(seen) - 1]))
    while len(order) < len(seen):
        away = np.linalg.norm(seen[:, None] - seen[order], axis=2).min(axis=1)
        away[order] = -1.0
        order.append(int(np.argmax(away)))
    return order


def _on_line(fronts: "Fronts", points: Any) -> Any:
    """Return the rows of the models on the front of the two criteria shown, from left to right."""
    upward, across = (sense == "max" for _, sense in fronts.criteria[:2])
    rows = np.flatnonzero(front(points, np.array([across, upward])))
    return rows[np.argsort(points[rows, 0])]


def _areas(fronts: "Fronts") -> Any:
    if len(fronts.criteria) < 3:
        return np.full(len(fronts.entries), _AREA)
    return _area(_third(fronts), _third(fronts))


def _third(fronts: "Fronts") -> Any:
    return np.array([entry.values[fronts.criteria[2][0].key] for entry in fronts.entries])


def _area(values: Any, known: Any) -> Any:
    low, high = known.min(), known.max()
    share = (values - low) / (high - low) if high > low else np.zeros(len(values))
    return _LEAST_AREA + (_MOST_AREA - _LEAST_AREA) * share


def _axis(axes: "Axes", fronts: "Fronts", index: int, values: Any, which: str) -> None:
    criterion, sense = fronts.criteria[index]
    arrow = {"y": {"max": "↑", "min": "↓"}, "x": {"max": "→", "min": "←"}}[which][sense]
    label = f"{criterion.heading()}, better {arrow}"
    (axes.set_xlabel if which == "x" else axes.set_ylabel)(label)
    axis = axes.xaxis if which == "x" else axes.yaxis
    if values.min() > 0 and values.max() >= _DECADES * values.min():
        (axes.set_xscale if which == "x" else axes.set_yscale)("log")
        log_ticks(axis, values.min(), values.max(), lambda value: _tick(criterion, value))
    else:
        axis.set_major_formatter(lambda value, _: _tick(criterion, value))
    axes.margins(0.08)


def _tick(criterion: Criterion, value: float) -> str:
    """Return the value as tables show it, but in thousands from 10,000 on: ``50k``."""
    text = criterion.show(value).removesuffix(".0")
    return f"{value / 1000:g}k" if value >= _THOUSANDS and text.isdigit() else text


def _stairs(axes: "Axes", fronts: "Fronts", points: Any) -> Any:
    """Draw the front of the two criteria shown; return the corners of its line."""
    across = fronts.criteria[1][1] == "max"
    line = points[_on_line(fronts, points)]
    # Where more is better across, the line drops at the model before, else at the next one.
    turns = np.stack([line[:-1, 0], line[1:, 1]] if across else [line[1:, 0], line[:-1, 1]], axis=1)
    corners = np.insert(line, np.arange(1, len(line)), turns, axis=0)
    axes.plot(corners[:, 0], corners[:, 1], color=BLUE, linewidth=1.2, alpha=0.55, zorder=1)
    return corners


def _key(fronts: "Fronts") -> list[Any]:
    """Return the marks of the legend, with the least and the greatest value of the third criterion."""
    from matplotlib.lines import Line2D

    def mark(label: str, size: float, filled: bool) -> Line2D:
        return Line2D(
            [], [], linestyle="", marker="o", markersize=size, label=label,
            markerfacecolor=BLUE if filled else "white", markeredgecolor="white" if filled else GRAY,
        )  # fmt: skip

    marks = [mark("on the front", 7, True), mark("dominated", 7, False)]
    shown = ", ".join(item.key for item, _ in fronts.criteria[:2][::-1])
    if len(fronts.criteria) > 2:
        marks.append(Line2D([], [], color=BLUE, alpha=0.55, linewidth=1.2, label=f"front of {shown} alone"))
        criterion = fronts.criteria[2][0]
        known = _third(fronts)
        for value in (known.min(), known.max()):
            size = float(np.sqrt(_area(np.array([value]), known)[0]))
            marks.append(mark(f"{criterion.heading()}: {criterion.show(value)}", size, False))
    return marks
