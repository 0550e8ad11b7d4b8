"""RegNet: networks with widths and depths computed from four numbers."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
from keras import layers

from modelzoo.architectures.parts import classify, convolve_normalized, rectify, squeeze_and_excite

_STEM = 32
_STEP = 8


@dataclass(frozen=True)
class Design:
    """The numbers of one network: d, w_0, w_a, w_m, g and, for a RegNetY, the share of squeezed units."""

    name: str
    depth: int
    first_width: int
    slope: float
    ratio: float
    group_width: int
    squeeze: float | None = None


# The paper's tables 13 and 14, 1.6 GF, with the digits of its published configurations.
X_1_6GF = Design("regnetx-1-6gf", depth=18, first_width=80, slope=34.01, ratio=2.25, group_width=24)
Y_1_6GF = Design("regnety-1-6gf", depth=27, first_width=48, slope=20.71, ratio=2.65, group_width=24, squeeze=0.25)


def build_regnet(design: Design, *, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network, from normalized pixels to logits.

    For 224×224×3 and 1000 classes RegNetX-1.6GF has 9,190,136 trainable parameters, RegNetY-1.6GF 11,202,430.

    References
    ----------
    Radosavovic, Kosaraju, Girshick, He & Dollár (2020), arXiv 2003.13678.
    """
    pixels = keras.Input(input_shape)
    maps = convolve_normalized(pixels, _STEM, 3, strides=2)
    for width, count in stages(design):
        for block in range(count):
            maps = _block(maps, width, design, strides=1 if block else 2)
    return keras.Model(pixels, classify(maps, classes), name=design.name)


build_regnetx_1_6gf = partial(build_regnet, X_1_6GF)
build_regnety_1_6gf = partial(build_regnet, Y_1_6GF)


def stages(design: Design) -> list[tuple[int, int]]:
    """Compute width and number of blocks of each stage (section 3.3).

    The blocks' widths are on a line and rounded to powers of `ratio`, then to 8, then to whole groups.
    """
    line = design.first_width + design.slope * np.arange(design.depth)
    powers = np.round(np.log(line / design.first_width) / np.log(design.ratio))
    widths = _rounded(design.first_width * design.ratio**powers, _STEP)
    return sorted(Counter(_rounded(widths, design.group_width)).items())


def _rounded(values: Any, step: int) -> list[int]:
    return [int(value) for value in np.round(np.divide(values, step)) * step]


def _block(maps: Any, width: int, design: Design, *, strides: int) -> Any:
    inner = convolve_normalized(maps, width, 1)
    inner = convolve_normalized(inner, width, 3, strides=strides, groups=width // design.group_width)
    if design.squeeze is not None:
        inner = squeeze_and_excite(inner, round(design.squeeze * maps.shape[-1]))
    inner = convolve_normalized(inner, width, 1, activation=None)
    shortcut = maps
    if strides > 1 or maps.shape[-1] != width:
        shortcut = convolve_normalized(maps, width, 1, strides=strides, activation=None)
    return rectify(layers.Add()([inner, shortcut]))
