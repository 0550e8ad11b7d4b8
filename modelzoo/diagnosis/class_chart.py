"""The accuracy of each class with its interval, worst first."""

from typing import TYPE_CHECKING

from modelzoo.charts.style import BLUE, GRAY, ORANGE, headed, short
from modelzoo.errors import ZooError
from modelzoo.runs.chart_texts import name_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.diagnosis.diagnosis import Diagnosis

# The classes that are drawn unless `top` says otherwise. In inches, the height of one, of all and of the rest.
TOP = 60
_ROW, _LEAST, _REST = 0.18, 1.4, 1.7


def figure(diagnosis: "Diagnosis", *, top: int | None = None) -> "Figure":
    """Return accuracies with 95 % intervals for the worst `top` classes, 60 by default.

    The order goes by the upper end of the interval, so that a few images decide little.

    Raises
    ------
    ZooError
        If no class has a test image.
    """
    from matplotlib.figure import Figure

    tested = [result for result in diagnosis.classes if result.images]
    shown = tested[: top or TOP]
    if not shown:
        raise ZooError(f"{diagnosis.run.id} has no test image of any class; `zoo show {diagnosis.run.id}` says more")
    drawing = Figure(figsize=(7.8, _REST + max(_LEAST, _ROW * len(shown))), layout="constrained")
    axes = drawing.add_subplot()
    rows = range(len(shown))
    axes.hlines(rows, [row.low or 0.0 for row in shown], [row.high or 0.0 for row in shown], color=BLUE, linewidth=1.4)
    accuracies = [row.accuracy or 0.0 for row in shown]
    axes.plot(accuracies, rows, "o", color=BLUE, markersize=4.5, label="accuracy, 95 % interval")
    test = diagnosis.run.record.test
    if test is not None:
        axes.axvline(test.top1, color=ORANGE, linestyle="--", linewidth=1.2, label=f"all classes: {test.top1:.2f} %")
    axes.set_yticks(rows, [f"{short(row.name)} ({row.images:,})" for row in shown], fontsize=8)
    axes.set(ylim=(len(shown) - 0.5, -0.5), xlabel="correct test images of the class (%)", ylabel="class (test images)")
    axes.set_xlim(right=100.5)
    for place, row in enumerate(shown):
        if row.taken_for is not None:
            text = f"{row.taken_for_images:,} as {short(row.taken_for, 20)}"
            axes.text(1.01, place, text, transform=axes.get_yaxis_transform(), va="center", fontsize=7, color=GRAY)
    axes.text(1.01, 1.0, "most errors", transform=axes.transAxes, va="bottom", fontsize=7, color=GRAY)
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2, ncols=2)
    count = len(diagnosis.classes)
    of = f"the worst {len(shown)} of {count} classes" if len(shown) < count else f"all {count} classes, worst first"
    return headed(drawing, f"Accuracy by class of {name_of(diagnosis.run.record)}: {of}", diagnosis.conditions)
