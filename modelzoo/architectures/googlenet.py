"""GoogLeNet: nine inception modules without batch normalization, with or without its auxiliary classifiers."""

from typing import Any, NamedTuple

import keras
from keras import initializers, layers

from modelzoo.architectures.parts import local_response_normalization, pool_rounding_up

# The initial biases of Caffe's model of the paper.
_BIAS = 0.2


class Inception(NamedTuple):
    """The filters of one module: 1×1, before and in 3×3, before and in 5×5, after the pool (table 1)."""

    one: int
    before_three: int
    three: int
    before_five: int
    five: int
    pooled: int


_STAGE_3 = (Inception(64, 96, 128, 16, 32, 32), Inception(128, 128, 192, 32, 96, 64))
_STAGE_4 = (
    Inception(192, 96, 208, 16, 48, 64),
    Inception(160, 112, 224, 24, 64, 64),
    Inception(128, 128, 256, 24, 64, 64),
    Inception(112, 144, 288, 32, 64, 64),
    Inception(256, 160, 320, 32, 128, 128),
)
_STAGE_5 = (Inception(256, 160, 320, 32, 128, 128), Inception(384, 192, 384, 48, 128, 128))


def build_googlenet(*, input_shape: tuple[int, int, int], classes: int, auxiliary: bool = False) -> Any:
    """Build the network, from centered pixels to logits; 6,998,552 parameters for 224×224×3 and 1000 classes.

    With `auxiliary` it has 13,378,280 parameters and three outputs of logits. The second and third are outputs of the
    classifiers after modules 4a and 4d, which serve training alone. A model from its inputs to its first output is the
    network without these classifiers.

    References
    ----------
    Szegedy et al. (2015), arXiv 1409.4842, and Caffe's model of it, whose pools round up. The modules are the
    paper's; torchvision's have 3×3 for 5×5, and batch normalization.
    """
    pixels = keras.Input(input_shape)
    maps = _stem(pixels)
    for module in _STAGE_3:
        maps = _incept(maps, module)
    maps = pool_rounding_up(maps)
    inner = []
    for module in _STAGE_4:
        maps = _incept(maps, module)
        inner.append(maps)
    maps = pool_rounding_up(maps)
    for module in _STAGE_5:
        maps = _incept(maps, module)
    means = layers.Dropout(0.4)(layers.GlobalAveragePooling2D()(maps))
    logits = layers.Dense(classes, name="logits")(means)
    if not auxiliary:
        return keras.Model(pixels, logits, name="googlenet")
    others = [
        _auxiliary(inner[index], classes, name=name) for index, name in ((0, "auxiliary_4a"), (3, "auxiliary_4d"))
    ]
    return keras.Model(pixels, [logits, *others], name="googlenet-auxiliary")


def _stem(pixels: Any) -> Any:
    maps = _convolve(layers.ZeroPadding2D(3)(pixels), 64, 7, strides=2, padding="valid")
    maps = local_response_normalization(pool_rounding_up(maps), bias=1.0, alpha=1e-4 / 5)
    maps = _convolve(_convolve(maps, 64, 1), 192, 3)
    return pool_rounding_up(local_response_normalization(maps, bias=1.0, alpha=1e-4 / 5))


def _incept(maps: Any, module: Inception) -> Any:
    pooled = layers.MaxPooling2D(3, 1, padding="same")(maps)
    return layers.Concatenate()(
        [
            _convolve(maps, module.one, 1),
            _convolve(_convolve(maps, module.before_three, 1), module.three, 3),
            _convolve(_convolve(maps, module.before_five, 1), module.five, 5),
            _convolve(pooled, module.pooled, 1),
        ]
    )


def _auxiliary(maps: Any, classes: int, *, name: str) -> Any:
    units = layers.Flatten()(_convolve(layers.AveragePooling2D(5, 3)(maps), 128, 1))
    units = layers.Dense(1024, activation="relu", bias_initializer=initializers.Constant(_BIAS))(units)
    units = layers.Dropout(0.7)(units)
    return layers.Dense(classes, name=name)(units)


def _convolve(maps: Any, filters: int, kernel: int, *, strides: int = 1, padding: str = "same") -> Any:
    bias = initializers.Constant(_BIAS)
    return layers.Conv2D(filters, kernel, strides, padding=padding, activation="relu", bias_initializer=bias)(maps)
