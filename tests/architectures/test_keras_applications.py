"""Every network gets the pixels that Keras' own preprocess_input would give it: none scaled twice, or not at all."""

import importlib
import inspect
import re

import keras
import numpy as np
import pytest

from modelzoo.architectures import keras_applications
from modelzoo.architectures.contract import apply_contract
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError

NAMES = keras_applications.names()
PIXELS = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3)).astype(np.float32)


def test_names_and_families_are_those_of_the_installed_keras():
    functions = {name: value for name, value in vars(keras.applications).items() if inspect.isfunction(value)}
    assert sorted(functions) == NAMES
    for name, function in functions.items():
        assert function.__module__ == f"keras.src.applications.{keras_applications.family_of(name)}"


def test_the_catalog_builds_all_of_its_networks_from_these():
    wanted = [model.build for model in load_catalog().models.values() if model.build.startswith("keras:")]
    assert {build.removeprefix("keras:") for build in wanted} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_color_pixels_are_those_of_keras_preprocess_input(name):
    module = importlib.import_module(f"keras.applications.{keras_applications.family_of(name)}")
    expected = module.preprocess_input(PIXELS.copy(), data_format="channels_last")
    pixels = apply_contract(PIXELS, keras_applications.contract_of(name, 3))
    assert np.asarray(pixels) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_gray_pixels_are_scaled_once(name):
    # Keras' preprocess_input takes color only; of a gray picture it gives each channel the value that one has here,
    # but for the channels' own means.
    gray = np.repeat(PIXELS[..., :1], 3, axis=-1)
    if keras_applications.family_of(name) == "convnext":
        mean, scale = 255 * np.mean([0.485, 0.456, 0.406]), 255 * np.mean([0.229, 0.224, 0.225])
        expected = (PIXELS[..., :1] - mean) / scale
    else:
        module = importlib.import_module(f"keras.applications.{keras_applications.family_of(name)}")
        expected = module.preprocess_input(gray, data_format="channels_last").mean(axis=-1, keepdims=True)
    pixels = apply_contract(PIXELS[..., :1], keras_applications.contract_of(name, 1))
    assert np.asarray(pixels) == pytest.approx(expected, abs=0.05)


RESCALING_INSIDE = ("EfficientNetB0", "EfficientNetV2B0", "EfficientNetV2S", "MobileNetV3Small")


@pytest.mark.usefixtures("without_weights")
@pytest.mark.slow
@pytest.mark.parametrize("name", RESCALING_INSIDE)
@pytest.mark.parametrize("channels", [1, 3])
def test_networks_that_get_raw_pixels_rescale_inside(name, channels):
    network = keras_applications.build(name, input_shape=(32, 32, channels), classes=2)
    assert isinstance(network.layers[1], keras.layers.Rescaling)


@pytest.mark.parametrize("name", [name for name in NAMES if keras_applications.family_of(name) == "convnext"][:1])
def test_convnext_normalizes_color_inside_and_gray_not_at_all(name):
    source = inspect.getsource(importlib.import_module("keras.src.applications.convnext"))
    assert "if num_channels == 3:\n            x = PreStem" in source
    assert keras_applications.contract_of(name, 3) != keras_applications.contract_of(name, 1)


def test_the_catalog_gives_each_network_the_smallest_input_that_keras_accepts():
    for model in load_catalog().models.values():
        if model.build.startswith("keras:"):
            assert model.min_size == keras_applications.smallest_input(model.build.removeprefix("keras:")), model.slug


@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize("name", ["Xception", "InceptionV3", "InceptionResNetV2", "NASNetMobile", "ResNet50V2"])
def test_keras_refuses_one_pixel_less(name):
    side = keras_applications.smallest_input(name) - 1
    with pytest.raises(ValueError, match="at least"):
        keras_applications.build(name, input_shape=(side, side, 1), classes=2)


@pytest.mark.usefixtures("without_weights")
@pytest.mark.slow
@pytest.mark.parametrize("name", ["EfficientNetB1", "EfficientNetV2B1", "InceptionV3", "MobileNet", "NASNetMobile"])
def test_the_published_input_is_the_one_that_keras_takes_untold(name):
    import keras

    side = keras_applications.published_input(name)
    assert getattr(keras.applications, name)(weights=None).input_shape == (None, side, side, 3)


@pytest.mark.parametrize("name", keras_applications._PUBLISHED_OF)
def test_a_published_input_of_its_own_stands_in_keras_source(name):
    source = inspect.getsource(getattr(importlib.import_module("keras").applications, name))
    assert re.search(rf"\b{keras_applications.published_input(name)}\b", source)


def test_an_unknown_network_is_named_with_near_ones():
    with pytest.raises(ZooError, match="did you mean 'ResNet50'"):
        keras_applications.smallest_input("ResNet5O")
