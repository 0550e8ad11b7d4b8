"""SqueezeNet: Fire modules, which squeeze to few maps and expand by parallel 1×1 and 3×3."""

from typing import Any

import keras
from keras import initializers, layers

from modelzoo.architectures.parts import pool_rounding_up

# Squeeze and expand (each of both kinds) of fire2 to fire9.
_FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))


def build_squeezenet_1_0(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network of the paper; 1,248,424 parameters for 227×227×3 and 1000 classes."""
    return _build(input_shape, classes, name="squeezenet1-0", first=(96, 7), pooled_after=(2, 6))


def build_squeezenet_1_1(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the authors' later network, with a third of the operations; 1,235,496 parameters for the same input."""
    return _build(input_shape, classes, name="squeezenet1-1", first=(64, 3), pooled_after=(1, 3))


def _build(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    name: str,
    first: tuple[int, int],
    pooled_after: tuple[int, ...],
) -> Any:
    """Build the network, from centered pixels to logits.

    Parameters
    ----------
    first : filters and kernel of the first convolution
    pooled_after : the indices in `_FIRES` after which the maps are pooled, as after the first convolution

    References
    ----------
    Iandola et al. (2016), arXiv 1602.07360. Its last convolution is rectified too, so no logit is negative.
    """
    pixels = keras.Input(input_shape)
    filters, kernel = first
    maps = layers.Conv2D(filters, kernel, 2, activation="relu", kernel_initializer="he_uniform")(pixels)
    maps = pool_rounding_up(maps)
    for index, (squeezed, expanded) in enumerate(_FIRES):
        maps = _fire(maps, squeezed, expanded)
        if index in pooled_after:
            maps = pool_rounding_up(maps)
    scores = layers.Conv2D(
        classes, 1, activation="relu", kernel_initializer=initializers.RandomNormal(stddev=0.01), name="scores"
    )(layers.Dropout(0.5)(maps))
    return keras.Model(pixels, layers.GlobalAveragePooling2D(name="logits")(scores), name=name)


def _fire(maps: Any, squeezed: int, expanded: int) -> Any:
    maps = layers.Conv2D(squeezed, 1, activation="relu", kernel_initializer="he_uniform")(maps)
    sides = [
        layers.Conv2D(expanded, kernel, padding="same", activation="relu", kernel_initializer="he_uniform")(maps)
        for kernel in (1, 3)
    ]
    return layers.Concatenate()(sides)
