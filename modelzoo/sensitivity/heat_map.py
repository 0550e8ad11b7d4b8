"""A picture of how often each model has each rank."""

from pathlib import Path
from typing import TYPE_CHECKING

from modelzoo.sensitivity.robustness import Robustness
from modelzoo.tables.chart import save_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FORMS = (".png", ".svg")
# Beyond, neither names nor shares can be read.
_MOST = 40
# Shares below are left blank: most models never have most ranks.
_LEAST = 0.005


def write_heat_map(robust: Robustness, path: Path, *, top: int | None = None) -> None:
    """Write the heat map of the best so many models (40 at most) as PNG or SVG, replacing the file.

    Raises
    ------
    ZooError
        If the suffix is another, matplotlib is not installed, or the file cannot be written.
    """
    shown = min(top or _MOST, _MOST)
    save_figure(path, _FORMS, lambda: _figure(robust, shown), bbox_inches="tight", dpi=160)


def _figure(robust: Robustness, top: int) -> "Figure":
    from matplotlib.colors import PowerNorm
    from matplotlib.figure import Figure

    models = robust.models[:top]
    shares = [[100 * share for share in model.shares[: len(models)]] for model in models]
    figure = Figure(figsize=(2.4 + 0.42 * len(models), 1.3 + 0.32 * len(models)))
    axes = figure.add_subplot()
    # Most shares are small; the root of a share tells them apart where the share itself is all pale.
    image = axes.imshow(shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0, vmax=100), aspect="auto")
    axes.set_xticks(range(len(models)), [str(place + 1) for place in range(len(models))])
    axes.set_yticks(range(len(models)), [model.entry.name for model in models])
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
    keys = ", ".join(item.key for item in robust.firmness.ranking.criteria)
    axes.set_title(f"Ranks by {keys}: shares of {robust.firmness.whole}", loc="left", fontsize=11)
    return figure
