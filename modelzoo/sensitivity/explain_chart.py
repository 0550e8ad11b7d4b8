"""The parts of a lead as bars: to the right for the better model, to the left for the other."""

from typing import TYPE_CHECKING

from modelzoo.charts.style import BLUE, ORANGE, headed, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.sensitivity.explain import Difference, Explanation

# In inches, the height of one criterion and of the rest.
_ROW, _REST = 0.42, 1.8
_LABEL = 34


def figure(explanation: "Explanation") -> "Figure":
    """Return the part of each criterion in the lead, the largest first, with the values of both models."""
    from matplotlib.figure import Figure

    parts = explanation.criteria
    drawing = Figure(figsize=(8.4, _REST + _ROW * len(parts)), layout="constrained")
    axes = drawing.add_subplot()
    rows = range(len(parts))
    gains = [part.gain for part in parts]
    axes.barh(rows, gains, color=[BLUE if gain >= 0 else ORANGE for gain in gains], height=0.6)
    axes.axvline(0, color="0.4", linewidth=0.9)
    for row, gain in enumerate(gains):
        axes.annotate(
            f"{gain:+.4f}", (gain, row), xytext=(4 if gain >= 0 else -4, 0), textcoords="offset points",
            ha="left" if gain >= 0 else "right", va="center", fontsize=8,
        )  # fmt: skip
    axes.set_yticks(rows, [_label(part) for part in parts])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    # Space for the numbers on both sides, and for both arrows of the axis.
    reach = 1.15 * max(map(abs, gains)) or 1.0
    axes.set(xlim=(-reach, reach), ylim=(len(parts) - 0.4, -0.6))
    better, worse = short(explanation.better.name), short(explanation.worse.name)
    axes.set_xlabel(f"← for {worse} · part of the lead (score, no unit) · for {better} →")
    return headed(
        drawing,
        f"{better} ties with {worse}" if explanation.tied else f"{better} leads {worse} by {explanation.lead:.4f}",
        f"Below each criterion, the values of {better} and of {worse}. {explanation.turning}",
    )


def _label(part: "Difference") -> str:
    show = part.criterion.show
    values = " and ".join("none" if value is None else show(value) for value in (part.better, part.worse))
    return f"{short(part.criterion.heading(), _LABEL)}\n{values}"
