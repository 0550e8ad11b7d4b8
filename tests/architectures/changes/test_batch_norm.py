import keras
import numpy as np
import pytest
from keras import layers

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.changes import Changes
from modelzoo.architectures.changes.batch_norm import add_batch_norm
from modelzoo.architectures.registry import REGISTRY
from modelzoo.errors import ZooError

pytestmark = pytest.mark.xdist_group("keras")


def classified(maps, pixels):
    units = layers.GlobalAveragePooling2D()(maps)
    return keras.Model(pixels, layers.Dense(2, name="logits")(units), name="small")


def normalizations(network):
    return [layer.name for layer in network.layers if isinstance(layer, layers.BatchNormalization)]


def test_lenet5_is_normalized_between_each_convolution_and_its_activation():
    lenet = REGISTRY["lenet5"].build(input_shape=(32, 32, 1), classes=10)
    changed = add_batch_norm(lenet, name="lenet5")
    assert [layer.name for layer in changed.layers[1:5]] == ["c1", "c1_bn", "c1_activation", "s2"]
    assert normalizations(changed) == ["c1_bn", "c3_bn", "c5_bn"]
    # Four figures a map for one bias.
    assert changed.count_params() == 61_706 + 3 * (6 + 16 + 120)
    assert changed.get_layer("c1").activation.__name__ == "linear"
    assert not changed.get_layer("c1").use_bias
    assert changed.get_layer("c1_activation").activation.__name__ == "relu"
    assert changed.get_layer("f6").use_bias


@pytest.mark.usefixtures("without_weights")
def test_alexnet_gets_one_behind_each_of_its_five_convolutions():
    alexnet = REGISTRY["alexnet"].build(input_shape=(67, 67, 1), classes=2)
    assert len(normalizations(add_batch_norm(alexnet, name="alexnet"))) == 5


def test_an_activation_of_its_own_comes_behind_the_normalization():
    pixels = keras.Input((8, 8, 3))
    changed = add_batch_norm(
        classified(layers.ReLU(name="relu")(layers.Conv2D(4, 3, name="one")(pixels)), pixels), name="small"
    )
    assert [layer.name for layer in changed.layers[1:4]] == ["one", "one_bn", "relu"]


@pytest.mark.parametrize("kind", [layers.BatchNormalization, layers.LayerNormalization])
def test_a_network_whose_convolutions_all_have_a_normalization_is_refused(kind):
    pixels = keras.Input((8, 8, 3))
    # The second has the normalization that the next block begins with.
    maps = layers.ReLU()(kind()(layers.Conv2D(3, 3, padding="same")(pixels)))
    maps = layers.Add()([pixels, layers.Conv2D(3, 3, padding="same")(maps)])
    network = classified(layers.ReLU()(kind()(maps)), pixels)
    with pytest.raises(ZooError, match="batch_norm is true; every convolution of Small has a normalization"):
        add_batch_norm(network, name="Small")


def test_squeeze_and_excitation_and_a_convolution_that_classifies_get_none():
    pixels = keras.Input((8, 8, 3))
    maps = layers.Conv2D(4, 3, activation="relu", name="one")(pixels)
    means = layers.GlobalAveragePooling2D(keepdims=True)(maps)
    shares = layers.Conv2D(4, 1, activation="sigmoid")(layers.Conv2D(2, 1, activation="relu")(means))
    scores = layers.Conv2D(2, 1, activation="relu")(layers.Multiply()([maps, shares]))
    network = keras.Model(pixels, layers.GlobalAveragePooling2D()(scores))
    assert normalizations(add_batch_norm(network, name="small")) == ["one_bn"]


def test_lenet5_1998_is_normalized_before_each_sigmoid_and_computes():
    network = find_builder("modelzoo:lenet5-1998").build(
        input_shape=(32, 32, 1), classes=5, changes=Changes(batch_norm=True)
    )
    inner = network.get_layer("lenet5-1998")
    assert normalizations(inner) == ["c1_bn", "s2_bn", "c3_bn", "s4_bn", "c5_bn"]
    assert np.isfinite(np.asarray(network(np.zeros((1, 32, 32, 1), np.float32)))).all()
    codes = (
        find_builder("modelzoo:lenet5-1998").build(input_shape=(32, 32, 1), classes=5).layers[-1].get_layer("output")
    )
    assert np.array_equal(inner.get_layer("output").get_weights(), codes.get_weights())


@pytest.mark.slow
@pytest.mark.usefixtures("without_weights")
def test_vgg16_gets_thirteen():
    network = find_builder("keras:VGG16").build(input_shape=(32, 32, 1), classes=2, changes=Changes(batch_norm=True))
    assert len(normalizations(network.get_layer("vgg16"))) == 13
