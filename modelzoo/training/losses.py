"""Losses: cross-entropy in the forms that recipes ask for."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

# From labels and logits to one value an image.
Loss = Callable[[Any, Any], Any]
Array = npt.NDArray[Any]


def make_loss(smoothing: float, classes: int, prior: Array | None = None) -> Loss:
    """Return cross-entropy to classes by number.

    Parameters
    ----------
    smoothing : share of each label that is spread evenly over all classes
    prior : (classes,), a result of `log_prior`, added to the logits; None for none
    """

    def crossentropy(labels: Any, logits: Any) -> Any:
        logits = _adjusted(logits, prior)
        if not smoothing:
            return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        targets = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), classes)
        return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)

    return crossentropy


def mixed_loss(smoothing: float, prior: Array | None = None) -> Loss:
    """Return cross-entropy to targets that are shared between classes; parameters as in `make_loss`."""

    def crossentropy(targets: Any, logits: Any) -> Any:
        logits = _adjusted(logits, prior)
        return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)

    return crossentropy


def with_auxiliary(loss: Loss, weights: Sequence[float]) -> Loss:
    """Return the loss of stacked logits, the network's and its auxiliary classifiers': (n, 1 + classifiers, classes).

    As in GoogLeNet's paper: the loss of the network's own logits plus each classifier's loss times its weight.
    """

    def weighted(labels: Any, heads: Any) -> Any:
        return sum(weight * loss(labels, heads[:, index]) for index, weight in enumerate((1.0, *weights)))

    return weighted


def log_prior(labels: Array, classes: int) -> npt.NDArray[np.float32]:
    """Return the logarithm of each class's share of the labels; a class without labels counts as one label."""
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    return np.asarray(np.log(counts / counts.sum()), np.float32)


def _adjusted(logits: Any, prior: Array | None) -> Any:
    return logits if prior is None else keras.ops.add(logits, prior)
