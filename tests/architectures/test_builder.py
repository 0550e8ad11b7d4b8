import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.registry import REGISTRY
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError


@pytest.mark.usefixtures("without_weights")
def test_lenet5_has_61706_parameters_for_ten_classes():
    network = find_builder("modelzoo:lenet5").build(input_shape=(32, 32, 1), classes=10)
    assert network.count_params() == 61_706
    assert network.output_shape == (None, 10)


def test_lenet5_sees_pixels_from_0_to_1():
    network = find_builder("modelzoo:lenet5").build(input_shape=(32, 32, 1), classes=10)
    white = np.full((1, 32, 32, 1), 255, np.float32)
    assert np.asarray(network(white)) == pytest.approx(np.asarray(network.layers[-1](white / 255)), abs=1e-5)


def test_every_own_architecture_of_the_catalog_is_registered():
    models = load_catalog().models.values()
    own = {model.build.removeprefix("modelzoo:"): model for model in models if model.build.startswith("modelzoo:")}
    assert {name: model.slug for name, model in own.items()} == {name: REGISTRY[name].model for name in own}
    assert {name: model.min_size for name, model in own.items()} == {
        name: REGISTRY[name].smallest_input for name in own
    }


@pytest.mark.usefixtures("without_weights")
def test_a_keras_network_is_built_for_gray_pictures_and_any_number_of_classes():
    network = find_builder("keras:MobileNetV3Small").build(input_shape=(32, 32, 1), classes=7)
    assert network.input_shape == (None, 32, 32, 1)
    assert network.output_shape == (None, 7)


def test_a_smaller_input_than_the_network_takes_is_refused():
    with pytest.raises(ZooError, match="Xception takes 71×71 pixels at least, not 32×32"):
        find_builder("keras:Xception").build(input_shape=(32, 32, 1), classes=2)


@pytest.mark.parametrize("build", ["torch:ResNet50", "lenet5", ""])
def test_an_unknown_builder_is_refused(build):
    with pytest.raises(ZooError, match="keras:NAME or modelzoo:NAME"):
        find_builder(build).build(input_shape=(32, 32, 1), classes=2)


@pytest.mark.parametrize(
    ("build", "published"),
    [
        ("modelzoo:lenet5", ((32, 32, 1), 10)),
        ("modelzoo:squeezenet1-0", ((227, 227, 3), 1000)),
        ("keras:EfficientNetB1", ((240, 240, 3), 1000)),
        ("keras:ResNet50", ((224, 224, 3), 1000)),
    ],
)
def test_the_published_input_is_known(build, published):
    assert find_builder(build).published == published
