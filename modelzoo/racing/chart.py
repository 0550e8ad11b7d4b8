"""A choice as a chart: the validation accuracy of each candidate by the epochs of its rounds."""

from typing import TYPE_CHECKING

from modelzoo.base.text import plural
from modelzoo.charts.axes import legend_beside
from modelzoo.charts.style import colors_of, headed, short
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.racing.choice import Choice


def figure(choice: "Choice") -> "Figure":
    """Return a line for each candidate; a cross marks the round after which it was out.

    Raises
    ------
    ZooError
        If no round has ended.
    """
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    if not choice.rounds:
        raise ZooError(f"no round of {choice.id} has ended, so there is nothing to draw")
    drawing = Figure(figsize=(7.4, 4.6), layout="constrained")
    axes = drawing.add_subplot()
    names = [probe.slug for probe in choice.bill.candidates]
    handles = []
    for name, color in zip(names, colors_of(len(names)), strict=True):
        decided = choice.decisions_on(name)
        judged = [(epochs, one.accuracy) for epochs, one in decided if one.accuracy is not None]
        if not judged:
            continue
        axes.plot(*zip(*judged, strict=True), color=color, marker="o", linewidth=1.4)
        if not decided[-1][1].survives:
            axes.plot(*judged[-1], color=color, marker="x", markersize=11, markeredgewidth=2)
        handles.append(Line2D([], [], color=color, linewidth=3, label=short(choice.name_of(name))))
    ticks = [ended.epochs for ended in choice.rounds]
    axes.set_xscale("log", base=2)
    axes.set_xticks(ticks, [str(count) for count in ticks])
    axes.minorticks_off()
    axes.set(xlabel="epochs of the round", ylabel="validation accuracy (%)")
    legend_beside(
        axes, [*handles, Line2D([], [], color="gray", linestyle="", marker="x", label="out after this round")]
    )
    made_up = " (synthetic images)" if choice.synthetic else ""
    return headed(
        drawing,
        f"Race of {plural(len(names), 'candidate')}: {choice.winner or 'not decided yet'}",
        f"{choice.dataset}{made_up}, {choice.validation_images:,} validation images; each point is one training.",
    )
