"""Dropout before the classifier, at a given rate."""

from typing import Any

from modelzoo.architectures.changes.classifier import classifiers, line_before
from modelzoo.architectures.graph import Step, is_a, rebuild


def set_dropout(network: Any, rate: float, *, name: str) -> Any:
    """The network with dropout of that rate before its classifier, and before each auxiliary one.

    Where dropout layers stand there already, among the layers from the last maps to the classifier (AlexNet has two,
    behind its dense layers), their rate becomes this one; else one layer comes right before the classifier. Dropout
    within the blocks, as EfficientNet's of whole branches, stays as it is.

    Raises
    ------
    ZooError
        If the network has no dense or convolutional classifier.
    """
    there: set[int] = set()
    bare: set[int] = set()
    for classifier in classifiers(network, name=name, given=f"dropout is {rate:g}"):
        found = {id(node) for node in _head(classifier) if is_a(node, "Dropout")}
        there |= found
        if not found:
            bare.add(id(classifier))

    def visit(step: Step) -> Any:
        if id(step.node) in there:
            return step.run(rate=rate)
        return _behind_dropout(step, rate) if id(step.node) in bare else step.run()

    return rebuild(network, visit)


def _head(classifier: Any) -> list[Any]:
    """The calls before the classifier back to the last that makes maps."""
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
