"""Learning curves: loss and accuracy of training and validation images by epoch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from modelzoo.charts.axes import legend_beside
from modelzoo.charts.style import BLUE, COLORS, GRAY, ORANGE, colors_of, headed
from modelzoo.errors import ZooError
from modelzoo.runs.chart_texts import common_name, conditions, names_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modelzoo.runs.record import Record

# The runs that a result of many draws unless `top` says otherwise: one for each color.
TOP = len(COLORS)
# Up to this many epochs, each one is marked.
_MARKED = 15


def figure(records: Sequence["Record"]) -> "Figure":
    """Return loss and accuracy by epoch: training dashed, validation solid, the tested epoch marked.

    Raises
    ------
    ZooError
        If there is no run, or a run has no epoch.
    """
    if not records:
        raise ZooError("no run is named; name one at least")
    for record in records:
        if not record.epochs:
            raise ZooError(f"{record.id} has no epoch, so it has no learning curve; `zoo show {record.id}` says why")
    return _drawn(records, common_name(records))


def figure_of_many(records: Sequence["Record"], *, top: int | None = None) -> "Figure":
    """Return the curves of the `top` most accurate runs, 7 by default, of those with an epoch.

    Raises
    ------
    ZooError
        If no run has an epoch.
    """
    trained = [record for record in records if record.epochs]
    if not trained:
        raise ZooError("no run has an epoch, so there is no learning curve; `zoo bench` trains models")
    best = sorted(trained, key=_accuracy, reverse=True)[: top or TOP]
    of = f", the most accurate of {len(trained)} runs" if len(best) < len(trained) else ""
    return _drawn(best, f"{common_name(best)}{of}")


def _accuracy(record: "Record") -> float:
    """Return the test accuracy, else the validation accuracy of the best epoch."""
    if record.test is not None:
        return record.test.top1
    return record.tested_epoch.val_accuracy if record.tested_epoch else 0.0


def _drawn(records: Sequence["Record"], name: str) -> "Figure":
    from matplotlib.figure import Figure

    drawing = Figure(figsize=(9.6, 4.6), layout="constrained")
    loss, accuracy = drawing.subplots(1, 2)
    single = len(records) == 1
    for record, color in zip(records, [BLUE] if single else colors_of(len(records)), strict=True):
        trained = ORANGE if single else color
        _curves(loss, record, ("loss", "val_loss"), trained, color)
        _curves(accuracy, record, ("accuracy", "val_accuracy"), trained, color)
    for axes, label in ((loss, "loss"), (accuracy, "accuracy (%)")):
        axes.set(xlabel="epoch", ylabel=label)
        axes.xaxis.get_major_locator().set_params(integer=True)
    accuracy.set_ylim(top=min(100.0, accuracy.get_ylim()[1]))
    _legend(accuracy, records)
    return headed(drawing, f"Learning curves: {name}", conditions(records))


def _curves(axes: "Axes", record: "Record", fields: tuple[str, str], trained: Any, validated: Any) -> None:
    epochs = [epoch.epoch for epoch in record.epochs]
    marker = "." if len(epochs) <= _MARKED else ""
    for field, color, line in zip(fields, (trained, validated), ("--", "-"), strict=True):
        values = [getattr(epoch, field) for epoch in record.epochs]
        axes.plot(epochs, values, color=color, linestyle=line, linewidth=1.4, marker=marker, markersize=5)
    best = record.tested_epoch
    if best is not None:
        axes.plot(
            best.epoch, getattr(best, fields[1]), marker="o", markersize=8, markerfacecolor="none",
            markeredgecolor=validated, markeredgewidth=1.4, linestyle="",
        )  # fmt: skip


def _legend(axes: "Axes", records: Sequence["Record"]) -> None:
    """Name the lines, and each of several runs."""
    from matplotlib.lines import Line2D

    single = len(records) == 1
    trained, validated = (ORANGE, BLUE) if single else (GRAY, GRAY)
    lines = [
        Line2D([], [], color=trained, linestyle="--", label="training"),
        Line2D([], [], color=validated, label="validation"),
        Line2D(
            [], [], color=validated, linestyle="", marker="o", markersize=8, markerfacecolor="none",
            label="tested epoch",
        ),
    ]  # fmt: skip
    if not single:
        colors = zip(names_of(records), colors_of(len(records)), strict=True)
        lines += [Line2D([], [], color=color, linewidth=3, label=name) for name, color in colors]
    legend_beside(axes, lines)
