"""The reliability diagram: the accuracy of images by the probability of their predicted class."""

from typing import TYPE_CHECKING

from modelzoo.charts.style import BLUE, ORANGE, headed
from modelzoo.errors import ZooError
from modelzoo.runs.chart_texts import name_of
from modelzoo.statistics.intervals import wilson

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.diagnosis.diagnosis import Calibration, Diagnosis


def figure(diagnosis: "Diagnosis") -> "Figure":
    """Return the bins of equal mass with the 95 % intervals of their accuracies, against the diagonal.

    Raises
    ------
    ZooError
        If the run keeps no probabilities.
    """
    calibration = diagnosis.calibration
    if calibration is None:
        raise ZooError(f"{diagnosis.run.id} keeps no probabilities, so its calibration cannot be drawn; bench it again")
    from matplotlib.figure import Figure

    bins = calibration.bins
    drawing = Figure(figsize=(6.4, 6.9), layout="constrained")
    axis = drawing.add_subplot()
    axis.plot((0, 100), (0, 100), color="0.6", linewidth=1, linestyle="--", label="perfect calibration")
    confidence = [part.confidence for part in bins]
    accuracy = [part.accuracy for part in bins]
    ends = [wilson(min(part.images * part.accuracy / 100, part.images), part.images) for part in bins]
    below = [max(0.0, value - low) for value, (low, _) in zip(accuracy, ends, strict=True)]
    above = [max(0.0, high - value) for value, (_, high) in zip(accuracy, ends, strict=True)]
    axis.vlines(confidence, confidence, accuracy, color=ORANGE, linewidth=2.5, alpha=0.55, label="calibration error")
    axis.errorbar(
        confidence,
        accuracy,
        yerr=(below, above),
        fmt="o-",
        color=BLUE,
        markersize=5,
        linewidth=1.2,
        capsize=2.5,
        label="bins of equally many images, 95 % interval",
    )
    axis.set(xlim=(0, 101), ylim=(0, 101), aspect="equal")
    axis.set_xlabel("probability of the predicted class, mean of the bin (%)")
    axis.set_ylabel("correct images (%)")
    # Above the axes: with few images, points and intervals lie in every corner.
    axis.legend(loc="lower left", bbox_to_anchor=(0.0, 1.01), borderaxespad=0.0, ncols=2, fontsize="small")
    return headed(
        drawing, f"Calibration of {name_of(diagnosis.run.record)}: {_errors(calibration)}", diagnosis.conditions
    )


def _errors(calibration: "Calibration") -> str:
    images = sum(part.images for part in calibration.bins)
    text = f"{images:,} test images, calibration error (ECE) {calibration.ece:.2f} points"
    if calibration.temperature is None or calibration.ece_calibrated is None:
        return text
    return f"{text}, {calibration.ece_calibrated:.2f} with temperature {calibration.temperature:.3f}"
