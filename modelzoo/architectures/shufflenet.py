"""ShuffleNet: grouped (version 1) or halved (version 2) convolutions with channel shuffles between."""

from typing import Any

import keras
from keras import layers

from modelzoo.architectures.parts import (
    average_padded,
    classify,
    convolve_each,
    convolve_normalized,
    normalize,
    pool_padded,
    rectify,
    shuffle_channels,
)

_FIRST = 24
_UNITS = (4, 8, 4)
_LAST = 1024

_GROUPS = 3
_WIDTHS_V1 = (240, 480, 960)


def build_shufflenet_v1(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build ShuffleNet 1× with three groups; 1,865,728 trainable parameters for 224×224×3 and 1000 classes.

    References
    ----------
    Zhang, Zhou, Lin & Sun (2018), arXiv 1707.01083, table 1.
    """
    pixels = keras.Input(input_shape)
    maps = pool_padded(convolve_normalized(pixels, _FIRST, 3, strides=2))
    for width, count in zip(_WIDTHS_V1, _UNITS, strict=True):
        for unit in range(count):
            maps = _grouped_unit(maps, width, strides=1 if unit else 2)
    return keras.Model(pixels, classify(maps, classes), name="shufflenetv1-x1-0-g3")


def build_shufflenet_v2(
    widths: tuple[int, int, int], name: str, *, input_shape: tuple[int, int, int], classes: int
) -> Any:
    """Build ShuffleNetV2 with these numbers of maps in its three stages.

    For 224×224×3 and 1000 classes 0.5× (48, 96, 192) has 1,366,792 trainable parameters, 1× (116, 232, 464) 2,278,604.

    References
    ----------
    Ma, Zhang, Zheng & Sun (2018), arXiv 1807.11164, table 5.
    """
    pixels = keras.Input(input_shape)
    maps = pool_padded(convolve_normalized(pixels, _FIRST, 3, strides=2))
    for width, count in zip(widths, _UNITS, strict=True):
        maps = _shrinking_unit(maps, width // 2)
        for _ in range(count - 1):
            maps = _halved_unit(maps, width // 2)
    maps = convolve_normalized(maps, _LAST, 1)
    return keras.Model(pixels, classify(maps, classes), name=name)


def _grouped_unit(maps: Any, width: int, *, strides: int) -> Any:
    """Apply the residual unit of version 1; with strides, the shortcut is concatenated, not added."""
    channels = maps.shape[-1]
    inner = convolve_normalized(maps, width // 4, 1, groups=1 if channels == _FIRST else _GROUPS)
    inner = normalize(convolve_each(shuffle_channels(inner, _GROUPS), 3, strides=strides))
    added = width if strides == 1 else width - channels
    inner = convolve_normalized(inner, added, 1, groups=_GROUPS, activation=None)
    if strides == 1:
        return rectify(layers.Add()([maps, inner]))
    return rectify(layers.Concatenate()([average_padded(maps), inner]))


def _halved_unit(maps: Any, half: int) -> Any:
    """Apply the unit of version 2: one half of the maps is unchanged, the other is convolved."""
    return shuffle_channels(layers.Concatenate()([maps[..., :half], _branch(maps[..., half:], half)]), 2)


def _shrinking_unit(maps: Any, half: int) -> Any:
    shortcut = convolve_normalized(normalize(convolve_each(maps, 3, strides=2)), half, 1)
    return shuffle_channels(layers.Concatenate()([shortcut, _branch(maps, half, strides=2)]), 2)


def _branch(maps: Any, width: int, *, strides: int = 1) -> Any:
    maps = convolve_normalized(maps, width, 1)
    maps = normalize(convolve_each(maps, 3, strides=strides))
    return convolve_normalized(maps, width, 1)
