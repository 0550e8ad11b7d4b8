import keras
import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.residual import zero_init_residual

SHAPE = (32, 32, 1)


def block(pixels, *, projected: bool = False, dropout: bool = False):
    branch = keras.layers.Conv2D(4, 3, padding="same")(pixels)
    branch = keras.layers.BatchNormalization(name="end")(branch)
    if dropout:
        branch = keras.layers.Dropout(0.2)(branch)
    shortcut = pixels
    if projected:
        shortcut = keras.layers.BatchNormalization(name="shortcut")(keras.layers.Conv2D(4, 1)(pixels))
    return keras.layers.Add()([branch, shortcut])


@pytest.mark.parametrize("dropout", [False, True])
def test_a_block_with_a_bare_shortcut_begins_as_the_identity(dropout):
    pixels = keras.Input((8, 8, 4))
    network = keras.Model(pixels, block(pixels, dropout=dropout))
    zero_init_residual(network)
    images = np.random.default_rng(0).normal(size=(2, 8, 8, 4)).astype(np.float32)
    assert np.asarray(network(images, training=True)) == pytest.approx(images)


def test_a_block_with_a_projected_shortcut_stays_as_it_is():
    pixels = keras.Input((8, 8, 4))
    network = keras.Model(pixels, block(pixels, projected=True))
    zero_init_residual(network)
    assert np.asarray(network.get_layer("end").gamma).all()
    assert np.asarray(network.get_layer("shortcut").gamma).all()


# Of EfficientNetB0's sixteen blocks nine have a bare shortcut; of MobileNetV2's seventeen, ten.
@pytest.mark.parametrize(("build", "count"), [("keras:EfficientNetB0", 9), ("keras:MobileNetV2", 10)])
def test_every_block_of_a_keras_application_is_found(build, count):
    network = find_builder(build).build(input_shape=SHAPE, classes=2)
    zero_init_residual(network)
    assert sum(not np.asarray(weight).any() for weight in gammas(network)) == count


@pytest.mark.parametrize("build", ["keras:MobileNet", "modelzoo:lenet5"])
def test_a_network_without_such_blocks_stays_as_it_is(build):
    network = find_builder(build).build(input_shape=SHAPE, classes=2)
    zero_init_residual(network)
    assert all(np.asarray(weight).all() for weight in gammas(network))


def gammas(network):
    return [weight for weight in network.weights if weight.name == "gamma"]
