"""Pixel contracts: what range of values a network expects, and the one place that converts to it."""

from dataclasses import dataclass
from typing import Any

Three = tuple[float, float, float]


@dataclass(frozen=True)
class PixelContract:
    """What a network's first own layer expects, told as `(pixel - mean) / scale` of pixels 0-255.

    `mean` and `scale` are in the order in which the network takes the channels: blue first where `reverse`.
    """

    mean: Three
    scale: Three
    reverse: bool = False


# The modes of Keras' preprocess_input, CAFFE's with red first, and the pixels as they are, for networks that rescale
# inside.
AS_THEY_ARE = PixelContract((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
UNIT = PixelContract((0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
TF = PixelContract((127.5, 127.5, 127.5), (127.5, 127.5, 127.5))
CAFFE = PixelContract((103.939, 116.779, 123.68), (1.0, 1.0, 1.0), reverse=True)
CENTERED = PixelContract((123.68, 116.779, 103.939), (1.0, 1.0, 1.0))
TORCH = PixelContract((0.485 * 255, 0.456 * 255, 0.406 * 255), (0.229 * 255, 0.224 * 255, 0.225 * 255))

# LeNet-5 of 1998: the ground at -0.1, the ink, which is bright here, at 1.175.
LENET = PixelContract((20.0, 20.0, 20.0), (200.0, 200.0, 200.0))


def apply_contract(pixels: Any, contract: PixelContract) -> Any:
    """Pixels 0-255 of shape (…, height, width, channels) as the network expects them.

    Works on tensors and on symbolic ones. One channel gets the mean of the three channels' figures: a gray image
    has the same value in each.
    """
    import keras

    if contract == AS_THEY_ARE:
        return pixels
    channels = pixels.shape[-1]
    mean, scale = _for_channels(contract.mean, channels), _for_channels(contract.scale, channels)
    if contract.reverse and channels == 3:
        pixels = pixels[..., ::-1]
    layer = keras.layers.Rescaling(
        scale=[1 / one for one in scale], offset=[-shift / one for shift, one in zip(mean, scale, strict=True)]
    )
    return layer(pixels)


def _for_channels(figures: Three, channels: int) -> tuple[float, ...]:
    return figures if channels == 3 else (sum(figures) / 3,)
