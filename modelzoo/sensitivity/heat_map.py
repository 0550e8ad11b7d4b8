"""Heat map of how often each model has each rank."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from modelzoo.base.text import printable
from modelzoo.errors import ZooError
from modelzoo.sensitivity.first_rank import weightings
from modelzoo.sensitivity.robustness import RobustModel, Robustness
from modelzoo.tables.chart import save_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FORMS = (".png", ".svg")
# With more models, neither names nor shares are legible.
_MOST = 40
# Smaller shares are left blank: most models never have most ranks.
_LEAST = 0.005


def write_heat_map(robust: Robustness, path: Path, *, top: int | None = None) -> None:
    """Write the heat map of the best `top` models (40 at most) as PNG or SVG, replacing the file.

    Raises
    ------
    ZooError
        If the result has no rank shares, or matplotlib is not installed. If the suffix is another, or the file cannot
        be written.
    """
    shown = min(top or _MOST, _MOST)
    save_figure(path, _FORMS, lambda: _figure(robust, shown), bbox_inches="tight", dpi=160)


def _figure(robust: Robustness, top: int) -> "Figure":
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    models = robust.models[:top]
    shares = [[100 * share for share in _rank_shares(model)[: len(models)]] for model in models]
    figure = Figure(figsize=(2.4 + 0.42 * len(models), 1.3 + 0.32 * len(models)))
    axes = figure.add_subplot()
    # Most shares are small; a square-root scale shows their differences.
    image = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=100), aspect="auto")
    axes.set_xticks(range(len(models)), [str(rank) for rank in range(1, len(models) + 1)])
    axes.set_yticks(range(len(models)), [printable(model.name) for model in models])
    axes.tick_params(length=0)
    axes.set_xlabel("Rank")
    for side in axes.spines.values():
        side.set_visible(False)
    for row, line in enumerate(shares):
        for column, share in enumerate(line):
            if share >= 100 * _LEAST:
                color = "white" if share > 35 else "#1a2a3a"
                axes.text(column, row, f"{share:.0f}", ha="center", va="center", fontsize=8, color=color)
    bar = figure.colorbar(image, ax=axes, pad=0.02, fraction=0.04)
    bar.outline.set_visible(False)
    bar.set_label("Share (%)")
    keys = ", ".join(item.key for item in robust.weights)
    axes.set_title(f"Ranks by {keys}: shares of {weightings(robust.asked)}", loc="left", fontsize=11)
    return figure


def _rank_shares(model: RobustModel) -> tuple[float, ...]:
    if model.shares is msgspec.UNSET:
        raise ZooError("the heat map needs the share of each rank; compute robustness with rank_shares=True")
    return model.shares
