"""Batch normalization after every convolution without one."""

from typing import Any

from modelzoo.architectures.changes.activation import is_hidden_activation
from modelzoo.architectures.changes.classifier import last_weighted, line_before
from modelzoo.architectures.graph import Graph, Step, graph_of, is_a, rebuild
from modelzoo.errors import ZooError

_CONVOLUTIONS = ("BaseConv", "BaseDepthwiseConv", "BaseSeparableConv", "PartialConvolution")
_NORMALIZATIONS = ("BatchNormalization", "LayerNormalization", "GroupNormalization", "UnitNormalization")


def add_batch_norm(network: Any, *, name: str) -> Any:
    """Return the network with batch normalization between each unnormalized convolution and its activation.

    A convolution is unnormalized where its maps reach an activation before a normalization. Layer normalization counts,
    and so does the first normalization of the next block. The convolution loses its bias: the normalization has one.
    The classifier gets no normalization. Convolutions of means over whole maps, as in squeeze-and-excitation, get none
    either: they are dense layers in another form. The momentum is 0.9, as in this project's networks.

    Raises
    ------
    ZooError
        If every convolution is normalized.
    """
    graph = graph_of(network)
    last = {id(node) for node in last_weighted(network)}
    bare = {
        id(node)
        for node in graph.nodes
        if is_a(node, *_CONVOLUTIONS) and id(node) not in last and not _of_means(node) and _is_bare(graph, node)
    }
    if not bare:
        raise ZooError(
            f"batch_norm is true; every convolution of {name} has a normalization before its activation; "
            "leave batch_norm out of the recipe"
        )
    return rebuild(network, lambda step: _normalized(step) if id(step.node) in bare else step.run())


def _is_bare(graph: Graph, convolution: Any) -> bool:
    if is_hidden_activation(convolution):
        return True
    seen: set[int] = set()
    left = graph.after(convolution)
    while left:
        node = left.pop()
        if id(node) in seen or is_a(node, *_NORMALIZATIONS):
            continue
        seen.add(id(node))
        if is_hidden_activation(node):
            return True
        left += graph.after(node)
    return False


def _of_means(node: Any) -> bool:
    return any(is_a(earlier, "BaseGlobalPooling") for earlier in line_before(node))


def _normalized(step: Step) -> Any:
    from keras import layers

    name = step.layer.name
    config: dict[str, Any] = {}
    if hasattr(step.layer, "use_bias"):
        config["use_bias"] = False
    activation = getattr(step.layer, "activation", None)
    if activation is not None:
        config["activation"] = "linear"
    maps = step.run(**config)
    maps = layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(maps)
    if is_hidden_activation(step.node):
        maps = layers.Activation(activation, name=f"{name}_activation")(maps)
    return maps
