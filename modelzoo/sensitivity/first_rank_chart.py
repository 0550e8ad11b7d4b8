"""The share of the weight space in which each model is first, with its 95 % interval."""

from typing import TYPE_CHECKING

import numpy as np

from modelzoo.base.text import cut, plural
from modelzoo.charts.style import BLUE, headed, short
from modelzoo.sensitivity.first_rank import percent, weightings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.sensitivity.robustness import Robustness

# The models that are drawn unless `top` says otherwise; in inches, the height of one and of the rest.
TOP = 40
_ROW, _REST = 0.25, 1.6


def figure(robust: "Robustness", *, top: int | None = None) -> "Figure":
    """Return the first-rank shares of the best `top` models, 40 by default, in the order of the ranking."""
    from matplotlib.figure import Figure

    models = robust.models[: top or TOP]
    drawing = Figure(figsize=(7.8, _REST + _ROW * len(models)), layout="constrained")
    axes = drawing.add_subplot()
    rows = np.arange(len(models))
    shares = np.array([100 * model.first.share for model in models])
    low, high = 100 * np.array([model.first.interval for model in models]).T
    axes.barh(rows, shares, color=BLUE, height=0.72)
    if not robust.exact:
        axes.hlines(rows, low, high, color="black", linewidth=1.2)
    for row, (model, end) in enumerate(zip(models, np.maximum(shares, high), strict=True)):
        axes.annotate(
            percent(model.first.share), (end, row), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8
        )
    axes.set_yticks(rows, [f"{model.rank}  {short(model.name)}" for model in models])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.set(xlim=(0, min(100.0, 1.15 * float(high.max()) + 1)), ylim=(len(rows) - 0.4, -0.6))
    interval = "exact" if robust.exact else f"95 % interval of {robust.samples:,} samples"
    axes.set_xlabel(f"share of {weightings(robust.asked)} in which the model is first (%), {interval}")
    keys = cut(", ".join(item.key for item in robust.weights))
    of = f"the best {len(models):,} of " if len(models) < len(robust.models) else ""
    return headed(drawing, f"First by {keys}: {of}{plural(len(robust.models), 'model')}", robust.sentence)
