"""A replacement of every hidden activation."""

from typing import Any, Literal, get_args

from modelzoo.architectures.changes.classifier import classifiers
from modelzoo.architectures.graph import Graph, Step, graph_of, is_a, rebuild, source
from modelzoo.errors import ZooError

# Keras' activations, with its constants, that are useful between layers.
Activation = Literal[
    "celu",
    "elu",
    "gelu",
    "hard_silu",
    "hard_tanh",
    "leaky_relu",
    "mish",
    "relu",
    "relu6",
    "selu",
    "silu",
    "softplus",
    "softsign",
    "squareplus",
    "tanh",
]
ACTIVATIONS: tuple[str, ...] = get_args(Activation)

# Layers that are only an activation, and operations of keras.ops.
_LAYERS = ("ReLU", "LeakyReLU", "ELU", "PReLU")
_OPERATIONS = (
    *("Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Celu", "Gelu", "Silu", "HardSilu", "Softplus", "Softsign"),
    *("Tanh", "HardTanh", "Squareplus"),
)

# Gates and shares, which need values from 0 to 1.
_NOT_HIDDEN = frozenset({"linear", "sigmoid", "hard_sigmoid", "softmax", "log_softmax", "sparsemax"})


def swap_activations(network: Any, activation: str, *, name: str) -> Any:
    """Return the network with this activation in place of every hidden one.

    A hidden activation is a layer, an operation, or the ``activation`` of a convolution or dense layer. Activations of
    and after the classifier do not count, nor do gates. Gates are sigmoid, hard sigmoid, softmax, and MobileNetV3's
    hard sigmoid, ReLU6 of x + 3. So a swish written as x times its sigmoid stays. The units before the gate of a
    squeeze-and-excitation are hidden.

    Raises
    ------
    ZooError
        If the network has no hidden activation, or no dense or convolutional classifier.
    """
    graph = graph_of(network)
    visible = _and_after(graph, classifiers(network, name=name, change=f"activation is {activation!r}"))
    hidden = {id(node) for node in graph.nodes if id(node) not in visible and is_hidden_activation(node)}
    if not hidden:
        raise ZooError(
            f"activation is {activation!r}; {name} has no hidden activations; leave activation out of the recipe"
        )
    return rebuild(network, lambda step: _swapped(step, activation) if id(step.node) in hidden else step.run())


def is_hidden_activation(node: Any) -> bool:
    """Return whether the call is or includes an activation that is no gate."""
    if is_a(node, *_LAYERS):
        return not _is_hard_gate(node)
    activation = getattr(node.operation, "activation", None)
    if activation is not None:
        return getattr(activation, "__name__", "") not in _NOT_HIDDEN
    return is_a(node, *_OPERATIONS)


def _is_hard_gate(node: Any) -> bool:
    """Return whether a ReLU6 follows the addition of a number: ReLU6(x + 3) / 6 is a hard sigmoid."""
    summed = source(node.input_tensors[0])
    return getattr(node.operation, "max_value", None) == 6 and is_a(summed, "Add") and len(summed.input_tensors) == 1


def _and_after(graph: Graph, calls: list[Any]) -> set[int]:
    """Return the ids of these calls and of all calls that depend on them."""
    ids: set[int] = set()
    left = list(calls)
    while left:
        node = left.pop()
        ids.add(id(node))
        left += graph.after(node)
    return ids


def _swapped(step: Step, activation: str) -> Any:
    from keras import layers

    if hasattr(step.layer, "activation"):
        return step.run(activation=activation)
    key = (id(step.layer), step.suffix)
    if key not in step.copies:
        step.copies[key] = layers.Activation(activation, name=step.layer.name + step.suffix)
    return step.copies[key](step.filled[0][0])
