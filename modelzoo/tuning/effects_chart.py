"""The effect of each lever: points of validation accuracy with their intervals."""

from typing import TYPE_CHECKING

from modelzoo.charts.style import BLUE, ORANGE, headed, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.tuning.effects import Effect
    from modelzoo.tuning.result import TuneResult

# In inches, the height of one lever and of the rest.
_ROW, _REST = 0.42, 2.0


def figure(result: "TuneResult") -> "Figure":
    """Return a point with an interval for each lever; a lever that is not measured has none."""
    from matplotlib.figure import Figure

    effects = result.effects
    drawing = Figure(figsize=(8.4, _REST + _ROW * len(effects)), layout="constrained")
    axes = drawing.add_subplot()
    axes.axvline(0, color="0.4", linewidth=0.9)
    for row, effect in enumerate(effects):
        if effect.points is not None and effect.low is not None and effect.high is not None:
            changed = effect.winner != effect.base
            axes.plot((effect.low, effect.high), (row, row), color=BLUE if changed else ORANGE, linewidth=1.5)
            axes.plot(effect.points, row, "o" if changed else "s", color=BLUE if changed else ORANGE, markersize=5)
    axes.set_yticks(range(len(effects)), [_label(effect) for effect in effects])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.set(ylim=(len(effects) - 0.4, -0.6), xlabel="points of validation accuracy")
    return headed(
        drawing,
        f"{short(result.title)}: the effect of each lever",
        f"Lines are {100 * (1 - result.alpha):g} % intervals. Round marks: the winner against the winner without its "
        "value. Square marks: trials with other values against those with the base recipe's. A lever without a mark is "
        "not measured.",
    )


def _label(effect: "Effect") -> str:
    return effect.lever if effect.winner == effect.base else f"{effect.lever}\n{short(effect.winner)}"
