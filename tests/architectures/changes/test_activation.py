import keras
import numpy as np
import pytest
from keras import layers

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.changes import Changes, apply_changes
from modelzoo.architectures.changes.activation import ACTIVATIONS, swap_activations
from modelzoo.errors import ZooError

pytestmark = pytest.mark.xdist_group("keras")


def classified(maps, pixels, **more):
    units = layers.GlobalAveragePooling2D()(maps)
    return keras.Model(pixels, layers.Dense(2, name="logits", **more)(units), name="small")


def activations(network):
    """What each layer that activates does, by its name."""
    found = {layer.name: getattr(layer, "activation", None) for layer in network.layers}
    return {name: activation.__name__ for name, activation in found.items() if activation is not None}


def test_layers_operations_and_activations_of_other_layers_are_swapped():
    pixels = keras.Input((8, 8, 3))
    maps = layers.Conv2D(4, 3, activation="relu", name="inside")(pixels)
    maps = layers.Activation("gelu", name="layer")(maps)
    maps = layers.ReLU(name="rectified")(maps)
    maps = layers.LeakyReLU(name="leaky")(maps)
    maps = keras.ops.tanh(maps)
    changed = swap_activations(classified(maps, pixels), "elu", name="small")
    kinds = activations(changed)
    assert [kinds[name] for name in ("inside", "layer", "rectified", "leaky")] == ["elu"] * 4
    assert list(kinds.values()).count("elu") == 5
    assert kinds["logits"] == "linear"


def test_gates_stay_and_the_units_before_them_are_hidden():
    pixels = keras.Input((8, 8, 4))
    means = layers.GlobalAveragePooling2D(keepdims=True)(pixels)
    hidden = layers.Conv2D(2, 1, activation="relu", name="squeeze")(means)
    maps = layers.Multiply()([pixels, layers.Conv2D(4, 1, activation="sigmoid", name="excite")(hidden)])
    shares = layers.ReLU(6.0, name="gate")(layers.Conv2D(4, 1)(hidden) + 3.0) * (1.0 / 6.0)
    changed = swap_activations(classified(layers.Multiply()([maps, shares]), pixels), "mish", name="small")
    assert activations(changed)["squeeze"] == "mish"
    assert activations(changed)["excite"] == "sigmoid"
    assert isinstance(changed.get_layer("gate"), layers.ReLU)


def test_a_relu6_after_a_sum_of_two_tensors_is_no_gate():
    pixels = keras.Input((8, 8, 4))
    changed = swap_activations(
        classified(layers.ReLU(6.0, name="hidden")(pixels + 2 * pixels), pixels), "silu", name="small"
    )
    assert activations(changed)["hidden"] == "silu"


def test_the_activation_of_the_classifier_stays():
    pixels = keras.Input((8, 8, 4))
    changed = swap_activations(
        classified(layers.ReLU(name="hidden")(pixels), pixels, activation="relu"), "tanh", name="small"
    )
    assert activations(changed) == {"hidden": "tanh", "logits": "relu"}


def test_a_layer_that_is_called_twice_is_swapped_once():
    pixels = keras.Input((8, 8, 4))
    rectified = layers.ReLU(name="shared")
    changed = swap_activations(classified(rectified(rectified(pixels)), pixels), "selu", name="small")
    assert activations(changed)["shared"] == "selu"


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_keras_has_every_activation(activation):
    assert np.isfinite(np.asarray(keras.activations.get(activation)(np.linspace(-3, 3, 7, dtype=np.float32)))).all()


def test_a_network_without_hidden_activations_is_refused():
    pixels = keras.Input((8, 8, 4))
    with pytest.raises(ZooError, match="activation is 'relu'; Plain has no hidden activations; leave activation out"):
        apply_changes(classified(pixels, pixels), Changes(activation="relu"), name="Plain")


def test_the_codes_of_lenet5_1998_keep_their_sigmoid():
    with pytest.raises(ZooError, match=r"lenet5-1998 ends in RadialBasis, .* leave activation out of the recipe"):
        find_builder("modelzoo:lenet5-1998").build(
            input_shape=(32, 32, 1), classes=5, changes=Changes(activation="relu")
        )


@pytest.mark.slow
@pytest.mark.usefixtures("without_weights")
def test_resnet50_with_leaky_relu_has_no_relu_left_and_the_same_parameters():
    plain = find_builder("keras:ResNet50").build(input_shape=(32, 32, 1), classes=5)
    changed = find_builder("keras:ResNet50").build(
        input_shape=(32, 32, 1), classes=5, changes=Changes(activation="leaky_relu")
    )
    assert changed.count_params() == plain.count_params()
    kinds = list(activations(changed.get_layer("resnet50")).values())
    assert "relu" not in kinds
    assert kinds.count("leaky_relu") == 49


@pytest.mark.slow
def test_resnet50_computes_the_same_where_relu_takes_the_place_of_relu():
    pictures = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 1)).astype(np.float32)
    found = []
    for changes in (Changes(), Changes(activation="relu")):
        keras.utils.clear_session()
        keras.utils.set_random_seed(0)
        network = find_builder("keras:ResNet50").build(input_shape=(32, 32, 1), classes=5, changes=changes)
        found.append(np.asarray(network(pictures, training=False)))
    assert found[1] == pytest.approx(found[0], abs=1e-5)
