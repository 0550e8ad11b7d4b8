"""Keras Applications: every network of `keras.applications`, with its pixel contract."""

import ast
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
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
    if name not in _families():
        raise unknown("network of keras.applications", name, _families())
    return _families()[name]


def names() -> list[str]:
    """List the networks of the installed Keras Applications; none without Keras."""
    return sorted(_families())


@cache
def _families() -> Mapping[str, str]:
    """Return the modules of the networks in Keras' source, by network.

    Importing Keras would take seconds, and a wrong name must not wait for it. Keras' list of exports has a line for
    each network: ``from keras.src.applications.vgg16 import VGG16 as VGG16``.
    """
    spec = find_spec("keras")
    families: dict[str, str] = {}
    for folder in (spec and spec.submodule_search_locations) or ():
        for exports in ("applications", "api/applications"):  # from Keras 3.10 on, and before
            path = Path(folder, exports, "__init__.py")
            for node in ast.parse(path.read_bytes()).body if path.exists() else ():
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("keras.src.applications."):
                    families |= {alias.name: str(node.module).rpartition(".")[2] for alias in node.names}
    return families


def build(name: str, *, input_shape: tuple[int, int, int], classes: int) -> Any:
    """Build the untrained network, from pixels in its contract to logits."""
    import keras

    make = getattr(keras.applications, name)
    return make(weights=None, input_shape=input_shape, classes=classes, classifier_activation=None)
