"""SENet-154: a grouped residual network with squeeze-and-excitation in its blocks."""

from typing import Any

import keras
from keras import layers

from modelzoo.architectures.parts import classify, convolve_normalized, pool_rounding_up, rectify, squeeze_and_excite

# Filters of each stage before expansion, and its blocks.
_STAGES = ((64, 3), (128, 8), (256, 36), (512, 3))
_GROUPS = 64
_REDUCTION = 16
_DROPOUT = 0.2


def build_senet154(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network, from normalized pixels to logits; 115,088,984 trainable for 224×224×3, 1000 classes.

    References
    ----------
    Hu, Shen, Albanie, Sun & Wu (2020), arXiv 1709.01507, appendix. The network is 64×4d ResNeXt-152 with dropout and
    three 3×3 convolutions for the first 7×7. The first 1×1 convolution of each block has half the filters. Shortcuts
    with strides are convolutions of 3×3.
    """
    pixels = keras.Input(input_shape)
    maps = convolve_normalized(pixels, 64, 3, strides=2)
    maps = convolve_normalized(convolve_normalized(maps, 64, 3), 128, 3)
    maps = pool_rounding_up(maps)
    for stage, (filters, count) in enumerate(_STAGES):
        for block in range(count):
            maps = _block(maps, filters, strides=2 if stage and not block else 1)
    return keras.Model(pixels, classify(maps, classes, dropout=_DROPOUT), name="senet154")


def _block(maps: Any, filters: int, *, strides: int) -> Any:
    expanded = 4 * filters
    inner = convolve_normalized(maps, 2 * filters, 1)
    inner = convolve_normalized(inner, expanded, 3, strides=strides, groups=_GROUPS)
    inner = convolve_normalized(inner, expanded, 1, activation=None)
    inner = squeeze_and_excite(inner, expanded // _REDUCTION)
    shortcut = maps
    if maps.shape[-1] != expanded:
        shortcut = convolve_normalized(maps, expanded, 1 if strides == 1 else 3, strides=strides, activation=None)
    return rectify(layers.Add()([inner, shortcut]))
