import keras
import numpy as np
import pytest

from modelzoo.architectures.weights import copy_weights

pytestmark = pytest.mark.xdist_group("keras")


def network(units=3, *, bias=True, name="first"):
    return keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(units, use_bias=bias, name=name), keras.layers.Dense(2, name="last")]
    )


def test_layers_of_the_same_name_and_shape_get_the_weights():
    source, target = network(), network()
    assert copy_weights(source, target) == []
    assert all(
        np.array_equal(one, other) for one, other in zip(source.get_weights(), target.get_weights(), strict=True)
    )


def test_a_layer_of_another_name_or_shape_keeps_its_weights_and_is_named():
    assert copy_weights(network(), network(name="other")) == ["other"]
    target = network(5)
    kept = target.get_weights()
    assert copy_weights(network(), target) == ["first", "last"]
    assert all(np.array_equal(one, other) for one, other in zip(kept, target.get_weights(), strict=True))


def test_a_layer_that_lost_its_bias_gets_the_kernel():
    source, target = network(), network(bias=False)
    assert copy_weights(source, target) == []
    assert np.array_equal(source.get_weights()[0], target.get_weights()[0])


def test_a_layer_that_has_more_weights_than_there_were_gets_none():
    assert copy_weights(network(bias=False), network()) == ["first"]


def test_layers_of_a_network_within_a_network_count_as_its_own():
    outer = keras.Input((4,))
    inner = network()
    assert copy_weights(keras.Model(outer, inner(outer)), target := network()) == []
    assert np.array_equal(inner.get_weights()[0], target.get_weights()[0])
