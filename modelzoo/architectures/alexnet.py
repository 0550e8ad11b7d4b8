"""AlexNet as published in 2012: two groups, local response normalization, overlapping pools."""

from typing import Any

import keras
from keras import initializers, layers

from modelzoo.architectures.parts import local_response_normalization


def build_alexnet(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network, from centered pixels to logits; 60,965,224 parameters for 227×227×3 and 1000 classes.

    The second, fourth and fifth convolution connect only the maps of their half, as on the paper's two GPUs.

    References
    ----------
    Krizhevsky, Sutskever & Hinton (2012), NIPS 25. The paper says 224×224; its 55×55 maps need 227.
    """
    pixels = keras.Input(input_shape)
    maps = _convolve(pixels, 96, 11, strides=4, padding="valid")
    maps = layers.MaxPooling2D(3, 2)(local_response_normalization(maps))
    maps = _convolve(maps, 256, 5, groups=2, bias=1.0)
    maps = layers.MaxPooling2D(3, 2)(local_response_normalization(maps))
    maps = _convolve(maps, 384, 3)
    maps = _convolve(maps, 384, 3, groups=2, bias=1.0)
    maps = _convolve(maps, 256, 3, groups=2, bias=1.0)
    units = layers.Flatten()(layers.MaxPooling2D(3, 2)(maps))
    for _ in range(2):
        units = layers.Dropout(0.5)(_dense(units, 4096, activation="relu", bias_initializer="ones"))
    return keras.Model(pixels, _dense(units, classes, name="logits"), name="alexnet")


def _convolve(
    maps: Any, filters: int, kernel: int, *, strides: int = 1, groups: int = 1, bias: float = 0.0, padding: str = "same"
) -> Any:
    return layers.Conv2D(
        filters,
        kernel,
        strides,
        padding=padding,
        groups=groups,
        activation="relu",
        kernel_initializer=initializers.RandomNormal(stddev=0.01),
        bias_initializer=initializers.Constant(bias),
    )(maps)


def _dense(units: Any, count: int, **arguments: Any) -> Any:
    return layers.Dense(count, kernel_initializer=initializers.RandomNormal(stddev=0.01), **arguments)(units)
