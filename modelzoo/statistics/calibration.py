"""Calibration: how well the probability of the predicted class agrees with the accuracy."""

from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]

BINS = 15

# Temperatures that are tried; a minimum at an end is none.
_LOWEST, _HIGHEST = 0.02, 50.0


class Bin(Struct, frozen=True, kw_only=True):
    """Images of similar confidence: their number, the mean confidence in percent, and the accuracy in percent."""

    images: int
    confidence: float
    accuracy: float


def reliability_bins(confidence: Array, correct: Array, bins: int = BINS) -> tuple[Bin, ...]:
    """Group the images by confidence into bins of equal mass, least confident first.

    Images of equal confidence count as correct to the same degree, so that the order of the images decides nothing.

    Parameters
    ----------
    confidence : (n_images,), probability of the predicted class, 0-1; one image at least
    correct : (n_images,), whether the predicted class is the true one
    bins : their number; fewer images than this make one bin each
    """
    order = np.argsort(confidence, kind="stable")
    confidence = confidence[order].astype(np.float64)
    correct = expected_correct(confidence, correct[order])
    parts = np.array_split(np.arange(len(order)), min(bins, len(order)))
    return tuple(
        Bin(
            images=len(part),
            confidence=100 * float(confidence[part].mean()),
            accuracy=100 * float(correct[part].mean()),
        )
        for part in parts
    )


def expected_correct(confidence: Array, correct: Array) -> FloatArray:
    """Return the share of correct images among the images of the same confidence, for each image."""
    _, group, images = np.unique(confidence, return_inverse=True, return_counts=True)
    return np.asarray((np.bincount(group, weights=correct) / images)[group])


def calibration_error(confidence: Array, correct: Array, bins: int = BINS) -> float:
    """Return the expected calibration error (ECE) of the predicted class, in percentage points.

    It is the mean absolute difference between accuracy and confidence over bins of equal mass, weighted by images.

    Parameters
    ----------
    confidence, correct, bins : as in `reliability_bins`

    References
    ----------
    Naeini, Cooper & Hauskrecht (2015), AAAI; equal mass: Nguyen & O'Connor (2015), EMNLP.
    """
    found = reliability_bins(confidence, correct, bins)
    return sum(part.images * abs(part.accuracy - part.confidence) for part in found) / len(confidence)


def fit_temperature(logits: Array, labels: Array) -> float | None:
    """Return the temperature that minimizes the negative log-likelihood of the labels; None if there is no minimum.

    Logits are divided by it, so that the order of the classes stays. There is no minimum if the predictions are all
    correct, or no better than chance.

    Parameters
    ----------
    logits : (n_images, n_classes), of validation images; one image at least
    labels : (n_images,)

    References
    ----------
    Guo, Pleiss, Sun & Weinberger (2017), ICML.
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import logsumexp

    logits = logits.astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    true = logits[np.arange(len(labels)), labels]
    if not np.isfinite(logits).all():
        return None

    def loss(log_temperature: float) -> float:
        temperature = np.exp(log_temperature)
        return float((logsumexp(logits / temperature, axis=1) - true / temperature).mean())

    ends = float(np.log(_LOWEST)), float(np.log(_HIGHEST))
    found = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-6})
    inside = ends[0] + 0.01 < found.x < ends[1] - 0.01
    return float(np.exp(found.x)) if inside else None
