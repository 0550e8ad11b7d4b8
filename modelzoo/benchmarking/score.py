"""The predictions of a trained network for validation and test images, saved and scored."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from modelzoo.runs.events import Measuring, Report
from modelzoo.runs.predictions import VALIDATION, save_predictions
from modelzoo.statistics.calibration import fit_temperature
from modelzoo.training.evaluate import predictions, score_test, softmax
from modelzoo.training.failure import TrainingFailedError

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split, Splits
    from modelzoo.runs.record import Test
    from modelzoo.training.engines.engine import Array, Engine


def score_on_test(
    engine: "Engine", splits: "Splits", folder: Path, temperature: float | None, report: Report
) -> "Test":
    """Return the test result, and save the predictions for the test images.

    Parameters
    ----------
    temperature : divides the logits for calibrated probabilities; None if none was fitted
    """
    report(Measuring("accuracy on the test split"))
    logits, labels = _logits(engine, splits.test, "test"), splits.test.labels
    probabilities = softmax(logits)
    save_predictions(folder, predictions(probabilities, labels, splits.classes))
    return score_test(probabilities, labels, None if temperature is None else softmax(logits / temperature))


def score_on_validation(engine: "Engine", splits: "Splits", folder: Path) -> float | None:
    """Return the temperature fitted on validation images, and save the predictions for them."""
    logits, labels = _logits(engine, splits.validation, "validation"), splits.validation.labels
    save_predictions(folder, predictions(softmax(logits), labels, splits.classes), VALIDATION)
    return fit_temperature(logits, labels)


def _logits(engine: "Engine", split: "Split", name: str) -> "Array":
    logits = engine.logits(split)
    if not np.isfinite(logits).all():
        raise TrainingFailedError(
            f"the network's output is not finite on some {name} images; try a lower learning rate"
        )
    return logits
