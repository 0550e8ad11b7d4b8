"""Training by Keras' `fit`, for a network and for its head: the metric, steps a call, one pass over images."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import metrics

from modelzoo.machine.hardware import has_gpu
from modelzoo.training.engines.engine import OnCall, Score

# Below this count of parameters a step takes a CPU a few milliseconds.
_SMALL = 1_000_000
_MANY_STEPS = 100


def fit_once(model: Any, feed: Mapping[str, Any], *, steps: int, on_call: OnCall) -> Score:
    """Train for one pass; return loss and accuracy, means over its images at their steps.

    Parameters
    ----------
    feed : images and labels in their order, as arguments of Keras' `fit`
    steps : of the pass
    """
    # Keras counts the last call as a full one. It has read the means from the device, whoever uses them.
    callback = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda step, logs: on_call(min(step + 1, steps), as_score(logs))
    )
    history = model.fit(**feed, shuffle=False, callbacks=[callback], verbose=0).history
    return as_score({name: values[-1] for name, values in history.items()})


def as_score(means: Mapping[str, Any]) -> Score:
    """Return the means of loss and accuracy, by Keras' names, as a score."""
    return Score(loss=float(means["loss"]), accuracy=100 * float(means["accuracy"]))


def steps_per_execution(network: Any, steps: int) -> int:
    """Return the steps of one call of the graph: several where a step is short against the call.

    On two CPU cores LeNet-5 has 1.43 times the images a second of plain `fit`. With one step a call it has 1.26 times.
    50 steps gain no more than 8. A larger network gains nothing on a CPU, and would report its progress less often. On
    a GPU its steps are short too. JAX ignores the number: its loop in Keras is on the host. A short epoch gains
    nothing.
    """
    if keras.backend.backend() != "tensorflow" or steps < _MANY_STEPS:
        return 1
    return 8 if network.count_params() < _SMALL or has_gpu() else 1


def accuracy_metric(*, mixed: bool = False, stacked: bool = False) -> Any:
    """Return the metric of accuracy of the logits; in a stack of classifiers they are the first."""
    if not stacked:
        return (metrics.CategoricalAccuracy if mixed else metrics.SparseCategoricalAccuracy)(name="accuracy")
    correct = metrics.categorical_accuracy if mixed else metrics.sparse_categorical_accuracy
    return metrics.MeanMetricWrapper(lambda labels, heads: correct(labels, heads[:, 0]), name="accuracy")
