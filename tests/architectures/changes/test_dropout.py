import keras
import pytest
from keras import layers

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.changes import Changes
from modelzoo.architectures.changes.dropout import set_dropout
from modelzoo.errors import ZooError

pytestmark = pytest.mark.xdist_group("keras")


def network(*, head=(), inner=0.0):
    pixels = keras.Input((8, 8, 3))
    maps = layers.Conv2D(4, 3, activation="relu")(pixels)
    maps = layers.Dropout(inner, name="inner")(maps)
    units = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(maps))
    for rate in head:
        units = layers.Dropout(rate)(layers.Dense(6, activation="relu")(units))
    return keras.Model(pixels, layers.Dense(2, name="logits")(units), name="small")


def rates(network):
    return [layer.rate for layer in network.layers if isinstance(layer, layers.Dropout)]


def test_dropout_comes_right_before_the_classifier_where_there_is_none():
    changed = set_dropout(network(inner=0.1), 0.3, name="small")
    assert rates(changed) == [0.1, 0.3]
    assert [layer.name for layer in changed.layers[-2:]] == ["logits_dropout", "logits"]


def test_the_rates_of_dropout_layers_before_the_classifier_become_this_one_and_those_within_blocks_stay():
    changed = set_dropout(network(head=(0.5, 0.4), inner=0.1), 0.2, name="small")
    assert rates(changed) == [0.1, 0.2, 0.2]


def test_a_rate_of_zero_takes_dropout_away():
    assert rates(set_dropout(network(head=(0.5,)), 0.0, name="small")) == [0.0, 0.0]


def test_a_convolution_that_classifies_gets_dropout_before_it():
    pixels = keras.Input((8, 8, 3))
    scores = layers.Conv2D(2, 1, activation="relu", name="scores")(layers.Conv2D(4, 3)(pixels))
    small = keras.Model(pixels, layers.GlobalAveragePooling2D()(scores))
    assert [layer.name for layer in set_dropout(small, 0.2, name="small").layers[-3:-1]] == ["scores_dropout", "scores"]


def test_auxiliary_classifiers_get_theirs():
    pixels = keras.Input((8, 8, 3))
    units = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(pixels))
    outputs = [layers.Dense(2, name="logits")(units), layers.Dense(2, name="other")(units)]
    changed = set_dropout(keras.Model(pixels, outputs), 0.2, name="small")
    assert sorted(layer.name for layer in changed.layers if isinstance(layer, layers.Dropout)) == [
        "logits_dropout",
        "other_dropout",
    ]
    assert len(changed.outputs) == 2


def test_lenet5_1998_is_refused():
    with pytest.raises(ZooError, match=r"dropout is 0.2; lenet5-1998 ends in RadialBasis, .* leave dropout out"):
        find_builder("modelzoo:lenet5-1998").build(input_shape=(32, 32, 1), classes=5, changes=Changes(dropout=0.2))
