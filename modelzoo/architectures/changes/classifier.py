"""Which layer of a network is its classifier, and what stands right before it."""

from collections.abc import Iterator
from typing import Any

from modelzoo.architectures.graph import graph_of, is_a, source
from modelzoo.errors import ZooError


def last_weighted(network: Any) -> list[Any]:
    """The last call with weights before each output: the classifier's, and the auxiliary ones'."""
    return [_weighted_before(tensor) for tensor in graph_of(network).outputs]


def classifiers(network: Any, *, name: str, given: str) -> list[Any]:
    """As `last_weighted`, of a network that classifies by dense layers or convolutions.

    Parameters
    ----------
    given : the change that asks, as ``dropout is 0.2``

    Raises
    ------
    ZooError
        If another layer gives the outputs, such as the codes of LeNet-5 of 1998: they, the units before them and their
        sigmoid are made for each other.
    """
    found = last_weighted(network)
    for node in found:
        if not is_a(node, "Dense", "BaseConv"):
            key = given.partition(" ")[0]
            raise ZooError(
                f"{given}; {name} ends in {type(node.operation).__name__}, not in a dense or convolutional "
                f"classifier, and what stands before is made for that; leave {key} out of the recipe"
            )
    return found


def line_before(node: Any) -> Iterator[Any]:
    """The calls before this one, nearest first, as long as each takes one tensor."""
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
