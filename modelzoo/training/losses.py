"""Losses: cross-entropy in the forms that recipes ask for."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# Takes labels and logits, and gives one value an image.
Loss = Callable[[Any, Any], Any]
Array = npt.NDArray[Any]


def make_loss(smoothing: float, classes: int, prior: Array | None = None) -> Loss:
    """Return cross-entropy to classes by number.

    Parameters
    ----------
    smoothing : share of each label that all classes get alike
    prior : (classes,), what `log_prior` gives, to be added to the logits; none unless given
    """
    import keras

    def crossentropy(labels: Any, logits: Any) -> Any:
        logits = _adjusted(logits, prior)
        if not smoothing:
            return keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        targets = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), classes)
        return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)

    return crossentropy


def mixed_loss(smoothing: float, prior: Array | None = None) -> Loss:
    """Return cross-entropy to targets that are shared between classes; parameters as in `make_loss`."""
    import keras

    def crossentropy(targets: Any, logits: Any) -> Any:
        logits = _adjusted(logits, prior)
        return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)

    return crossentropy


def with_auxiliary(loss: Loss, weights: Sequence[float]) -> Loss:
    """Return the loss of logits with those of auxiliary classifiers behind them, (n, 1 + classifiers, classes).

    As GoogLeNet's paper has it: that of the network's own logits, and that of each classifier times its weight.
    """

    def weighed(labels: Any, heads: Any) -> Any:
        return sum(weight * loss(labels, heads[:, place]) for place, weight in enumerate((1.0, *weights)))

    return weighed


def log_prior(labels: Array, classes: int) -> npt.NDArray[np.float32]:
    """Return the logarithm of each class's share of the labels; a class without labels counts as one with one label."""
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    return np.asarray(np.log(counts / counts.sum()), np.float32)


def _adjusted(logits: Any, prior: Array | None) -> Any:
    import keras

    return logits if prior is None else keras.ops.add(logits, prior)
