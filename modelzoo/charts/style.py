"""Style of all charts: colors that color-blind readers can distinguish, fonts, titles that stay within the figure."""

import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from modelzoo.base.text import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.text import Text

# Okabe & Ito (2008), Color Universal Design, without yellow, which is faint on white.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
BLUE, ORANGE = COLORS[:2]
INK, GRAY, GRID = "#20252b", "#6b717a", "#e6e8eb"

# Ids are not random; text stays text, and $ begins no formula. matplotlib ships the font, so widths are the same
# everywhere.
STYLE: Mapping[str, Any] = MappingProxyType(
    {
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "axes.axisbelow": True,
        "axes.edgecolor": GRAY,
        "axes.grid": True,
        "axes.labelcolor": INK,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": 10,
        "figure.constrained_layout.h_pad": 0.08,
        "figure.constrained_layout.w_pad": 0.08,
        "grid.color": GRID,
        "grid.linewidth": 0.7,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "savefig.dpi": 150,
        "svg.fonttype": "none",
        "svg.hashsalt": "zoo",
        "text.parse_math": False,
        "xtick.color": GRAY,
        "xtick.labelcolor": INK,
        "ytick.color": GRAY,
        "ytick.labelcolor": INK,
    }
)

_TITLE_SIZE, _CAPTION_SIZE = 11, 8
# The part of the width that a line of text may take; in inches, its distance from the edge.
_EDGE = 0.1
# The width of a column with its space, in font sizes.
_LETTER = 0.75


def colors_of(count: int) -> list[Any]:
    """Return a color for each of `count` series: the palette, or parts of one scale where it is too short."""
    if count <= len(COLORS):
        return [*COLORS[:count]]
    from matplotlib import colormaps

    return [colormaps["viridis"](0.95 * index / (count - 1)) for index in range(count)]


def headed(figure: "Figure", title: str, caption: str = "") -> "Figure":
    """Write a title above the charts of a figure, and the conditions below; both wrap at its edges. Return it.

    The figure has a constrained layout, which leaves room for both.
    """
    left = _EDGE / figure.get_figwidth()
    wrap(figure.suptitle(printable(title), x=left, ha="left", fontsize=_TITLE_SIZE))
    if caption:
        wrap(figure.supxlabel(printable(caption), x=left, ha="left", fontsize=_CAPTION_SIZE, color=GRAY))
    return figure


def wrap(text: "Text", indent: float = 0.0) -> None:
    """Split a text into lines that are no wider than its figure, less an indent in inches."""
    figure = text.get_figure(root=True)
    if figure is None:
        return
    room = (figure.get_figwidth() - 2 * _EDGE - indent) * figure.dpi
    whole = text.get_text()
    letters = len(whole)
    while letters > 1 and (width := text.get_window_extent().width) > room:
        letters = max(1, min(letters - 1, int(letters * room / width) + 1))
        text.set_text("\n".join(textwrap.wrap(whole, letters)))


def short(name: str, most: int = 28) -> str:
    """Return a name of at most `most` columns, printable; an ellipsis replaces the middle of a longer one."""
    name = printable(name)
    if columns_of(name) <= most:
        return name
    end = _first(name[::-1], most // 3)[::-1]
    return f"{_first(name, most - 1 - columns_of(end))}…{end}"


def columns_of(name: str) -> int:
    """Return the width of a name in columns; East Asian letters take two."""
    return sum(map(_columns, name))


def upright(names: Sequence[str], size: float, room: float) -> bool:
    """Return whether names of a font size fit next to each other into a room, both in points."""
    return max(map(columns_of, names), default=0) * len(names) * size * _LETTER <= room


def _first(name: str, most: int) -> str:
    kept = 0
    for letter in name:
        most -= _columns(letter)
        if most < 0:
            break
        kept += 1
    return name[:kept]


def _columns(letter: str) -> int:
    from unicodedata import east_asian_width

    return 2 if east_asian_width(letter) in "WF" else 1
