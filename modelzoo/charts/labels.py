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
        boxes, gaps = _positions(marks[row], width, height, scale)
        costs = _costs(boxes, covered, np.reshape(taken, (-1, 2, 2)), inside)
        place = int(np.argmin(costs))
        box, cost = boxes[place], costs[place]
        if cost >= 1 and not must[row]:
            text.remove()
            continue
        if cost >= 1:
            text.set_bbox({"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 0.6})
        named += 1
        taken.append(box)
        text.set_position(tuple((box[0] - centers[row]) / scale))
        text.set_anncoords("offset points")
        text.set_verticalalignment("bottom")
        if gaps[place] > _GAPS[0]:
            _leader(axes, box, centers[row])


def _steps(corners: Any) -> Any:
    """Return the boxes around the straight parts of a line, (n_corners - 1, 2, 2)."""
    return np.sort(np.stack([corners[:-1], corners[1:]], axis=1), axis=1) + _THICK * np.array([[-1.0], [1.0]])


def _box(artist: Any) -> Any:
    return artist.get_window_extent().get_points()


def _positions(mark: Any, width: float, height: float, scale: float) -> tuple[Any, list[float]]:
    """Return the boxes (n, 2, 2) for a name next to its mark, and their distances in points."""
    center, reach = mark.mean(axis=0), (mark[1] - mark[0]) / 2
    size = np.array([width, height])
    boxes, gaps = [], []
    for gap in _GAPS:
        for side in _SIDES:
            # At a corner, the two directions share the gap.
            away = np.array(side) * (reach + gap * scale) * (0.75 if all(side) else 1.0)
            corner = center + away - size * (1 - np.array(side)) / 2
            boxes.append([corner, corner + size])
            gaps.append(gap)
    return np.array(boxes), gaps


def _costs(boxes: Any, drawn: Any, taken: Any, inside: Any) -> Any:
    """Return the cost of each box: the part outside the axes counts most, then covered names, then marks and lines."""
    beyond = np.maximum(inside[0] - boxes[:, 0], 0).sum(axis=1) + np.maximum(boxes[:, 1] - inside[1], 0).sum(axis=1)
    return 100 * beyond + 10 * _overlaps(boxes, taken) + 3 * _overlaps(boxes, drawn)


def _overlaps(boxes: Any, others: Any) -> Any:
    """Return the area that each box shares with all of the others, in square pixels."""
    low = np.maximum(boxes[:, None, 0], others[None, :, 0])
    high = np.minimum(boxes[:, None, 1], others[None, :, 1])
    return np.maximum(high - low, 0).prod(axis=2).sum(axis=1)


def _leader(axes: "Axes", box: Any, center: Any) -> None:
    """Draw a thin line from a name to its distant mark."""
    end = np.clip(center, box[0], box[1])
    start, end = axes.transData.inverted().transform([center, end])
    axes.plot(*np.stack([start, end]).T, color="#b6bcc4", linewidth=0.7, zorder=1.5)
