"""The scores of a ranking as bars, with the contribution of each criterion."""

from typing import TYPE_CHECKING

import numpy as np

from modelzoo.base.text import cut, plural
from modelzoo.charts.axes import legend_beside
from modelzoo.charts.style import BLUE, colors_of, headed, short
from modelzoo.errors import ZooError
from modelzoo.scoring.senses import FloatArray, IndexArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modelzoo.scoring.ranking import Ranking

# The models that are drawn unless `top` says otherwise; in inches, the height of one and of the rest.
TOP = 30
_ROW, _REST = 0.25, 1.6


def figure(ranking: "Ranking", *, top: int | None = None) -> "Figure":
    """Return the scores of the best `top` models, 30 by default, best first.

    A bar consists of the criteria's contributions, where the method has some.

    Raises
    ------
    ZooError
        If no model is ranked.
    """
    from matplotlib.figure import Figure

    best = ranking.best(top or TOP)
    if not len(best.rows):
        raise ZooError("no model is ranked, so there is no score to draw; `zoo rank` gives the reasons")
    drawing = Figure(figsize=(8.4, _REST + _ROW * len(best.rows)), layout="constrained")
    axes = drawing.add_subplot()
    rows = np.arange(len(best.rows))
    if best.additive and best.contributions is not None:
        ends = _stack(axes, best, rows)
    else:
        axes.barh(rows, best.scores, color=BLUE, height=0.72)
        ends = np.maximum(best.scores, 0.0)
    names = [f"{rank}  {short(name)}" for rank, name in zip(best.ranks, best.names, strict=True)]
    axes.set_yticks(rows, names)
    for row, score, end in zip(rows, best.scores, ends, strict=True):
        axes.annotate(f"{score:.3f}", (end, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.margins(x=0.1)
    axes.set(ylim=(len(rows) - 0.4, -0.6), xlabel="score (no unit), higher is better")
    keys = cut(", ".join(item.key for item in ranking.criteria))
    of = f"the best {len(rows):,} of " if len(rows) < ranking.ranked else ""
    return headed(drawing, f"Scores by {keys}: {of}{plural(ranking.ranked, 'model')}", ranking.caption)


def _stack(axes: "Axes", ranking: "Ranking", rows: IndexArray) -> FloatArray:
    """Draw the contributions end to end, negative ones to the left; return the right ends."""
    contributions = np.nan_to_num(np.asarray(ranking.contributions))
    ends = {1.0: np.zeros(len(rows)), -1.0: np.zeros(len(rows))}
    bars = []
    for index, (item, color) in enumerate(zip(ranking.criteria, colors_of(len(ranking.criteria)), strict=True)):
        values = contributions[:, index]
        left = np.where(values < 0, ends[-1.0], ends[1.0])
        label = f"{item.criterion.label}, {item.sense}"
        bars.append(axes.barh(rows, values, left=left, color=color, height=0.72, label=label))
        ends[1.0] = ends[1.0] + np.maximum(values, 0)
        ends[-1.0] = ends[-1.0] + np.minimum(values, 0)
    legend_beside(axes, bars)
    return ends[1.0]
