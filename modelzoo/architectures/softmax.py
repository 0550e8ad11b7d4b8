"""The softmax at the end of a network, and the network without it."""

from typing import Any

from modelzoo.architectures.graph import graph_of, source
from modelzoo.architectures.weights import assign, to_numpy


def without_softmax(network: Any) -> Any | None:
    """Return the network up to its final softmax, with the same weights; None without a final softmax of Keras.

    The softmax is a layer, or the activation of a dense layer. It may be in a network at the end of the network. The
    given network stays as it is: a builder may return one network twice. Both networks share their layers. Only a dense
    layer with a softmax is copied, with its weights.
    """
    import keras

    logits = _logits(network)
    if logits is None:
        return None
    inputs = network.inputs
    return keras.Model(inputs if inputs[1:] else inputs[0], logits, name=network.name)


def _logits(network: Any) -> Any | None:
    """Return the tensor whose softmax over the classes is the network's output."""
    import keras

    call = source(network.outputs[0])
    layer = call.operation
    if len(call.input_tensors) != 1:  # as with a mask
        return None
    if hasattr(layer, "outputs") and hasattr(layer, "layers"):
        inner = without_softmax(layer)
        return None if inner is None else inner(*call.arguments.args, **call.arguments.kwargs)
    if type(layer) is keras.layers.Softmax and layer.axis in (-1, 1):
        return call.input_tensors[0]
    if getattr(layer, "activation", None) not in (keras.activations.softmax, keras.ops.softmax):
        return None
    if type(layer) is keras.layers.Activation:
        return call.input_tensors[0]
    calls = [node for node in graph_of(network).nodes if node.operation is layer]
    # Recurrent layers, for example, apply their activation before their last step. A copy shares no weights.
    if type(layer) is not keras.layers.Dense or len(calls) > 1:
        return None
    return _linear(layer, call.input_tensors[0].shape)(call.input_tensors[0])


def _linear(dense: Any, input_shape: tuple[int | None, ...]) -> Any:
    """Return a copy of the dense layer, with the same weights and without activation."""
    copied = type(dense).from_config({**dense.get_config(), "activation": None})
    copied.build(input_shape)
    for weight, original in zip(copied.weights, dense.weights, strict=True):
        assign(weight, to_numpy(original))
    return copied
