"""A chart of example images of each class."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from modelzoo.datasets.dataset import DataSet
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.tables.chart import save_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_EXAMPLES = 10
# Lengths in units of one image, 0.36 inches.
_INCHES = 0.36
_LETTER, _GAP, _HEIGHT, _TITLE = 0.3, 0.4, 1.15, 2.0
_DPI = 120
# Larger images are thinned out: the chart has no more pixels for them.
_SIDE = 64


def draw_examples(dataset: DataSet, path: Path) -> None:
    """Write a PNG with each class's name and first ten training images.

    Raises
    ------
    ZooError
        If the file's name does not end in .png, it cannot be written, or matplotlib is missing.
    """
    save_figure(path, (".png",), lambda: _figure(dataset))


def _figure(dataset: DataSet) -> "Figure":
    from matplotlib.figure import Figure

    names = [name if len(name) <= 8 else f"{name[:7]}…" for name in dataset.classes]
    indent = 1 + _LETTER * max(map(len, names))
    strip = indent + _EXAMPLES + _GAP
    across = max(1, round(math.sqrt(len(names) / 5)))
    down = math.ceil(len(names) / across)
    width, height = across * strip, down * _HEIGHT
    figure = Figure(figsize=(width * _INCHES, (height + _TITLE) * _INCHES), dpi=_DPI)
    axes = figure.add_axes((0, 0, 1, height / (height + _TITLE)))
    axes.set_axis_off()
    for label, name in enumerate(names):
        left, top = (label // down) * strip + indent, (label % down) * _HEIGHT
        axes.text(left - 0.3, top + 0.5, name, ha="right", va="center", fontsize=10)
        for index, image in enumerate(_examples(dataset, label)):
            axes.imshow(image, extent=_extent(image, left + index, top), cmap="gray", vmin=0, vmax=255)
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="auto")
    suffix = " (synthetic)" if dataset.synthetic and "synthetic" not in dataset.title else ""
    title = f"{dataset.title}{suffix}\nfirst {_EXAMPLES} training images of each class"
    figure.suptitle(title, y=1 - 0.4 / (height + _TITLE), fontsize=11)
    return figure


def _extent(image: npt.NDArray[np.uint8], left: float, top: float) -> tuple[float, float, float, float]:
    """Return the extent of an image that fills its cell and keeps its proportions."""
    rows, columns = image.shape[:2]
    width, height = 0.96 * columns / max(rows, columns), 0.96 * rows / max(rows, columns)
    x, y = left + (0.96 - width) / 2, top + (0.96 - height) / 2
    return x, x + width, y + height, y


def _examples(dataset: DataSet, label: int) -> npt.NDArray[np.uint8]:
    rows = np.flatnonzero(dataset.train.labels == label)[:_EXAMPLES]
    images = dataset.train.images
    if isinstance(images, ImageFiles):
        return images.decode(rows, size=_SIDE, mode="crop", channels=images.channels)
    step = max(1, max(images.shape[1:3]) // _SIDE)
    thinned: npt.NDArray[np.uint8] = images[rows][:, ::step, ::step]
    return thinned
