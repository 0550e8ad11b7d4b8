import keras
import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.registry import REGISTRY


@pytest.mark.parametrize(
    ("slug", "parameters"),
    [("darknet19", 20_842_376), pytest.param("darknet53", 41_609_928, marks=pytest.mark.slow)],
)
def test_parameters_are_the_reference_s(trainable, slug, parameters):
    assert trainable(slug) == parameters


@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize(("slug", "layers"), [("darknet19", 19), pytest.param("darknet53", 53, marks=pytest.mark.slow)])
def test_the_name_counts_its_layers(slug, layers):
    network = REGISTRY[slug].build(input_shape=(32, 32, 1), classes=3)
    assert sum(isinstance(layer, keras.layers.Conv2D | keras.layers.Dense) for layer in network.layers) == layers


def test_a_tenth_of_the_negative_passes():
    network = REGISTRY["darknet19"].build(input_shape=(32, 32, 1), classes=3)
    leaky = next(layer for layer in network.layers if isinstance(layer, keras.layers.LeakyReLU))
    assert np.asarray(leaky(np.array([[-2.0, 3.0]], np.float32)))[0] == pytest.approx([-0.2, 3.0])


def test_pictures_of_any_shape_become_one_logit_a_class():
    network = find_builder("modelzoo:darknet19").build(input_shape=(40, 64, 3), classes=9)
    assert np.asarray(network(np.zeros((2, 40, 64, 3), np.float32))).shape == (2, 9)


@pytest.mark.slow
def test_training_lowers_the_loss(train_steps):
    losses = train_steps("darknet19")
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]
