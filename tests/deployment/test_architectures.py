"""Every architecture as a file: its normalization, grouped convolutions and activations in each runtime."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.architectures import keras_applications
from modelzoo.architectures.registry import REGISTRY
from modelzoo.deployment.agreement import agreement
from modelzoo.deployment.facts import NetworkFacts
from modelzoo.deployment.formats import FORMATS, open_network
from modelzoo.recipes.recipe import Input, Recipe

pytestmark = [pytest.mark.xdist_group("keras"), pytest.mark.usefixtures("deploy")]

FEW = ("modelzoo:lenet5-1998", "keras:MobileNet", "keras:EfficientNetB0")


def builds() -> list[str]:
    """Return the builders of Keras Applications and of this project, but those of `FEW`."""
    every = [f"keras:{name}" for name in keras_applications.names()] + [f"modelzoo:{slug}" for slug in REGISTRY]
    return [build for build in every if build not in FEW]


def saved_network(build: str, to: str, folder: Path) -> tuple[Any, Any]:
    """Return the probabilities of an untrained network in Keras, and of its file."""
    import keras

    from modelzoo.architectures.builder import find_builder
    from modelzoo.training.network import logits_alone, whole_network

    keras.utils.clear_session(free_memory=True)
    keras.utils.set_random_seed(0)
    builder = find_builder(build)
    side, channels = max(builder.smallest_input, 32), 1 if build.startswith("modelzoo:lenet") else 3
    recipe = Recipe(title="Any", input=Input(size=side, mode="resize", channels=channels))
    shape = (28, 28) if channels == 1 else (28, 28, 3)
    network = logits_alone(whole_network(builder, recipe, image_shape=shape, classes=7))
    probabilities = keras.layers.Softmax(dtype="float32", name="probabilities")(network.outputs[0])
    model = keras.Model(network.inputs[0], probabilities, name=network.name)
    facts = NetworkFacts(run="r", model=build, classes=tuple("abcdefg"), image_shape=shape, mode="resize")
    images = np.random.default_rng(0).integers(0, 256, (3, *shape), np.uint8)
    path = folder / f"net{FORMATS[to].suffix}"
    path.write_bytes(FORMATS[to].export(model, facts))
    return np.asarray(model(images)), open_network(path).probabilities(images)


@pytest.mark.slow
@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("build", FEW)
def test_a_file_agrees_with_its_network(build: str, to: str, tmp_path: Path) -> None:
    original, copy = saved_network(build, to, tmp_path)
    found = agreement(original, copy)
    assert found.holds, found


@pytest.mark.every_model
@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize("build", builds())
def test_a_file_of_any_architecture_agrees(build: str, to: str, tmp_path: Path) -> None:
    """Grouped convolutions, exact GELU, auxiliary classifiers, local response normalization and others."""
    original, copy = saved_network(build, to, tmp_path)
    found = agreement(original, copy)
    assert found.holds, found
