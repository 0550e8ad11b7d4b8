"""The chart of the classes that models confuse: a panel for each model and, for two models, their difference."""

from typing import TYPE_CHECKING

import numpy as np

from modelzoo.charts.matrix import SHORT, draw_matrix, errors_in_percent, name_cells
from modelzoo.charts.style import headed, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modelzoo.charts.matrix import FloatArray
    from modelzoo.comparison.result import Comparison

# Panels in one row.
_ACROSS = 3
_SIDE = 5.2
_LABEL = 40


def figure(comparison: "Comparison") -> "Figure":
    """Return the errors of each candidate, in percent of the images of the true class, and the difference of two.

    The diagonal is blank. Colors follow the square root, so that rare errors can be seen.
    """
    from matplotlib.figure import Figure

    errors = [errors_in_percent(matrix) for matrix in comparison.errors]
    panels = [*errors, errors[0] - errors[1]] if len(errors) == 2 else errors
    across = min(_ACROSS, len(panels))
    down = -(-len(panels) // across)
    drawing = Figure(figsize=(_SIDE * across, (_SIDE + 0.9) * down + 0.5), layout="constrained")
    axes = drawing.subplots(down, across, squeeze=False).ravel()
    most = max(float(np.nanmax(matrix, initial=0.0)) for matrix in errors) or 1.0
    for axis, candidate, matrix in zip(axes, comparison.candidates, errors, strict=False):
        title = (
            f"{short(candidate.label, _LABEL)}\n{candidate.accuracy:.2f} % correct "
            f"({candidate.low:.2f} to {candidate.high:.2f})"
        )
        draw_matrix(axis, matrix, comparison.classes, title, colors="YlOrRd", low=0.0, high=most)
    if len(errors) == 2:
        _draw_difference(axes[2], panels[2], comparison)
    for axis in axes[len(panels) :]:
        axis.remove()
    title = f"Classes confused on {comparison.images:,} test images of {comparison.protocol.data}"
    headed(drawing, title, comparison.conditions)
    if max(map(len, comparison.classes)) <= SHORT:
        for axis, matrix in zip(axes, panels, strict=False):
            name_cells(axis, matrix, lambda _, true, taken: f"{comparison.classes[true]}→{comparison.classes[taken]}")
    return drawing


def _draw_difference(axes: "Axes", change: "FloatArray", comparison: "Comparison") -> None:
    """Draw the errors of the first candidate less those of the second."""
    first, second = (short(label, _LABEL) for label in comparison.labels)
    reach = float(np.nanmax(np.abs(change), initial=0.0)) or 1.0
    title = f"red: more errors of {first}\nblue: more errors of {second}"
    unit = "difference (percentage points)"
    draw_matrix(axes, change, comparison.classes, title, colors="RdBu_r", low=-reach, high=reach, unit=unit)
