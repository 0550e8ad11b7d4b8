"""A functional network as the calls of its layers, to look through and to build anew with other layers.

Keras keeps with each symbolic tensor the call (its `Node`) that gave it; what stands here reads these and nothing else.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from modelzoo.errors import ZooError


@dataclass(frozen=True)
class Graph:
    """The calls that lead from a network's inputs to its outputs, each behind those that it needs."""

    nodes: list[Any]
    outputs: list[Any]

    @cached_property
    def readers(self) -> dict[int, list[Any]]:
        """By the id of a tensor the calls that take it."""
        found = defaultdict(list)
        for node in self.nodes:
            for tensor in node.input_tensors:
                found[id(tensor)].append(node)
        return found

    def after(self, node: Any) -> list[Any]:
        """The calls that take what the call gives."""
        return [reader for tensor in node.outputs for reader in self.readers[id(tensor)]]


def graph_of(network: Any) -> Graph:
    """The calls of a functional network; one network within another is one call.

    Raises
    ------
    ZooError
        If the network is a class of its own, whose calls Keras does not know.
    """
    try:
        outputs = list(network.outputs)
    except (AttributeError, TypeError, ValueError):
        raise ZooError(
            f"{network.name} is a {type(network).__name__} whose layers cannot be followed; expected a functional or "
            "sequential Keras model"
        ) from None
    found: dict[int, Any] = {}
    left = [(source(tensor), False) for tensor in reversed(outputs)]
    while left:
        node, whole = left.pop()
        if whole:
            found.setdefault(id(node), node)
        elif id(node) not in found and not node.is_input:
            left.append((node, True))
            left += [(source(tensor), False) for tensor in reversed(node.input_tensors)]
    return Graph(list(found.values()), outputs)


def source(tensor: Any) -> Any:
    """The call that gave the tensor."""
    history = tensor._keras_history
    return history.operation._inbound_nodes[history.node_index]


def before(tensor: Any) -> dict[int, Any]:
    """All calls that the tensor is computed by, by their ids."""
    found: dict[int, Any] = {}
    left = [source(tensor)]
    while left:
        node = left.pop()
        if id(node) not in found:
            found[id(node)] = node
            left += [source(one) for one in node.input_tensors]
    return found


def is_a(node: Any, *names: str) -> bool:
    """Whether the call is of a layer or operation of one of these names: ``Add`` is keras.layers.Add and keras.ops.add.

    By name, since Keras does not export its operations' classes, nor the layers that Keras Applications add.
    """
    return any(kind.__name__ in names for kind in type(node.operation).__mro__)


@dataclass(frozen=True)
class Step:
    """One call of the old network, at its turn in the new one: `args` and `kwargs` hold the new tensors.

    `suffix` is added to the names of layers where the call is made a further time.
    """

    node: Any
    tensors: dict[int, Any]
    copies: dict[tuple[int, str], Any]
    suffix: str = ""

    @property
    def layer(self) -> Any:
        """The old layer or operation."""
        return self.node.operation

    @cached_property
    def filled(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Positional and named arguments of the call, with the new tensors."""
        args, kwargs = self.node.arguments.fill_in(self.tensors)
        return args, kwargs

    def run(self, **config: Any) -> Any:
        """What a copy of the layer gives, with these parts of its configuration changed."""
        args, kwargs = self.filled
        return self.copy(**config)(*args, **kwargs)

    def copy(self, **config: Any) -> Any:
        """A new layer with that of the old one's configuration which `config` does not replace.

        A layer that is called twice is copied once, so that its weights stay shared.
        """
        key = (id(self.layer), self.suffix)
        if key not in self.copies:
            self.copies[key] = self._copied(config)
        return self.copies[key]

    def _copied(self, config: dict[str, Any]) -> Any:
        name = self.layer.name + self.suffix
        try:
            given = self.layer.get_config()
            copied = type(self.layer).from_config({**given, **({"name": name} if "name" in given else {}), **config})
        except (NotImplementedError, TypeError) as error:
            raise ZooError(
                f"layer {self.layer.name} ({type(self.layer).__name__}) cannot be copied; expected a layer that "
                "get_config describes"
            ) from error
        # Keras gives operations names of its own choice.
        copied.name = name
        return copied


Visit = Callable[[Step], Any]


@dataclass(frozen=True)
class Walk:
    """The building of one network after another: which new tensor stands for which old one, by id.

    `suffix` is that of its steps.
    """

    visit: Visit
    tensors: dict[int, Any] = field(default_factory=dict)
    copies: dict[tuple[int, str], Any] = field(default_factory=dict)
    suffix: str = ""

    def go(self, nodes: Iterable[Any]) -> None:
        """Make these calls anew, in their order."""
        import keras

        for node in nodes:
            made = self.visit(Step(node, self.tensors, self.copies, self.suffix))
            for old, new in zip(node.outputs, keras.tree.flatten(made), strict=True):
                self.tensors[id(old)] = new


def rebuild(network: Any, visit: Visit, *, nodes: Iterable[Any] | None = None) -> Any:
    """The network that `visit` makes call by call, with weights of its own.

    Parameters
    ----------
    nodes : the calls to make where these are not all of the network's
    """
    import keras

    walk = Walk(visit)
    for tensor in network.inputs:
        walk.tensors[id(tensor)] = keras.Input(
            batch_shape=tensor.shape, dtype=tensor.dtype, name=source(tensor).operation.name
        )
    walk.go(graph_of(network).nodes if nodes is None else nodes)
    inputs, outputs = ([walk.tensors[id(tensor)] for tensor in given] for given in (network.inputs, network.outputs))
    with _deep_enough_for(max(len(before(tensor)) for tensor in outputs)):
        return keras.Model(
            inputs if inputs[1:] else inputs[0], outputs if outputs[1:] else outputs[0], name=network.name
        )


@contextmanager
def _deep_enough_for(calls: int) -> Iterator[None]:
    """Let Python recurse further: Keras 3.15 follows a network back call by call, each within the one before.

    Of SENet-154 with twice its blocks Python's own limit of 1000 stops that.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + calls)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def flat(network: Any) -> Any:
    """The network with the layers of the networks within it in their place; itself where there are none."""
    import keras

    if not any(isinstance(node.operation, keras.Model) for node in graph_of(network).nodes):
        return network
    return rebuild(network, _laid_open)


def _laid_open(step: Step) -> Any:
    import keras

    inner = step.layer
    if not isinstance(inner, keras.Model):
        return step.run()
    walk = Walk(_laid_open, copies=step.copies)
    graph = graph_of(inner)
    for old, given in zip(inner.inputs, step.node.input_tensors, strict=True):
        walk.tensors[id(old)] = step.tensors[id(given)]
    walk.go(graph.nodes)
    return [walk.tensors[id(tensor)] for tensor in graph.outputs]
