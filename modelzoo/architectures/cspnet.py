"""CSPNet: in each stage one half of the maps bypasses the blocks and is concatenated after them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
from keras import layers

from modelzoo.architectures.parts import classify, convolve_normalized, pool_padded, rectify_leaky

_convolve = partial(convolve_normalized, activation=rectify_leaky)


@dataclass(frozen=True)
class Stage:
    """One stage: its output filters, its blocks, the filters of both paths, and the filters in a block.

    `down` is the filters of the convolution with strides before the stage, None without one. A `linear` stage divides
    its maps without an activation before.
    """

    filters: int
    blocks: int
    paths: int
    inner: int
    down: int | None
    linear: bool


def build_cspresnet50(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network, from normalized pixels to logits; 21,616,168 trainable for 224×224×3, 1000 classes.

    References
    ----------
    Wang et al. (2020), arXiv 1911.11929. Each stage doubles its filters and gives each path half of them. Each stage
    except the first begins with a convolution with strides and the input's filters.
    """
    pixels = keras.Input(input_shape)
    maps = pool_padded(_convolve(pixels, 64, 7, strides=2))
    for stage_index, (filters, blocks) in enumerate(((128, 3), (256, 3), (512, 5), (1024, 2))):
        down = filters // 2 if stage_index else None
        stage = Stage(filters, blocks, 2 * filters, filters // 2, down, linear=True)
        maps = _cross_stage(maps, stage, _bottleneck)
    return keras.Model(pixels, classify(maps, classes), name="cspresnet50")


def build_cspdarknet53(*, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the network, from normalized pixels to logits; 27,642,184 trainable for 224×224×3, 1000 classes.

    References
    ----------
    Wang et al. (2020), arXiv 1911.11929; Bochkovskiy, Wang & Liao (2020), arXiv 2004.10934, which uses it. In the
    first stage each path has all 64 filters and the block narrows to 32. In later stages each path has half the
    filters, and no block narrows.
    """
    pixels = keras.Input(input_shape)
    maps = _convolve(pixels, 32, 3)
    for stage_index, (filters, blocks) in enumerate(((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4))):
        paths = filters if stage_index else 2 * filters
        stage = Stage(filters, blocks, paths, filters // 2, filters, linear=False)
        maps = _cross_stage(maps, stage, _dark_block)
    return keras.Model(pixels, classify(maps, classes), name="cspdarknet53")


def _cross_stage(maps: Any, stage: Stage, block: Callable[[Any, Stage], Any]) -> Any:
    if stage.down is not None:
        maps = _convolve(maps, stage.down, 3, strides=2)
    maps = convolve_normalized(maps, stage.paths, 1, activation=None if stage.linear else rectify_leaky)
    half = stage.paths // 2
    bypass, inner = maps[..., :half], maps[..., half:]
    for _ in range(stage.blocks):
        inner = block(inner, stage)
    inner = _convolve(inner, half, 1)
    return _convolve(layers.Concatenate()([bypass, inner]), stage.filters, 1)


def _bottleneck(maps: Any, stage: Stage) -> Any:
    inner = _convolve(_convolve(maps, stage.inner, 1), stage.inner, 3)
    inner = convolve_normalized(inner, maps.shape[-1], 1, activation=None)
    return rectify_leaky(layers.Add()([maps, inner]))


def _dark_block(maps: Any, stage: Stage) -> Any:
    return layers.Add()([maps, _convolve(_convolve(maps, stage.inner, 1), maps.shape[-1], 3)])
