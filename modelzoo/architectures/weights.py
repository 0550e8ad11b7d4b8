"""Weights: copied from network to network by the names of layers, read and set by arrays of the host."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt


def copy_weights(source: Any, target: Any) -> list[str]:
    """Give each layer of `target` the weights of the layer of that name in `source`; the names of those that got none.

    A layer gets all of its weights or none: each must stand in `source` by its name and in its shape. What `source`
    has beyond these, such as the bias of a convolution that batch normalization follows now, is left behind. Layers
    of networks within a network count as its own.
    """
    given = {layer.name: _by_name(layer) for layer in weighted_layers(source)}
    left = []
    for layer in weighted_layers(target):
        wanted, there = _by_name(layer), given.get(layer.name, {})
        if all(name in there and there[name].shape == weight.shape for name, weight in wanted.items()):
            for name, weight in wanted.items():
                weight.assign(there[name])
        else:
            left.append(layer.name)
    return left


def weighted_layers(network: Any) -> Iterator[Any]:
    """The layers that have weights, those of networks within the network among them, in order."""
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
    """The layer's weights by their names within it and which of that name they are: a layer may hold others."""
    count: Counter[str] = Counter()
    named = {}
    for weight in layer.weights:
        named[weight.name, count[weight.name]] = weight
        count[weight.name] += 1
    return named
