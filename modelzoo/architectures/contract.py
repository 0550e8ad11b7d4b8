"""Pixel contracts: the range of pixel values that a network expects, and the conversion to it."""

from dataclasses import dataclass
from typing import Any

Three = tuple[float, float, float]


@dataclass(frozen=True)
class PixelContract:
    """The input of a network's first layer, as `(pixel - mean) / scale` of pixels 0-255.

    `mean` and `scale` are in the network's order of channels: blue first where `reverse`.
    """

    mean: Three
    scale: Three
    reverse: bool = False


# The modes of Keras' preprocess_input, CAFFE's with red first, and unchanged pixels for networks that rescale inside.
AS_THEY_ARE = PixelContract((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
UNIT = PixelContract((0.0, 0.0, 0.0), (255.0, 255.0, 255.0))
TF = PixelContract((127.5, 127.5, 127.5), (127.5, 127.5, 127.5))
CAFFE = PixelContract((103.939, 116.779, 123.68), (1.0, 1.0, 1.0), reverse=True)
CENTERED = PixelContract((123.68, 116.779, 103.939), (1.0, 1.0, 1.0))
TORCH = PixelContract((0.485 * 255, 0.456 * 255, 0.406 * 255), (0.229 * 255, 0.224 * 255, 0.225 * 255))

# LeNet-5 of 1998: background at -0.1, ink (bright here) at 1.175.
LENET = PixelContract((20.0, 20.0, 20.0), (200.0, 200.0, 200.0))


def apply_contract(pixels: Any, contract: PixelContract) -> Any:
    """Convert pixels 0-255 of shape (…, height, width, channels) to the network's contract.

    The pixels may be symbolic. One channel gets the mean of the three channels' numbers: a gray image has equal
    channels.
    """
    import keras

    if contract == AS_THEY_ARE:
        return pixels
    channels = pixels.shape[-1]
    mean, scale = _for_channels(contract.mean, channels), _for_channels(contract.scale, channels)
    if contract.reverse and channels == 3:
        pixels = pixels[..., ::-1]
    layer = keras.layers.Rescaling(
        scale=[1 / factor for factor in scale],
        offset=[-shift / factor for shift, factor in zip(mean, scale, strict=True)],
    )
    return layer(pixels)


def _for_channels(numbers: Three, channels: int) -> tuple[float, ...]:
    return numbers if channels == 3 else (sum(numbers) / 3,)
