"""ImageNet's weights give the features that Keras' own network gives, from the same pixels."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.architectures import keras_applications
from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.imagenet import imagenet_file, place_of
from modelzoo.recipes.recipe import Input, Recipe

pytestmark = [
    pytest.mark.xdist_group("keras"),
    pytest.mark.filterwarnings("ignore:(`input_shape` is undefined|The structure of `inputs`):UserWarning"),
]

FEW = ["MobileNet", "MobileNetV3Small", "VGG16"]
# One network of each family that reads pixels in its own way, or names its layers in its own way.
KINDS = [
    "ConvNeXtTiny",
    "DenseNet121",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "InceptionV3",
    "NASNetMobile",
    "ResNet50",
    "ResNet50V2",
]


def others() -> list[str]:
    return [name for name in keras_applications.names() if name not in {*FEW, *KINDS}]


def backbone(name: str, image_shape: tuple[int, ...]) -> Any:
    """The network from stored images to the features before its classifier, with ImageNet's weights."""
    from modelzoo.training.head import cut_at_head
    from modelzoo.training.initial_weights import load_initial_weights
    from modelzoo.training.network import whole_network

    side = find_builder(f"keras:{name}").smallest_input
    recipe = Recipe(title="t", weights="imagenet", input=Input(size=side, mode="resize", channels=3))
    network = whole_network(find_builder(f"keras:{name}"), recipe, image_shape=image_shape, classes=4)
    missing = load_initial_weights(network, "imagenet", name=name, report=lambda event: None)
    return cut_at_head(network, missing)[0]


def of_keras(name: str, images: Any) -> Any:
    import keras

    make = getattr(keras.applications, name)
    pooling = None if name.startswith("VGG") else "avg"
    source = make(weights="imagenet", include_top=False, pooling=pooling, input_shape=images.shape[1:])
    return np.asarray(source(sys.modules[make.__module__].preprocess_input(images.astype(np.float32))))


@pytest.mark.parametrize(
    "name",
    [
        *FEW,
        *(pytest.param(name, marks=pytest.mark.slow) for name in KINDS),
        *(pytest.param(name, marks=pytest.mark.every_model) for name in others()),
    ],
)
def test_features_equal_those_of_keras_own_network(
    keras_cache: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from keras.src.utils import file_utils

    asked: list[tuple[str, str]] = []
    get_file = file_utils.get_file

    def recorded(file: str, address: str, **named: Any) -> Any:
        asked.append((file, address))
        return get_file(file, address, **named)

    monkeypatch.setattr(file_utils, "get_file", recorded)
    path = keras_cache(name)
    assert imagenet_file(name) == path
    side = find_builder(f"keras:{name}").smallest_input
    images = np.random.default_rng(1).integers(0, 256, (2, side, side, 3), dtype=np.uint8)
    ours = np.asarray(backbone(name, images.shape[1:])(images, training=False)).reshape(2, -1)
    theirs = of_keras(name, images).reshape(2, -1)
    place = place_of(name)
    assert place is not None
    assert set(asked) == {(path.name, place[1])}
    scale = np.abs(theirs).max()
    assert np.isfinite(theirs).all()
    assert theirs.std() > 0.01 * scale
    assert np.abs(ours - theirs).max() <= 1e-4 * scale


@pytest.mark.parametrize("name", FEW)
def test_one_channel_is_repeated_to_three(keras_cache: Callable[[str], Path], name: str) -> None:
    keras_cache(name)
    side = find_builder(f"keras:{name}").smallest_input
    gray = np.random.default_rng(1).integers(0, 256, (2, side, side), dtype=np.uint8)
    ours = np.asarray(backbone(name, gray.shape[1:])(gray, training=False)).reshape(2, -1)
    theirs = of_keras(name, np.repeat(gray[..., None], 3, axis=-1)).reshape(2, -1)
    assert np.abs(ours - theirs).max() <= 1e-4 * np.abs(theirs).max()
