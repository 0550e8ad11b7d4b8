"""The most probable classes of images as bars, a chart for each image."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from modelzoo.charts.style import BLUE, GRAY, headed, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.deployment.predict import Predicted

# The images that are drawn unless `top` says otherwise, and those in one row.
TOP = 12
_ACROSS = 3
# In inches: width and height of a chart without its classes, height of one class, of title and caption.
_WIDTH, _REST, _ROW, _HEAD = 3.2, 0.75, 0.22, 0.8
_NAME, _TITLE = 16, 22
# Classes in one chart.
_CLASSES = 10


def figure(predicted: "Predicted", *, top: int | None = None) -> "Figure":
    """Return the probabilities of the best ten classes at most, for the first `top` images, 12 by default."""
    from matplotlib.figure import Figure

    images = predicted.images[: top or TOP]
    classes = min(_CLASSES, len(images[0].classes))
    across = min(_ACROSS, len(images))
    down = -(-len(images) // across)
    size = (max(2 * _WIDTH, across * _WIDTH), down * (_REST + _ROW * classes) + _HEAD)
    drawing = Figure(figsize=size, layout="constrained")
    charts = drawing.subplots(down, across, squeeze=False).ravel()
    rows = range(classes)
    for axes, image in zip(charts, images, strict=False):
        percents = [100 * probability for probability in image.probabilities[:classes]]
        axes.barh(rows, percents, color=[BLUE, *[GRAY] * (classes - 1)], height=0.72)
        for row, percent in enumerate(percents):
            axes.annotate(
                f"{percent:.1f}", (percent, row), xytext=(3, 0), textcoords="offset points", va="center", fontsize=7
            )
        axes.set_yticks(rows, [short(name, _NAME) for name in image.classes[:classes]], fontsize=8)
        axes.tick_params(axis="y", length=0)
        axes.grid(visible=False, axis="y")
        axes.set(xlim=(0, 118), xticks=range(0, 101, 25), ylim=(classes - 0.4, -0.6))
        axes.set_title(short(PurePath(image.image).name, _TITLE), loc="left", fontsize=9)
    for axes in charts[len(images) :]:
        axes.remove()
    for axes in charts[max(0, len(images) - across) : len(images)]:
        axes.set_xlabel("probability (%)")
    count = len(predicted.images)
    of = f"the first {len(images)} of {count:,} images" if len(images) < count else f"{count} image{'s' * (count != 1)}"
    return headed(drawing, f"Classes by {predicted.model}: {of}", f"Network: {predicted.network}.")
