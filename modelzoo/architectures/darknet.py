"""DarkNet: the backbones of YOLO, version 2's with 19 convolutions and version 3's with 53 layers."""

from functools import partial
from typing import Any

import keras
from keras import initializers, layers

from modelzoo.architectures.parts import classify, convolve_normalized, rectify_leaky

_convolve = partial(convolve_normalized, activation=rectify_leaky)

# Filters and count of the 3×3 convolutions of each stage of DarkNet-19; between them are 1×1 with half the filters.
_STAGES_19 = ((32, 1), (64, 1), (128, 2), (256, 2), (512, 3), (1024, 3))

# Filters and residual blocks of each stage of DarkNet-53.
_STAGES_53 = ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4))


def build_darknet19(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network, from pixels 0-1 to logits; 20,842,376 trainable parameters for 224×224×3, 1000 classes.

    References
    ----------
    Redmon & Farhadi (2017), arXiv 1612.08242, table 6.
    """
    pixels = maps = keras.Input(input_shape)
    for stage, (filters, count) in enumerate(_STAGES_19):
        if stage:
            maps = layers.MaxPooling2D(2)(maps)
        maps = _convolve(maps, filters, 3)
        for _ in range(count - 1):
            maps = _convolve(_convolve(maps, filters // 2, 1), filters, 3)
    scores = layers.Conv2D(classes, 1, kernel_initializer=initializers.RandomNormal(stddev=0.01), name="scores")(maps)
    return keras.Model(pixels, layers.GlobalAveragePooling2D(name="logits")(scores), name="darknet19")


def build_darknet53(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network, from pixels 0-1 to logits; 41,609,928 trainable parameters for 224×224×3, 1000 classes.

    References
    ----------
    Redmon & Farhadi (2018), arXiv 1804.02767, table 1.
    """
    pixels = keras.Input(input_shape)
    maps = _convolve(pixels, 32, 3)
    for filters, count in _STAGES_53:
        maps = _convolve(maps, filters, 3, strides=2)
        for _ in range(count):
            maps = layers.Add()([maps, _convolve(_convolve(maps, filters // 2, 1), filters, 3)])
    return keras.Model(pixels, classify(maps, classes), name="darknet53")
