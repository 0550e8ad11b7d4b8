"""A functional network as the graph of its layers' calls, to inspect it and to rebuild it with other layers.

Keras stores with each symbolic tensor the call (its `Node`) that computed it; this module reads only these.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from modelzoo.errors import ZooError


@dataclass(frozen=True)
class Graph:
    """The calls from a network's inputs to its outputs, in topological order."""

    nodes: list[Any]
    outputs: list[Any]

    @cached_property
    def readers(self) -> dict[int, list[Any]]:
        """Return the calls that read a tensor, by the tensor's id."""
        readers = defaultdict(list)
        for node in self.nodes:
            for tensor in node.input_tensors:
                readers[id(tensor)].append(node)
        return readers

    def after(self, node: Any) -> list[Any]:
        """Return the calls that read the outputs of the call."""
        return [reader for tensor in node.outputs for reader in self.readers[id(tensor)]]


def graph_of(network: Any) -> Graph:
    """Return the graph of a functional network; a network within it is one call.

    Raises
    ------
    ZooError
        If the network is a custom class, whose calls Keras does not know.
    """
    try:
        outputs = list(network.outputs)
    except (AttributeError, TypeError, ValueError):
        raise ZooError(
            f"{network.name} is a {type(network).__name__} whose layers cannot be followed; expected a functional or "
            "sequential Keras model"
        ) from None
    nodes: dict[int, Any] = {}
    left = [(source(tensor), False) for tensor in reversed(outputs)]
    while left:
        node, whole = left.pop()
        if whole:
            nodes.setdefault(id(node), node)
        elif id(node) not in nodes and not node.is_input:
            left.append((node, True))
            left += [(source(tensor), False) for tensor in reversed(node.input_tensors)]
    return Graph(list(nodes.values()), outputs)


def source(tensor: Any) -> Any:
    """Return the call that computed the tensor."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def before(tensor: Any) -> dict[int, Any]:
    """Return all calls that the tensor depends on, by id."""
    nodes: dict[int, Any] = {}
    left = [source(tensor)]
    while left:
        node = left.pop()
        if id(node) not in nodes:
            nodes[id(node)] = node
            left += [source(tensor) for tensor in node.input_tensors]
    return nodes


def is_a(node: Any, *names: str) -> bool:
    """Return whether the call is of a layer or operation of one of these names.

    ``Add`` is keras.layers.Add and keras.ops.add. Classes are compared by name: Keras does not export its operations'
    classes, nor the layers that Keras Applications add.
    """
    return any(kind.__name__ in names for kind in type(node.operation).__mro__)


@dataclass(frozen=True)
class Step:
    """One call of the old network, to be made in the new one.

    `tensors` has the new tensors by the ids of the old ones. `suffix` is added to the names of repeated layers.
    """

    node: Any
    tensors: dict[int, Any]
    copies: dict[tuple[int, str], Any]
    suffix: str = ""

    @property
    def layer(self) -> Any:
        """Return the old layer or operation."""
        return self.node.operation

    @cached_property
    def filled(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return positional and named arguments of the call, with the new tensors."""
        args, kwargs = self.node.arguments.fill_in(self.tensors)
        return args, kwargs

    def run(self, **config: Any) -> Any:
        """Call a copy of the layer with these parts of its configuration changed."""
        args, kwargs = self.filled
        return self.copy(**config)(*args, **kwargs)

    def copy(self, **config: Any) -> Any:
        """Copy the layer, with the parts of `config` in its configuration.

        A layer that is called twice is copied once, so that its weights stay shared.
        """
        key = (id(self.layer), self.suffix)
        if key not in self.copies:
            self.copies[key] = self._copied(config)
        return self.copies[key]

    def _copied(self, config: dict[str, Any]) -> Any:
        name = self.layer.name + self.suffix
        try:
            old = self.layer.get_config()
            copied = type(self.layer).from_config({**old, **({"name": name} if "name" in old else {}), **config})
        except (NotImplementedError, TypeError) as error:
            raise ZooError(
                f"layer {self.layer.name} ({type(self.layer).__name__}) cannot be copied; expected a layer that "
                "get_config describes"
            ) from error
        # Keras chooses the names of operations itself.
        copied.name = name
        return copied


Visit = Callable[[Step], Any]


@dataclass(frozen=True)
class Walk:
    """The rebuilding of a network: the new tensors by the ids of the old ones.

    `suffix` is its steps' suffix.
    """

    visit: Visit
    tensors: dict[int, Any] = field(default_factory=dict)
    copies: dict[tuple[int, str], Any] = field(default_factory=dict)
    suffix: str = ""

    def go(self, nodes: Iterable[Any]) -> None:
        """Make these calls again in their order, with new layers."""
        import keras

        for node in nodes:
            outputs = self.visit(Step(node, self.tensors, self.copies, self.suffix))
            for old, new in zip(node.outputs, keras.tree.flatten(outputs), strict=True):
                self.tensors[id(old)] = new


def rebuild(network: Any, visit: Visit, *, nodes: Iterable[Any] | None = None) -> Any:
    """Build the network again, call by call with `visit`, with new weights.

    Parameters
    ----------
    nodes : the calls to make again; all of the network's by default
    """
    import keras

    walk = Walk(visit)
    for tensor in network.inputs:
        walk.tensors[id(tensor)] = keras.Input(
            batch_shape=tensor.shape, dtype=tensor.dtype, name=source(tensor).operation.name
        )
    walk.go(graph_of(network).nodes if nodes is None else nodes)
    inputs, outputs = ([walk.tensors[id(tensor)] for tensor in ends] for ends in (network.inputs, network.outputs))
    with _deep_enough_for(max(len(before(tensor)) for tensor in outputs)):
        return keras.Model(
            inputs if inputs[1:] else inputs[0], outputs if outputs[1:] else outputs[0], name=network.name
        )


@contextmanager
def _deep_enough_for(calls: int) -> Iterator[None]:
    """Raise Python's recursion limit: Keras 3.15 follows a network back recursively, call by call.

    SENet-154 with twice its blocks exceeds the default limit of 1000.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + calls)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def flat(network: Any, *, shared: bool = False) -> Any:
    """Return the network with networks within it replaced by their layers; itself if there are none.

    Parameters
    ----------
    shared : call the layers of the network again, so that both networks have the same weights, in place of copies
    """
    import keras

    if not any(isinstance(node.operation, keras.Model) for node in graph_of(network).nodes):
        return network
    return rebuild(network, partial(_flattened, shared=shared))


def _flattened(step: Step, *, shared: bool) -> Any:
    import keras

    inner = step.layer
    if not isinstance(inner, keras.Model):
        if not shared:
            return step.run()
        args, kwargs = step.filled
        return inner(*args, **kwargs)
    walk = Walk(partial(_flattened, shared=shared), copies=step.copies)
    graph = graph_of(inner)
    for old, outer in zip(inner.inputs, step.node.input_tensors, strict=True):
        walk.tensors[id(old)] = step.tensors[id(outer)]
    walk.go(graph.nodes)
    return [walk.tensors[id(tensor)] for tensor in graph.outputs]
