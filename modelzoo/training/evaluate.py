"""The scores and predictions of the test split, which is used once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from modelzoo.runs.predictions import truth_arrays
from modelzoo.runs.record import Test
from modelzoo.statistics.calibration import calibration_error
from modelzoo.statistics.intervals import wilson
from modelzoo.statistics.recall import macro_recall

Array = npt.NDArray[Any]

_BEST = 5


def softmax(logits: Array) -> Array:
    """Return the probabilities of each row, in float64."""
    shifted = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def score_test(probabilities: Array, labels: Array, calibrated: Array | None = None) -> Test:
    """Compute top-1 with its 95 % interval, top-5, cross-entropy, macro recall and calibration error.

    Among equal probabilities the lower class is first.

    Parameters
    ----------
    calibrated : the probabilities with the logits divided by the temperature, if one was fitted
    """
    best = best_classes(probabilities)
    images = len(labels)
    correct = int((best[:, 0] == labels).sum())
    low, high = wilson(correct, images)
    likelihood = probabilities[np.arange(images), labels]
    return Test(
        images=images,
        correct=correct,
        top1=100 * correct / images,
        top1_low=low,
        top1_high=high,
        top5=100 * float((best == labels[:, None]).any(axis=1).mean()),
        loss=float(-np.log(np.maximum(likelihood, np.finfo(np.float64).tiny)).mean()),
        macro_recall=macro_recall(labels, best[:, 0]),
        ece=_calibration_error(probabilities, labels),
        ece_calibrated=None if calibrated is None else _calibration_error(calibrated, labels),
    )


def _calibration_error(probabilities: Array, labels: Array) -> float:
    """Return the error of the confidence as ``predictions.npz`` keeps it, so that both give the same number."""
    best = best_classes(probabilities)[:, 0]
    return calibration_error(_confidence(probabilities, best), best == labels)


def predictions(probabilities: Array, labels: Array, classes: Sequence[str]) -> dict[str, Array]:
    """Return the arrays of ``predictions.npz``: each image's five best classes, the best one's probability, its label.

    The names of all classes are included, so that runs can be compared without the data set.
    """
    best = best_classes(probabilities)
    kind = np.min_scalar_type(probabilities.shape[1] - 1)
    predicted = {"top5": best.astype(kind), "prob": _confidence(probabilities, best[:, 0])}
    return predicted | truth_arrays(best, labels, classes)


def _confidence(probabilities: Array, best: Array) -> Array:
    """Return the probability of the best class of each image."""
    return probabilities[np.arange(len(best)), best].astype(np.float16)


def best_classes(probabilities: Array, most: int = _BEST) -> Array:
    """Return the `most` most probable classes of each image, in order; all classes where there are fewer.

    Of equal probabilities the lower class is first.
    """
    return np.argsort(-probabilities, axis=1, kind="stable")[:, :most]
