"""Another activation in place of every hidden one."""

from typing import Any, Literal, get_args

from modelzoo.architectures.changes.classifier import classifiers
from modelzoo.architectures.graph import Graph, Step, graph_of, is_a, rebuild, source
from modelzoo.errors import ZooError

# Those of Keras, with its own constants, that are of use between layers.
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

# Layers that are an activation and nothing else; keras.ops has operations of some of these names and of the others.
_LAYERS = ("ReLU", "LeakyReLU", "ELU", "PReLU")
_OPERATIONS = (
    *("Relu", "Relu6", "LeakyRelu", "Elu", "Selu", "Celu", "Gelu", "Silu", "HardSilu", "Softplus", "Softsign"),
    *("Tanh", "HardTanh", "Squareplus"),
)

# They weigh maps or give shares: a value outside 0-1 would be no gate.
_NOT_HIDDEN = frozenset({"linear", "sigmoid", "hard_sigmoid", "softmax", "log_softmax", "sparsemax"})


def swap_activations(network: Any, activation: str, *, name: str) -> Any:
    """The network with that activation for every hidden one.

    Hidden is every activation, be it a layer, an operation or the ``activation`` of a convolution or dense layer, but
    for the classifier's and what stands behind it, and for gates: sigmoid, hard sigmoid, softmax, and the hard sigmoid
    that MobileNetV3 writes as ReLU6 of x + 3. So a swish that is written as x times its sigmoid stays. The units inside
    a squeeze-and-excitation, before its gate, are hidden.

    Raises
    ------
    ZooError
        If the network has no hidden activation, or no dense or convolutional classifier.
    """
    graph = graph_of(network)
    shown = _from_on(graph, classifiers(network, name=name, given=f"activation is {activation!r}"))
    hidden = {id(node) for node in graph.nodes if id(node) not in shown and is_hidden_activation(node)}
    if not hidden:
        raise ZooError(
            f"activation is {activation!r}; {name} has no hidden activations; leave activation out of the recipe"
        )
    return rebuild(network, lambda step: _swapped(step, activation) if id(step.node) in hidden else step.run())


def is_hidden_activation(node: Any) -> bool:
    """Whether the call activates, alone or behind what else its layer does, and is no gate."""
    if is_a(node, *_LAYERS):
        return not _is_hard_gate(node)
    activation = getattr(node.operation, "activation", None)
    if activation is not None:
        return getattr(activation, "__name__", "") not in _NOT_HIDDEN
    return is_a(node, *_OPERATIONS)


def _is_hard_gate(node: Any) -> bool:
    """Whether a ReLU stands behind the addition of one number: ReLU6(x + 3) / 6 is a hard sigmoid."""
    summed = source(node.input_tensors[0])
    return getattr(node.operation, "max_value", None) == 6 and is_a(summed, "Add") and len(summed.input_tensors) == 1


def _from_on(graph: Graph, classifying: list[Any]) -> set[int]:
    """The ids of these calls and of all behind them."""
    found: set[int] = set()
    left = list(classifying)
    while left:
        node = left.pop()
        found.add(id(node))
        left += graph.after(node)
    return found


def _swapped(step: Step, activation: str) -> Any:
    from keras import layers

    if hasattr(step.layer, "activation"):
        return step.run(activation=activation)
    key = (id(step.layer), step.suffix)
    if key not in step.copies:
        step.copies[key] = layers.Activation(activation, name=step.layer.name + step.suffix)
    return step.copies[key](step.filled[0][0])
