import keras
import numpy as np
import pytest
from keras import layers

from modelzoo.architectures.graph import Step, flat, graph_of, rebuild
from modelzoo.architectures.weights import copy_weights
from modelzoo.errors import ZooError

pytestmark = pytest.mark.xdist_group("keras")

PICTURES = np.random.default_rng(0).normal(size=(2, 8, 8, 4)).astype(np.float32)


def network():
    pixels = keras.Input((8, 8, 4))
    shared = layers.Conv2D(4, 3, padding="same", name="shared")
    maps = shared(shared(pixels)) + 1.0
    maps = keras.ops.reshape(maps[..., ::-1], (-1, 64, 4))
    return keras.Model(pixels, layers.Dense(2, name="logits")(layers.GlobalAveragePooling1D()(maps)), name="small")


def test_each_call_stands_behind_those_that_it_needs():
    done = set()
    for node in graph_of(network()).nodes:
        assert all(tensor._keras_history.operation in done or tensor.name for tensor in node.input_tensors)
        done.add(node.operation)
    assert len(graph_of(network()).nodes) == 7


def test_a_network_built_anew_computes_the_same_with_the_same_weights_and_names():
    old = network()
    new = rebuild(old, Step.run)
    assert new.name == old.name
    assert [layer.name for layer in new.layers] == [layer.name for layer in old.layers]
    assert new.count_params() == old.count_params()
    assert not {id(weight) for weight in new.weights} & {id(weight) for weight in old.weights}
    assert copy_weights(old, new) == []
    assert np.asarray(new(PICTURES)) == pytest.approx(np.asarray(old(PICTURES)), abs=1e-5)


def test_networks_within_a_network_are_laid_open():
    inner = network()
    pixels = keras.Input((8, 8, 4))
    outer = keras.Model(pixels, layers.Dense(3, name="end")(inner(layers.Dropout(0.1)(pixels))), name="outer")
    opened = flat(outer)
    assert {"shared", "logits", "end"} <= {layer.name for layer in opened.layers}
    assert copy_weights(outer, opened) == []
    assert np.asarray(opened(PICTURES)) == pytest.approx(np.asarray(outer(PICTURES)), abs=1e-5)
    assert flat(inner) is inner


def test_a_network_whose_calls_are_not_known_is_refused():
    class Own(keras.Model):
        def call(self, maps):
            return maps

    with pytest.raises(ZooError, match="mine is a Own whose layers cannot be followed; expected a functional"):
        graph_of(Own(name="mine"))


def test_a_layer_that_does_not_describe_itself_is_refused():
    class Scaled(layers.Layer):
        def __init__(self, scale, **more):
            super().__init__(**more)
            self.scale = scale

        def call(self, maps):
            return maps * self.scale

    pixels = keras.Input((8, 8, 4))
    with pytest.raises(ZooError, match=r"layer mine \(Scaled\) cannot be copied"):
        rebuild(keras.Model(pixels, Scaled(np.float32(2) * np.ones(1), name="mine")(pixels)), Step.run)
