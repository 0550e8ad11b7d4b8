"""Losses: cross-entropy in the forms that recipes ask for, or the one of a network's own paper."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from modelzoo.architectures.build import own_loss


def make_loss(build: str, smoothing: float, classes: int) -> Any:
    """Cross-entropy, or the loss of the network's own paper."""
    import keras

    own = own_loss(build)
    if own is not None:
        return own
    if not smoothing:
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return partial(_smoothed_crossentropy, smoothing=smoothing, classes=classes)


def mixed_loss(smoothing: float) -> Any:
    """Cross-entropy to targets that are shared between classes."""
    import keras

    return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=smoothing)


def with_auxiliary(loss: Callable[[Any, Any], Any], weights: Sequence[float]) -> Callable[[Any, Any], Any]:
    """The loss of logits that auxiliary classifiers' stand behind, (n, 1 + classifiers, classes).

    As GoogLeNet's paper has it: that of the network's own logits, and that of each classifier times its weight.
    """

    def weighed(labels: Any, heads: Any) -> Any:
        return sum(weight * loss(labels, heads[:, place]) for place, weight in enumerate((1.0, *weights)))

    return weighed


def _smoothed_crossentropy(labels: Any, logits: Any, *, smoothing: float, classes: int) -> Any:
    """Cross-entropy to labels that give `smoothing` of their weight to all classes alike."""
    import keras

    targets = keras.ops.one_hot(keras.ops.reshape(labels, (-1,)), classes)
    return keras.losses.categorical_crossentropy(targets, logits, from_logits=True, label_smoothing=smoothing)
