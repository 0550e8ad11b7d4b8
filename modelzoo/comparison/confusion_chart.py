"""The chart of the classes that models confuse: a panel for each model and, for two models, their difference."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from modelzoo.base.text import printable
from modelzoo.tables.chart import FORMS, save_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.comparison.confusion import FloatArray
    from modelzoo.comparison.result import Comparison

# Class names may be in any script; as outlines they need no font.
_SETTINGS = {"svg.fonttype": "path"}

# Panels in one row, and the most classes that are named at the edges.
_ACROSS = 3
_NAMED = 64

# The number of labeled cells, and the longest class name with labels, in characters.
_LABELED = 10
_SHORT = 3


def draw_confusion(comparison: "Comparison", path: Path) -> None:
    """Draw the errors of each candidate, in percent of the images of the true class, and the difference of two.

    The diagonal is blank. Colors follow the square root, so that rare errors can be seen.

    Raises
    ------
    ZooError
        If the suffix is no known form, matplotlib is missing, or the file cannot be written.
    """
    save_figure(path, FORMS, lambda: _figure(comparison), settings=_SETTINGS, dpi=110)


def _figure(comparison: "Comparison") -> "Figure":
    from matplotlib.figure import Figure

    errors = [_percent(matrix) for matrix in comparison.errors]
    panels = len(errors) + (len(errors) == 2)
    across = min(_ACROSS, panels)
    down = -(-panels // across)
    side = 6.0
    figure = Figure(figsize=(side * across, (side + 0.7) * down + 0.5), layout="constrained")
    axes = figure.subplots(down, across, squeeze=False).ravel()
    most = max(float(np.nanmax(matrix)) for matrix in errors) or 1.0
    for axis, candidate, matrix in zip(axes, comparison.candidates, errors, strict=False):
        title = f"{candidate.label}: {candidate.accuracy:.2f} % correct"
        _draw(axis, matrix, comparison.classes, title, colors="YlOrRd", low=0.0, high=most)
    if len(errors) == 2:
        first, second = comparison.labels
        change = errors[0] - errors[1]
        reach = float(np.nanmax(np.abs(change))) or 1.0
        title = f"red: more errors of {first}\nblue: more errors of {second}"
        _draw(axes[2], change, comparison.classes, title, colors="RdBu_r", low=-reach, high=reach)
    for axis in axes[panels:]:
        axis.remove()
    figure.suptitle(
        f"Classes confused on {comparison.images:,} test images of {comparison.protocol.data}, "
        "in % of the true class's images"
    )
    return figure


def _percent(errors: "FloatArray") -> "FloatArray":
    """Return the errors in percent of the images of each row, with NaN on the diagonal."""
    images = errors.sum(axis=1, keepdims=True)
    shares = 100 * errors / np.maximum(images, 1)
    np.fill_diagonal(shares, np.nan)
    return np.asarray(shares)


def _draw(
    axis: Any, matrix: "FloatArray", classes: tuple[str, ...], title: str, *, colors: str, low: float, high: float
) -> None:
    from matplotlib.colors import FuncNorm

    norm = FuncNorm((_signed_root, _signed_square), vmin=low, vmax=high)
    image = axis.imshow(matrix, cmap=colors, norm=norm, interpolation="nearest")
    axis.set_facecolor("0.85")
    axis.set_title(title, fontsize=11)
    _name_largest(axis, matrix, classes)
    axis.set_xlabel("taken for")
    axis.set_ylabel("true class")
    if len(classes) <= _NAMED:
        size = min(9.0, 330 / len(classes))
        ticks = range(len(classes))
        names = [*map(printable, classes)]
        axis.set_xticks(ticks, names, fontsize=size, rotation=0 if max(map(len, classes)) <= _SHORT else 90)
        axis.set_yticks(ticks, names, fontsize=size)
    axis.tick_params(length=0, pad=2)
    axis.figure.colorbar(image, ax=axis, orientation="horizontal", shrink=0.8, pad=0.02, aspect=40)


def _name_largest(axis: Any, matrix: "FloatArray", classes: tuple[str, ...]) -> None:
    """Label the largest cells with their classes, if the class names are short."""
    if max(map(len, classes)) > _SHORT:
        return
    sizes = np.nan_to_num(np.abs(matrix))
    for cell in np.argsort(-sizes, axis=None, kind="stable")[:_LABELED]:
        true, taken = divmod(int(cell), len(classes))
        if sizes.flat[cell] == 0:
            break
        to_the_right = taken < 0.85 * len(classes)
        axis.annotate(
            f"{classes[true]}→{classes[taken]}",
            (taken + (0.6 if to_the_right else -0.6), true),
            ha="left" if to_the_right else "right",
            va="center",
            fontsize=8,
        )


def _signed_root(values: Any) -> Any:
    return np.sign(values) * np.sqrt(np.abs(values))


def _signed_square(values: Any) -> Any:
    return np.sign(values) * np.square(values)
