"""The confusion matrix of one run."""

from typing import TYPE_CHECKING

import numpy as np

from modelzoo.charts.matrix import NUMBERED, draw_matrix, errors_in_percent, largest_cells, name_cells, number_cells
from modelzoo.charts.style import headed, short
from modelzoo.runs.chart_texts import conditions, name_of
from modelzoo.runs.scores import read_labeled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modelzoo.charts.matrix import FloatArray
    from modelzoo.runs.run import Run

# The width that the figure has for the list of the largest errors, in inches.
_LIST_WIDTH = 1.8


def figure(run: "Run") -> "Figure":
    """Return the matrix in percent of the true class: numbers for few classes, else the largest errors by name.

    Raises
    ------
    ZooError
        If the run failed, or keeps no usable predictions with the true classes.
    """
    from matplotlib.figure import Figure

    tested = read_labeled(run)
    classes, count = tested.classes, len(tested.classes)
    cells = tested.labels * count + tested.predicted.astype(np.int64)
    counts = np.bincount(cells, minlength=count * count).reshape(count, count).astype(np.float64)
    errors = errors_in_percent(counts)
    numbered = count <= NUMBERED
    drawing = Figure(figsize=(7.4 if numbered else 10.2, 8.2), layout="constrained")
    axes = drawing.add_subplot()
    most = float(np.nanmax(errors, initial=0.0)) or 1.0
    draw_matrix(axes, errors, classes, "", colors="YlOrRd", low=0.0, high=most)
    if numbered:
        number_cells(axes, errors, 100 * counts.diagonal() / np.maximum(counts.sum(axis=1), 1))
    test = run.record.test
    score = f": {test.top1:.2f} % correct ({test.top1_low:.2f} to {test.top1_high:.2f})" if test else ""
    if not numbered:
        _list_largest(axes, errors, classes)
    headed(drawing, f"Confusion matrix of {name_of(run.record)}{score}", conditions([run.record]))
    if not numbered:
        name_cells(axes, errors, lambda number, *_: str(number))
    return drawing


def _list_largest(axes: "Axes", errors: "FloatArray", classes: tuple[str, ...]) -> None:
    """List the largest errors by name next to the matrix; the figure grows by a long list."""
    lines = [
        f"{number}  {short(classes[true])} → {short(classes[taken])}: {errors[true, taken]:.1f} %"
        for number, (true, taken) in enumerate(largest_cells(errors), 1)
    ]
    text = "\n".join(["largest errors", "", *lines])
    listed = axes.text(1.03, 1.0, text, transform=axes.transAxes, va="top", fontsize=8.5, linespacing=1.5)
    figure = axes.get_figure(root=True)
    if figure is not None:
        width = listed.get_window_extent().width / figure.dpi
        figure.set_figwidth(figure.get_figwidth() + max(0.0, width - _LIST_WIDTH))
