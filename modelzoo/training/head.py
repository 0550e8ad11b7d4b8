"""The head of a network: the layers that initial weights lack, cut off from the backbone that has them."""

from collections.abc import Collection
from typing import Any

from modelzoo.architectures.graph import flat, graph_of
from modelzoo.base.text import first_of
from modelzoo.errors import ZooError


def cut_at_head(network: Any, new_layers: Collection[str]) -> tuple[Any, Any]:
    """Return the backbone, from images to features, and the head, from features to logits; both share the layers.

    The features are one tensor, before any dropout of the head. They are the last such tensor, since pooled features
    take least memory.

    Parameters
    ----------
    new_layers : names of the layers with random weights; without any, the last layer with weights is the head

    Raises
    ------
    ZooError
        If no single tensor separates the layers with random weights from the others.
    """
    import keras

    whole = flat(network, shared=True)
    nodes = graph_of(whole).nodes
    names = {index: node.operation.name for index, node in enumerate(nodes) if getattr(node.operation, "weights", None)}
    head = [index for index in names if names[index] in new_layers] or [max(names)]
    first, last = min(head), max(names.keys() - head, default=-1)
    cuts = [index for index in _bottlenecks(nodes) if last <= index < first]
    if not cuts:
        raise ZooError(
            f"frozen_epochs: no features of {network.name} lie between the layers with loaded weights and its head, "
            f"{first_of([names[index] for index in head], 5)}; leave frozen_epochs out of the recipe, or take "
            "weights of the same network"
        )
    random = next((index for index in range(cuts[0] + 1, first) if _is_random(nodes[index].operation)), first)
    (features,) = nodes[max(index for index in cuts if index < random)].outputs
    return keras.Model(whole.inputs, features, name="backbone"), keras.Model(features, whole.outputs, name="head")


def _bottlenecks(nodes: list[Any]) -> list[int]:
    """Return the indices of the calls whose one output alone determines all later calls."""
    last_reader = {id(tensor): index for index, node in enumerate(nodes) for tensor in node.input_tensors}
    written = {id(tensor) for node in nodes for tensor in node.outputs}
    found, end = [], max(index for tensor, index in last_reader.items() if tensor not in written)
    for index, node in enumerate(nodes):
        # No tensor from before this call is read after it.
        if index >= end and len(node.outputs) == 1:
            found.append(index)
        end = max([end, *(last_reader.get(id(tensor), 0) for tensor in node.outputs)])
    return found


def _is_random(operation: Any) -> bool:
    """Return whether the layer draws random numbers in training: it then has the state of a generator."""
    return len(getattr(operation, "variables", ())) > len(getattr(operation, "weights", ()))
