"""Axes: logarithmic scales with readable ticks, and a legend next to the last chart."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# Beyond this many decades, ticks at 2 and 5 touch.
_MANY_DECADES = 3.0
# The width that a figure has for a legend, and the height of one entry, in inches.
_LEGEND_WIDTH, _ENTRY, _REST = 1.5, 0.2, 1.6


def log_ticks(axis: "Axis", low: float, high: float, show: Callable[[float], str]) -> None:
    """Set the ticks of a logarithmic axis: decades and, where there is room, 2 and 5 of each."""
    from matplotlib.ticker import LogLocator, NullFormatter

    subs = (1.0, 2.0, 5.0) if high <= 10**_MANY_DECADES * low else (1.0,)
    axis.set_major_locator(LogLocator(base=10, subs=subs))
    axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(lambda value, _: show(value))


def plain_number(value: float) -> str:
    """Return a number for a tick: ``0.05``, ``2``, ``10,000``."""
    return f"{value:,.0f}" if value >= 1 else f"{value:.6g}"


def legend_beside(axes: "Axes", handles: Sequence[Any]) -> None:
    """Write a legend to the right of the axes; the figure grows by what a long one needs."""
    legend = axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0)
    figure = axes.get_figure(root=True)
    if figure is not None:
        width = legend.get_window_extent().width / figure.dpi
        figure.set_figwidth(figure.get_figwidth() + max(0.0, width - _LEGEND_WIDTH))
        figure.set_figheight(max(figure.get_figheight(), _ENTRY * len(handles) + _REST))
