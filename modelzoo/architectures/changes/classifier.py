"""The classifier of a network, and the layers before it."""

from collections.abc import Iterator
from typing import Any

from modelzoo.architectures.graph import graph_of, is_a, source
from modelzoo.errors import ZooError


def last_weighted(network: Any) -> list[Any]:
    """Return the last call with weights before each output: the classifier and the auxiliary ones."""
    return [_weighted_before(tensor) for tensor in graph_of(network).outputs]


def classifiers(network: Any, *, name: str, change: str) -> list[Any]:
    """Return `last_weighted`, and check that these are dense layers or convolutions.

    Parameters
    ----------
    change : the change for the error, such as ``dropout is 0.2``

    Raises
    ------
    ZooError
        If another layer computes the outputs, such as the codes of LeNet-5 of 1998. These codes fit only the units
        before them and the units' sigmoid.
    """
    nodes = last_weighted(network)
    for node in nodes:
        if not is_a(node, "Dense", "BaseConv"):
            key = change.partition(" ")[0]
            raise ZooError(
                f"{change}; {name} ends in {type(node.operation).__name__}, not in a dense or convolutional "
                f"classifier, and the layers before depend on that; leave {key} out of the recipe"
            )
    return nodes


def line_before(node: Any) -> Iterator[Any]:
    """Yield the calls before this one, nearest first, while each reads one tensor."""
    while len(node.input_tensors) == 1:
        node = source(node.input_tensors[0])
        if node.is_input:
            return
        yield node


def _weighted_before(tensor: Any) -> Any:
    node = source(tensor)
    while not getattr(node.operation, "weights", None) and len(node.input_tensors) == 1:
        node = source(node.input_tensors[0])
    return node
