"""A chart of a data set: example images of each class, and the number of images by class."""

import math
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modelzoo.charts.style import COLORS, columns_of, headed, short, upright
from modelzoo.datasets.image_files import ImageFiles

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from modelzoo.datasets.dataset import DataSet

_EXAMPLES = 10
# The classes with examples unless `top` says otherwise, and the most classes that are named below their counts.
TOP = 60
_NAMED = 64
# Lengths in units of one image, 0.36 inches.
_INCHES = 0.36
_LETTER, _GAP, _HEIGHT = 0.28, 0.4, 1.15
# In inches: the height of the counts, and of title and labels.
_COUNTS, _REST = 1.9, 1.2
_LEAST_WIDTH = 6.4
_COLUMNS = 14
# Larger images are thinned out: the chart has no more pixels for them.
_SIDE = 64
# The part of an image's side that is the space to the next image: one in 24.
_MARGIN = 24


def figure(dataset: "DataSet", *, top: int | None = None) -> "Figure":
    """Return the first ten training images of the first `top` classes, 60 by default, and the counts of all classes."""
    from matplotlib.figure import Figure

    count = len(dataset.classes)
    names = [short(name, _COLUMNS) for name in dataset.classes[: top or TOP]]
    shown = min(_EXAMPLES, int(np.bincount(dataset.train.labels).max()))
    indent = 1 + _LETTER * max(map(columns_of, names))
    strip = indent + shown + _GAP
    across = max(1, round(math.sqrt(len(names) / 5)))
    down = math.ceil(len(names) / across)
    width, height = across * strip * _INCHES, down * _HEIGHT * _INCHES
    size = (max(width, _LEAST_WIDTH), height + _COUNTS + _REST)
    drawing = Figure(figsize=size, layout="constrained")
    examples, counts = drawing.subplots(2, 1, height_ratios=(height, _COUNTS + _REST / 2))
    examples.set_axis_off()
    for label, name in enumerate(names):
        left, row = (label // down) * strip + indent, (label % down) * _HEIGHT
        examples.text(left - 0.3, row + 0.5, name, ha="right", va="center", fontsize=10)
        images = _examples(dataset, label)
        if len(images):
            extent = (left, left + len(images), row + 1, row)
            examples.imshow(_strip(images), extent=extent, cmap="gray", vmin=0, vmax=255)
    examples.set(xlim=(0, across * strip), ylim=(down * _HEIGHT, 0), aspect="equal")
    _counts(counts, dataset, 72 * size[0] - 60)
    suffix = " (synthetic)" if dataset.synthetic and "synthetic" not in dataset.title else ""
    of = f"the first {len(names)} of {count} classes" if len(names) < count else "each class"
    return headed(drawing, f"{dataset.title}{suffix}: {shown} training images of {of}, and images by class")


def _counts(axes: "Axes", dataset: "DataSet", room: float) -> None:
    """Draw the images of each class, the splits on top of each other; the axis has `room` points."""
    classes = range(len(dataset.classes))
    bottom = np.zeros(len(classes), dtype=np.int64)
    for (part, split), color in zip(dataset.splits.items(), COLORS, strict=False):
        images = np.bincount(split.labels, minlength=len(classes))
        axes.bar(classes, images, bottom=bottom, color=color, width=0.85, label=f"{part}, {len(split):,} images")
        bottom = bottom + images
    axes.grid(visible=False, axis="x")
    axes.set(xlim=(-0.6, len(classes) - 0.4), ylim=(0, 1.25 * int(bottom.max())), ylabel="images")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.legend(loc="upper left", ncols=3)
    if len(classes) > _NAMED:
        axes.set_xlabel(f"class, number 0 to {len(classes) - 1}")
        return
    names = [short(name, _COLUMNS) for name in dataset.classes]
    axes.set_xticks(classes, names, rotation=0 if upright(names, 9.0, room) else 90)
    axes.tick_params(axis="x", length=0)
    axes.set_xlabel("class")


def _strip(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the images next to each other as one, each in the middle of a white square."""
    rows, columns = images.shape[1:3]
    side = max(rows, columns) + max(1, max(rows, columns) // _MARGIN)
    squares = np.full((len(images), side, side, *images.shape[3:]), 255, np.uint8)
    top, left = (side - rows) // 2, (side - columns) // 2
    squares[:, top : top + rows, left : left + columns] = images
    return np.concatenate(list(squares), axis=1)


def _examples(dataset: "DataSet", label: int) -> npt.NDArray[np.uint8]:
    rows = np.flatnonzero(dataset.train.labels == label)[:_EXAMPLES]
    images = dataset.train.images
    if isinstance(images, ImageFiles):
        return images.decode(rows, size=_SIDE, mode="crop", channels=images.channels)
    step = max(1, max(images.shape[1:3]) // _SIDE)
    thinned: npt.NDArray[np.uint8] = images[rows][:, ::step, ::step]
    return thinned
