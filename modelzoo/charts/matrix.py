"""A matrix of classes as colors: the errors of a classifier, or the difference of two."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelzoo.charts.labels import place_labels
from modelzoo.charts.style import short, upright

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]

# The most classes that are named at the edges, and the most whose cells have numbers.
_NAMED, NUMBERED = 64, 15
# The number of labeled cells, and the space that each takes, in square points.
_LABELED, _CELL_AREA = 10, 20.0
# Names of at most this many characters fit next to their cell.
SHORT = 3
# The most intervals between the ticks of a color bar.
_TICKS = 5
# The side of a matrix, in points.
_ROOM = 330.0
# The part of the range from which a cell is dark, so that a number in it is white.
_DARK = 0.45


def errors_in_percent(counts: FloatArray) -> FloatArray:
    """Return counts of images in percent of the images of each row, with NaN on the diagonal."""
    images = counts.sum(axis=1, keepdims=True)
    shares = 100 * counts / np.maximum(images, 1)
    np.fill_diagonal(shares, np.nan)
    return np.asarray(shares)


def draw_matrix(
    axes: "Axes",
    matrix: FloatArray,
    classes: Sequence[str],
    title: str,
    *,
    colors: str,
    low: float,
    high: float,
    unit: str = "images (% of the true class)",
) -> None:
    """Draw true classes as rows and predicted ones as columns; colors follow the square root, so rare errors show.

    Parameters
    ----------
    matrix : (n_classes, n_classes), in percent; the diagonal is NaN, and stays gray
    colors : name of matplotlib's color map, whose ends are `low` and `high`
    unit : of the cells, for the color bar
    """
    from matplotlib.colors import FuncNorm
    from matplotlib.ticker import MaxNLocator

    norm = FuncNorm((_signed_root, _signed_square), vmin=low, vmax=high)
    image = axes.imshow(matrix, cmap=colors, norm=norm, interpolation="nearest")
    axes.set_facecolor("0.85")
    axes.grid(visible=False)
    axes.set_title(title)
    ticks = range(len(classes) if len(classes) <= _NAMED else 0)
    numbered = "" if ticks else f", number 0 to {len(classes) - 1}"
    axes.set(xlabel=f"taken for{numbered}", ylabel=f"true class{numbered}")
    names = [short(classes[tick], 18) for tick in ticks]
    size = min(9.0, _ROOM / len(classes))
    axes.set_xticks(ticks, names, fontsize=size, rotation=0 if upright(names, size, _ROOM) else 90)
    axes.set_yticks(ticks, names, fontsize=size)
    axes.tick_params(length=0, pad=2)
    bar = axes.figure.colorbar(
        image, ax=axes, orientation="horizontal", shrink=0.8, pad=0.02, aspect=40, ticks=MaxNLocator(_TICKS)
    )
    bar.set_label(unit)
    bar.outline.set_visible(False)


def number_cells(axes: "Axes", matrix: FloatArray, correct: Sequence[float]) -> None:
    """Write the percentages into the cells, those of correct images into the diagonal; empty cells stay empty."""
    most = float(np.nanmax(matrix, initial=0.0)) or 1.0
    size = min(9.0, 90 / len(matrix))
    for row, line in enumerate(matrix):
        for column, value in enumerate(line):
            if row != column and value == 0:
                continue
            color = "white" if row != column and np.sqrt(value / most) > _DARK**0.5 else "black"
            shown = correct[row] if row == column else value
            axes.text(column, row, _percent(shown), ha="center", va="center", fontsize=size, color=color)


def _percent(value: float) -> str:
    """Return a percentage for a cell, with a decimal where it would round to 0."""
    return f"{value:.0f}" if value >= 9.5 or value == 0 else f"{value:.1f}"


def name_cells(axes: "Axes", matrix: FloatArray, names: Callable[[int, int, int], str]) -> None:
    """Write a name next to each of the largest cells, over no other name.

    Parameters
    ----------
    names : return the name of the cell of a number, from 1, and of the row and column
    """
    cells = largest_cells(matrix)
    if not cells:
        return
    points = np.array([(column, row) for row, column in cells], dtype=np.float64)
    texts = [names(number, *cell) for number, cell in enumerate(cells, 1)]
    every = np.ones(len(cells), dtype=bool)
    areas = np.full(len(cells), _CELL_AREA)
    before = len(axes.texts)
    place_labels(axes, points, areas, texts, order=range(len(cells)), most=len(cells), must=every, dark=every)
    for text in [*axes.texts][before:]:
        text.set_bbox({"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.6})


def largest_cells(matrix: FloatArray) -> list[tuple[int, int]]:
    """Return row and column of the ten largest cells, by absolute value, that are not 0."""
    sizes = np.nan_to_num(np.abs(matrix))
    order = np.argsort(-sizes, axis=None, kind="stable")[:_LABELED]
    return [divmod(int(cell), len(matrix)) for cell in order if sizes.flat[cell] > 0]


def _signed_root(values: Any) -> Any:
    return np.sign(values) * np.sqrt(np.abs(values))


def _signed_square(values: Any) -> Any:
    return np.sign(values) * np.square(values)
