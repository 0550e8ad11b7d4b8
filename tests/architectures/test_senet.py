import keras
import numpy as np
import pytest

from modelzoo.architectures.parts import squeeze_and_excite
from modelzoo.architectures.registry import REGISTRY


@pytest.mark.slow
def test_parameters_are_the_reference_s(trainable):
    assert trainable("senet154") == 115_088_984


@pytest.mark.usefixtures("without_weights")
@pytest.mark.slow
def test_the_name_counts_its_layers_but_for_those_that_squeeze_or_stand_beside():
    network = REGISTRY["senet154"].build(input_shape=(32, 32, 1), classes=3)
    weighted = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    without_bias = [layer for layer in weighted if not layer.use_bias]
    assert len(without_bias) - 4 + 1 == 154


def test_squeeze_and_excitation_weighs_maps_by_what_their_means_say():
    pixels = keras.Input((2, 2, 3))
    network = keras.Model(pixels, squeeze_and_excite(pixels, 2))
    random = np.random.default_rng(0)
    first, first_bias, second, second_bias = (random.normal(size=size) for size in ((3, 2), 2, (2, 3), 3))
    network.set_weights([first[None, None], first_bias, second[None, None], second_bias])
    maps = random.normal(size=(4, 2, 2, 3))
    hidden = np.maximum(maps.mean(axis=(1, 2)) @ first + first_bias, 0)
    shares = 1 / (1 + np.exp(-(hidden @ second + second_bias)))
    assert np.asarray(network(maps)) == pytest.approx(maps * shares[:, None, None], abs=1e-5)
