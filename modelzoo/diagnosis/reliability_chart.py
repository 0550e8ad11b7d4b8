"""The reliability diagram: the accuracy of images by the probability of their predicted class."""

from pathlib import Path
from typing import TYPE_CHECKING

from modelzoo.diagnosis.diagnosis import Diagnosis
from modelzoo.errors import ZooError
from modelzoo.statistics.intervals import wilson
from modelzoo.tables.chart import FORMS, save_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.diagnosis.diagnosis import Calibration

_BLUE, _RED = "#1f5fa8", "#b3403a"


def draw_reliability(diagnosis: Diagnosis, path: Path) -> None:
    """Draw the bins of equal mass with the 95 % intervals of their accuracies, against the diagonal.

    Raises
    ------
    ZooError
        If the run keeps no probabilities, the suffix is unknown, matplotlib is missing, or the file cannot be written.
    """
    calibration = diagnosis.calibration
    if calibration is None:
        raise ZooError(f"{diagnosis.run.id} keeps no probabilities, so its calibration cannot be drawn; bench it again")
    save_figure(path, FORMS, lambda: _figure(diagnosis, calibration), dpi=120)


def _figure(diagnosis: Diagnosis, calibration: "Calibration") -> "Figure":
    from matplotlib.figure import Figure

    record, bins = diagnosis.run.record, calibration.bins
    figure = Figure(figsize=(6.4, 6.6), layout="constrained")
    axis = figure.subplots()
    axis.plot((0, 100), (0, 100), color="0.6", linewidth=1, linestyle="--", label="perfect calibration")
    confidence = [part.confidence for part in bins]
    accuracy = [part.accuracy for part in bins]
    ends = [wilson(min(part.images * part.accuracy / 100, part.images), part.images) for part in bins]
    below = [max(0.0, value - low) for value, (low, _) in zip(accuracy, ends, strict=True)]
    above = [max(0.0, high - value) for value, (_, high) in zip(accuracy, ends, strict=True)]
    axis.vlines(confidence, confidence, accuracy, color=_RED, linewidth=2.5, alpha=0.55, label="calibration error")
    axis.errorbar(
        confidence,
        accuracy,
        yerr=(below, above),
        fmt="o-",
        color=_BLUE,
        markersize=5,
        linewidth=1.2,
        capsize=2.5,
        label="bins of equally many images, 95 % interval",
    )
    axis.set(xlim=(0, 101), ylim=(0, 101), aspect="equal")
    axis.set_xlabel("probability of the predicted class, % (mean of the bin)")
    axis.set_ylabel("correct images, %")
    axis.grid(color="0.92")
    axis.legend(loc="upper left", frameon=False)
    figure.suptitle(f"{record.title}, recipe {record.recipe_name}, on {record.dataset.name}\n{_caption(calibration)}")
    return figure


def _caption(calibration: "Calibration") -> str:
    images = sum(part.images for part in calibration.bins)
    text = f"{images:,} test images, calibration error {calibration.ece:.2f} points"
    if calibration.temperature is None or calibration.ece_calibrated is None:
        return text
    return f"{text}, {calibration.ece_calibrated:.2f} with temperature {calibration.temperature:.3f}"
