"""Dropout before the classifier, at a given rate."""

from typing import Any

from modelzoo.architectures.changes.classifier import classifiers, line_before
from modelzoo.architectures.graph import Step, is_a, rebuild


def set_dropout(network: Any, rate: float, *, name: str) -> Any:
    """Return the network with dropout of this rate before its classifier, and before each auxiliary one.

    Dropout layers between the last maps and the classifier get this rate; AlexNet has two, after its dense layers.
    A classifier without such a layer gets one right before it. Dropout within blocks, as EfficientNet's of whole
    branches, does not change.

    Raises
    ------
    ZooError
        If the network has no dense or convolutional classifier.
    """
    existing: set[int] = set()
    bare: set[int] = set()
    for classifier in classifiers(network, name=name, change=f"dropout is {rate:g}"):
        layers = {id(node) for node in _head(classifier) if is_a(node, "Dropout")}
        existing |= layers
        if not layers:
            bare.add(id(classifier))

    def visit(step: Step) -> Any:
        if id(step.node) in existing:
            return step.run(rate=rate)
        return _behind_dropout(step, rate) if id(step.node) in bare else step.run()

    return rebuild(network, visit)


def _head(classifier: Any) -> list[Any]:
    """Return the calls before the classifier, back to the last one that makes maps."""
    head = []
    for node in line_before(classifier):
        if getattr(node.operation, "weights", None) and not is_a(node, "Dense"):
            break
        head.append(node)
    return head


def _behind_dropout(step: Step, rate: float) -> Any:
    from keras import layers

    dropped = layers.Dropout(rate, name=f"{step.layer.name}_dropout")(step.filled[0][0])
    return step.copy()(dropped)
