"""Diagnosis of one run: where its network fails on the test images, and how far its probabilities can be trusted."""

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from msgspec import Struct

from modelzoo.diagnosis.class_shares import class_share_warnings
from modelzoo.errors import ZooError
from modelzoo.runs.class_results import ClassResult, Confused, class_results, confused_classes
from modelzoo.runs.protocol import conditions_of
from modelzoo.runs.run import Run
from modelzoo.runs.scores import LabeledPredictions, ece_of, macro_recall_of, read_labeled
from modelzoo.statistics.calibration import Bin, expected_correct, reliability_bins
from modelzoo.statistics.intervals import wilson

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

# The most confident images, in percent, for which the accuracy is given.
CONFIDENT = (50, 80, 90)


class Confident(Struct, frozen=True, kw_only=True):
    """The accuracy of the most confident images, in percent with its 95 % interval.

    `share` is their share of the test images, `threshold` the least probability among them, both in percent.
    """

    share: int
    images: int
    threshold: float
    accuracy: float
    low: float
    high: float


class Calibration(Struct, frozen=True, kw_only=True):
    """The probability of the predicted class against the accuracy, in percent; errors in percentage points.

    `ece_calibrated` is the error with the temperature. Both are None where the run fitted none.
    """

    confidence: float
    ece: float
    temperature: float | None
    ece_calibrated: float | None
    bins: tuple[Bin, ...]
    most_confident: tuple[Confident, ...]


class Diagnosis(Struct, frozen=True, kw_only=True):
    """One run in detail: `classes` worst first, `confused` most images first.

    The order of `classes` goes by the upper end of the interval, so that a few images decide little. `calibration` is
    None in runs that keep no probabilities.
    """

    run: Run
    conditions: str
    macro_recall: float | None
    classes: tuple[ClassResult, ...]
    confused: tuple[Confused, ...]
    calibration: Calibration | None
    warnings: tuple[str, ...]

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw the reliability diagram; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.diagnosis.reliability_chart import figure

        return plot(lambda: figure(self), path)

    def to_dict(self) -> dict[str, Any]:
        """Return the diagnosis as JSON has it, at full precision."""
        record = self.run.record
        facts = ("id", "model", "name", "variant", "recipe_name", "seed", "stopped_by", "total_params")
        return {
            **{key: getattr(record, key) for key in facts},
            "dataset": record.dataset.name,
            "from": self.run.origin,
            "conditions": self.conditions,
            "test": msgspec.to_builtins(record.test),
            "macro_recall": self.macro_recall,
            "calibration": msgspec.to_builtins(self.calibration),
            "classes": msgspec.to_builtins(self.classes),
            "confused": msgspec.to_builtins(self.confused),
            "warnings": self.warnings,
        }


def diagnose(run: Run) -> Diagnosis:
    """Describe where the network of a run fails, by its predictions for the test images.

    Raises
    ------
    ZooError
        If the run failed, or keeps no usable predictions with the true classes.
    """
    tested = read_labeled(run)
    return Diagnosis(
        run=run,
        conditions=conditions_of(run.protocol, [run.record]),
        macro_recall=macro_recall_of(run),
        classes=class_results(tested),
        confused=confused_classes(tested),
        calibration=_calibration(run, tested),
        warnings=tuple(_warnings(run, tested)),
    )


def _calibration(run: Run, tested: LabeledPredictions) -> Calibration | None:
    ece, test = ece_of(run), run.record.test
    if tested.confidence is None or ece is None or test is None:
        return None
    return Calibration(
        confidence=100 * float(tested.confidence.astype(np.float64).mean()),
        ece=ece,
        temperature=run.record.temperature,
        ece_calibrated=test.ece_calibrated,
        bins=reliability_bins(tested.confidence, tested.correct),
        most_confident=_most_confident(tested.confidence.astype(np.float64), tested.correct),
    )


def _most_confident(confidence: Any, correct: Any) -> tuple[Confident, ...]:
    """Return the accuracies; images of equal confidence at the threshold count by their share of correct ones."""
    order = np.argsort(-confidence, kind="stable")
    expected = expected_correct(confidence, correct)[order]
    found = []
    for share in CONFIDENT:
        images = max(1, round(len(order) * share / 100))
        accuracy = float(expected[:images].mean())
        low, high = wilson(min(accuracy * images, images), images)
        threshold = 100 * float(confidence[order[images - 1]])
        found.append(
            Confident(share=share, images=images, threshold=threshold, accuracy=100 * accuracy, low=low, high=high)
        )
    return tuple(found)


def _warnings(run: Run, tested: LabeledPredictions) -> list[str]:
    """Return warnings about class shares, and the problem of unreadable validation predictions."""
    counts = run.record.train_counts
    if counts is None:
        try:
            validation = run.validation_predictions()
        except ZooError as error:
            return [str(error)]
        if validation is None or validation.labels is None:
            return []
        counts = tuple(np.bincount(validation.labels, minlength=len(tested.classes)).tolist())
    test = np.bincount(tested.labels, minlength=len(tested.classes)).tolist()
    return class_share_warnings(tested.classes, counts, test, balanced=run.record.recipe.balanced)
