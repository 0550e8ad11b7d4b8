"""Weights: copied from network to network by the names of layers, read and set by arrays of the host."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt


def copy_weights(source: Any, target: Any) -> list[str]:
    """Copy the weights of `source` to the layers of equal name in `target`; return the layers that got none.

    A layer gets all of its weights or none: `source` must have each by name and shape. Further weights of `source` are
    ignored, such as the bias of a convolution before a new batch normalization. Layers of networks within a network
    count as its own.
    """
    available = {layer.name: _by_name(layer) for layer in weighted_layers(source)}
    missing = []
    for layer in weighted_layers(target):
        weights, sources = _by_name(layer), available.get(layer.name, {})
        if all(name in sources and sources[name].shape == weight.shape for name, weight in weights.items()):
            for name, weight in weights.items():
                weight.assign(sources[name])
        else:
            missing.append(layer.name)
    return missing


def weighted_layers(network: Any) -> Iterator[Any]:
    """Yield the layers with weights in order, including layers of networks within the network."""
    for layer in network.layers:
        if hasattr(layer, "layers"):
            yield from weighted_layers(layer)
        elif layer.weights:
            yield layer


def to_numpy(variable: Any) -> npt.NDArray[Any]:
    """Return a copy of the variable's value, which no later step changes."""
    import keras

    return np.array(keras.ops.convert_to_numpy(variable.value))


def assign(variable: Any, value: npt.NDArray[Any]) -> None:
    """Set the variable to a copy of the array."""
    import keras

    if keras.backend.backend() == "jax":  # Keras' own way there compiles a program for each shape
        import jax

        variable.assign(jax.device_put(value, may_alias=False))
    else:
        variable.assign(value)


def _by_name(layer: Any) -> dict[tuple[str, int], Any]:
    """Return the layer's weights by name and number: weights of sublayers may have equal names.

    A weight without a name, as in ConvNeXt's LayerScale, is ``variable_7`` in Keras, by all that the process made.
    """
    count: Counter[str] = Counter()
    named = {}
    for weight in layer.weights:
        name = re.sub(r"^variable_\d+$", "variable", weight.name)
        named[name, count[name]] = weight
        count[name] += 1
    return named
