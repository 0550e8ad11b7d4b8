"""Keras Applications: every network of `keras.applications`, with its pixel contract."""

import inspect
from collections.abc import Mapping
from typing import Any

from modelzoo.architectures.contract import AS_THEY_ARE, CAFFE, TF, TORCH, PixelContract
from modelzoo.errors import ZooError, unknown

# By module of keras.applications. MobileNetV3, EfficientNet and EfficientNetV2 rescale inside, for any number of
# channels.
CONTRACTS: Mapping[str, PixelContract] = {
    "convnext": AS_THEY_ARE,
    "densenet": TORCH,
    "efficientnet": AS_THEY_ARE,
    "efficientnet_v2": AS_THEY_ARE,
    "inception_resnet_v2": TF,
    "inception_v3": TF,
    "mobilenet": TF,
    "mobilenet_v2": TF,
    "mobilenet_v3": AS_THEY_ARE,
    "nasnet": TF,
    "resnet": CAFFE,
    "resnet_v2": TF,
    "vgg16": CAFFE,
    "vgg19": CAFFE,
    "xception": TF,
}

# Keras' own lower bounds.
_SMALLEST = 32
_SMALLEST_OF: Mapping[str, int] = {"inception_resnet_v2": 75, "inception_v3": 75, "xception": 71}

# Height and width in pixels at which Keras' weights were trained; 224 for all others.
_PUBLISHED = 224
_PUBLISHED_OF: Mapping[str, int] = {
    "EfficientNetB1": 240,
    "EfficientNetB2": 260,
    "EfficientNetB3": 300,
    "EfficientNetB4": 380,
    "EfficientNetB5": 456,
    "EfficientNetB6": 528,
    "EfficientNetB7": 600,
    "EfficientNetV2B1": 240,
    "EfficientNetV2B2": 260,
    "EfficientNetV2B3": 300,
    "EfficientNetV2S": 384,
    "EfficientNetV2M": 480,
    "EfficientNetV2L": 480,
    "InceptionResNetV2": 299,
    "InceptionV3": 299,
    "NASNetLarge": 331,
    "Xception": 299,
}


def contract_of(name: str, channels: int) -> PixelContract:
    """Return the pixel contract of the network.

    ConvNeXt normalizes three channels inside, but not one channel (Keras 3.15), which is normalized here.
    """
    family = family_of(name)
    if family == "convnext" and channels == 1:
        return TORCH
    if family not in CONTRACTS:
        raise ZooError(
            f"keras.applications.{name}: the pixel range of family {family!r} is not known; "
            "add it to modelzoo/architectures/keras_applications.py"
        )
    return CONTRACTS[family]


def smallest_input(name: str) -> int:
    """Return the least height and width in pixels of the network's input."""
    return _SMALLEST_OF.get(family_of(name), _SMALLEST)


def published_input(name: str) -> int:
    """Return the default height and width in pixels of the network's input in Keras."""
    return _PUBLISHED_OF.get(name, _PUBLISHED)


def family_of(name: str) -> str:
    """Return the network's module in keras.applications: ``efficientnet`` for ``EfficientNetB1``."""
    return str(_function(name).__module__).rsplit(".", 1)[-1]


def names() -> list[str]:
    """List the networks of the installed Keras Applications."""
    import keras

    return sorted(name for name, value in vars(keras.applications).items() if inspect.isfunction(value))


def build(name: str, *, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the untrained network, from pixels in its contract to logits."""
    return _function(name)(weights=None, input_shape=input_shape, classes=classes, classifier_activation=None)


def _function(name: str) -> Any:
    import keras

    if name not in names():
        raise unknown("network of keras.applications", name, names())
    return getattr(keras.applications, name)
