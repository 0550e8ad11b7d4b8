"""Heat map of how often each model has each rank."""

from typing import TYPE_CHECKING

import msgspec

from modelzoo.base.text import cut
from modelzoo.charts.style import headed, short
from modelzoo.errors import ZooError
from modelzoo.sensitivity.first_rank import weightings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.sensitivity.robustness import RobustModel, Robustness

# The models that are drawn unless `top` says otherwise; with more than 40, neither names nor shares are legible.
TOP, _MOST = 20, 40
# Smaller shares are left blank: most models never have most ranks.
_LEAST = 0.005


def figure(robust: "Robustness", *, top: int | None = None) -> "Figure":
    """Return models by ranks, for the best `top` models: 20 by default, 40 at most.

    Raises
    ------
    ZooError
        If the result has no rank shares.
    """
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    models = robust.models[: min(top or TOP, _MOST)]
    shares = [[100 * share for share in _rank_shares(model)[: len(models)]] for model in models]
    drawing = Figure(
        figsize=(max(6.4, 3.2 + 0.32 * len(models)), max(3.4, 1.9 + 0.26 * len(models))), layout="constrained"
    )
    axes = drawing.add_subplot()
    # Most shares are small; a square-root scale shows their differences.
    image = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=100), aspect="auto")
    axes.set_xticks(range(len(models)), [str(rank) for rank in range(1, len(models) + 1)])
    axes.set_yticks(range(len(models)), [short(model.name) for model in models])
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.set_xlabel("rank")
    for side in axes.spines.values():
        side.set_visible(False)
    for row, line in enumerate(shares):
        for column, share in enumerate(line):
            if share >= 100 * _LEAST:
                color = "white" if share > 35 else "#1a2a3a"
                axes.text(column, row, f"{share:.0f}", ha="center", va="center", fontsize=8, color=color)
    bar = drawing.colorbar(image, ax=axes, pad=0.02, fraction=0.04)
    bar.outline.set_visible(False)
    bar.set_label("share of the weightings (%)")
    keys = cut(", ".join(item.key for item in robust.weights))
    of = f", the best {len(models)} of {len(robust.models)} models" if len(models) < len(robust.models) else ""
    return headed(drawing, f"Ranks by {keys}: shares of {weightings(robust.asked)}{of}", robust.sentence)


def _rank_shares(model: "RobustModel") -> tuple[float, ...]:
    if model.shares is msgspec.UNSET:
        raise ZooError("the heat map needs the share of each rank; compute robustness with rank_shares=True")
    return model.shares
