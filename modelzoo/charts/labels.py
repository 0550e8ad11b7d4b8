"""Names next to the marks of a scatter, without overlaps."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The sides of a mark to try, the most usual first.
_SIDES = (
    (1, 0), (1, 1), (1, -1), (-1, 0), (-1, 1), (-1, -1), (0, 1), (0, -1),
)  # fmt: skip
_GAPS = (2.5, 9.0, 17.0)
_SIZE = 8
# Half the thickness of a line, in pixels.
_THICK = 2.0


def place_labels(
    axes: "Axes",
    points: Any,
    areas: Any,
    names: Sequence[str],
    *,
    order: Sequence[int],
    most: int,
    must: Any,
    dark: Any,
    lines: Sequence[Any] = (),
) -> None:
    """Write names next to their marks, over no other name and over few marks.

    Parameters
    ----------
    points : (n, 2), in the axes' units
    areas : (n,), of the marks, in square points
    order : rows of the names, in the order in which they are written
    most : the greatest number of names
    must : (n,), names that are written even where there is no free space; other names are then left out
    dark : (n,), names that are written dark
    lines : (n_corners, 2) each, lines that names avoid
    """
    axes.figure.draw_without_rendering()  # type: ignore[union-attr]  # of the whole figure, for its layout
    scale = axes.figure.dpi / 72
    centers, radii = axes.transData.transform(points), np.sqrt(areas / np.pi)[:, None] * scale
    # Lower left and upper right corner of each mark, in pixels.
    marks = np.stack([centers - radii, centers + radii], axis=1)
    covered = np.concatenate([marks, *(_steps(axes.transData.transform(line)) for line in lines)])
    taken: list[Any] = [_box(axes.get_legend())] if axes.get_legend() is not None else []
    inside = _box(axes)
    named = 0
    for row in order:
        if named == most:
            break
        text = axes.annotate(names[row], points[row], fontsize=_SIZE, color="#20252b" if dark[row] else "#6b717a")
        width, height = np.diff(_box(text), axis=0)[0]
        best = min(_positions(marks[row], width, height, scale), key=lambda box: _cost(box[0], covered, taken, inside))
        cost = _cost(best[0], covered, taken, inside)
        if cost >= 1 and not must[row]:
            text.remove()
            continue
        if cost >= 1:
            text.set_bbox({"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.6})
        named += 1
        taken.append(best[0])
        text.set_position(tuple((best[0][0] - centers[row]) / scale))
        text.set_anncoords("offset points")
        text.set_verticalalignment("bottom")
        if best[1] > _GAPS[0]:
            _leader(axes, best[0], centers[row])


def _steps(corners: Any) -> Any:
    """Return the boxes around the straight parts of a line, (n_corners - 1, 2, 2)."""
    return np.sort(np.stack([corners[:-1], corners[1:]], axis=1), axis=1) + _THICK * np.array([[-1.0], [1.0]])


def _box(artist: Any) -> Any:
    return artist.get_window_extent().get_points()


def _positions(mark: Any, width: float, height: float, scale: float) -> list[tuple[Any, float]]:
    """Return the boxes that a name of this size may take next to its mark, with their distances in points."""
    center, reach = mark.mean(axis=0), (mark[1] - mark[0]) / 2
    size = np.array([width, height])
    positions = []
    for gap in _GAPS:
        for side in _SIDES:
            # At a corner, the two directions share the gap.
            away = np.array(side) * (reach + gap * scale) * (0.75 if all(side) else 1.0)
            corner = center + away - size * (1 - np.array(side)) / 2
            positions.append((np.stack([corner, corner + size]), gap))
    return positions


def _cost(box: Any, drawn: Any, taken: Sequence[Any], inside: Any) -> float:
    """Return the cost of a box: the part outside the axes counts most, then covered names, then marks and lines."""
    beyond = float(np.maximum(inside[0] - box[0], 0).sum() + np.maximum(box[1] - inside[1], 0).sum())
    names = sum(_overlap(box, name) for name in taken)
    covered = sum(_overlap(box, mark) for mark in drawn)
    return 10 * names + 3 * covered + 100 * beyond


def _overlap(first: Any, second: Any) -> float:
    """Return the area that two boxes share, in square pixels."""
    sides = np.minimum(first[1], second[1]) - np.maximum(first[0], second[0])
    return float(sides[0] * sides[1]) if (sides > 0).all() else 0.0


def _leader(axes: "Axes", box: Any, center: Any) -> None:
    """Draw a thin line from a name to its distant mark."""
    end = np.clip(center, box[0], box[1])
    start, end = axes.transData.inverted().transform([center, end])
    axes.plot(*np.stack([start, end]).T, color="#b6bcc4", linewidth=0.7, zorder=1.5)
