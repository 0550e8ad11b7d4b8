import math

import keras
import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.layers import PartialConvolution
from modelzoo.architectures.lenet_1998 import C3_TABLE, codes, map_loss, squash
from modelzoo.architectures.registry import REGISTRY
from modelzoo.errors import ZooError

SLUG = "lenet5-1998"


def network(classes=10, channels=1):
    return REGISTRY[SLUG].build(input_shape=(32, 32, channels), classes=classes)


def test_sixty_thousand_parameters_are_trained_and_840_are_fixed(trainable):
    assert trainable(SLUG) == 60_000
    assert sum(math.prod(weight.shape) for weight in network().non_trainable_weights) == 840


def test_each_layer_has_the_parameters_that_the_paper_counts():
    counted = {layer.name: layer.count_params() for layer in network().layers if layer.trainable_weights}
    assert counted == {"c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48_120, "f6": 10_164}


def test_the_table_joins_sixty_pairs_of_maps_as_the_paper_says():
    joined = np.array([[cell == "X" for cell in row] for row in C3_TABLE])
    assert joined.shape == (6, 16)
    assert joined.sum() == 60
    assert list(joined.sum(axis=0)) == [3] * 6 + [4] * 9 + [6]
    for first in range(6):  # each contiguous three, then each contiguous four, around the end
        assert set(np.flatnonzero(joined[:, first])) == {(first + step) % 6 for step in range(3)}
        assert set(np.flatnonzero(joined[:, first + 6])) == {(first + step) % 6 for step in range(4)}


@pytest.mark.parametrize("map_in", range(6))
def test_a_map_of_s2_changes_those_maps_of_c3_alone_that_it_feeds(map_in):
    layer = network().get_layer("c3")
    maps = np.random.default_rng(0).normal(size=(1, 14, 14, 6)).astype(np.float32)
    changed = maps.copy()
    changed[..., map_in] += 1
    difference = np.abs(np.asarray(layer(changed)) - np.asarray(layer(maps))).max(axis=(0, 1, 2))
    assert "".join("X" if value > 1e-6 else "." for value in difference) == C3_TABLE[map_in]


def test_a_partial_convolution_is_a_sum_over_the_maps_that_are_joined():
    layer = PartialConvolution([[True, False], [True, True]], 3, 2.4)
    maps = np.random.default_rng(0).normal(size=(1, 5, 5, 2)).astype(np.float32)
    found = np.asarray(layer(maps))
    kernels, bias = layer.get_weights()
    assert kernels.shape == (3, 3, 3)
    windows = np.lib.stride_tricks.sliding_window_view(maps[0], (3, 3), axis=(0, 1))
    first, second, third = (
        np.sum(windows[:, :, place] * kernels[..., pair], axis=(-1, -2)) for pair, place in enumerate((0, 1, 1))
    )
    expected = np.stack([first + second, third], axis=-1)
    assert found[0] == pytest.approx(expected + bias, abs=1e-5)


def test_subsampling_adds_four_values_times_a_coefficient_plus_a_bias():
    built = network()
    maps = np.random.default_rng(0).normal(size=(1, 28, 28, 6)).astype(np.float32)
    found = built.get_layer("s2")(built.get_layer("s2_sums")(built.get_layer("s2_means")(maps)))
    coefficient, bias = built.get_layer("s2").get_weights()
    sums = maps.reshape(1, 14, 2, 14, 2, 6).sum(axis=(2, 4))
    assert np.asarray(found) == pytest.approx(sums * coefficient.reshape(6) + bias, abs=1e-4)


def test_the_sigmoid_maps_one_to_one_and_has_the_paper_s_height():
    assert np.asarray(squash(np.array([-1, 0, 1, 99.0]))) == pytest.approx(np.array([-1, 0, 1, 1.7159]), abs=1e-4)


@pytest.mark.parametrize("channels", [1, 3])
def test_weights_start_within_2_4_over_the_number_of_inputs(channels):
    built = network(channels=channels)
    for name, inputs in (("c1", 25 * channels), ("s2", 4), ("s4", 4), ("c5", 400), ("f6", 120)):
        weights = np.concatenate([weight.ravel() for weight in built.get_layer(name).get_weights()])
        assert np.abs(weights).max() <= 2.4 / inputs
        assert np.abs(weights).max() > 0.5 * 2.4 / inputs
    kernels, _ = built.get_layer("c3").get_weights()
    assert np.abs(kernels).max() <= 2.4 / 75
    assert np.abs(kernels).max() > 2.4 / 100


def test_any_two_codes_differ_in_half_their_places_or_in_all():
    products = codes(168).astype(int) @ codes(168).astype(int).T
    assert np.array_equal(products, 84 * np.block([[np.eye(84), -np.eye(84)], [-np.eye(84), np.eye(84)]]))


def test_more_classes_than_there_are_codes_are_refused():
    with pytest.raises(ZooError, match="168 classes, not 169"):
        codes(169)


def test_logits_are_minus_the_squared_distances_to_the_codes():
    layer = network(classes=47).get_layer("output")
    features = np.random.default_rng(0).normal(size=(3, 84)).astype(np.float32)
    expected = -((features[:, None] - codes(47)) ** 2).sum(axis=-1)
    assert np.asarray(layer(features)) == pytest.approx(expected, rel=1e-5)
    assert list(np.argmax(np.asarray(layer(codes(47).astype(np.float32))), axis=1)) == list(range(47))


@pytest.mark.parametrize("shape", [(2,), (2, 1)])
def test_the_loss_is_equation_9(shape):
    logits = np.array([[-1.0, -2.0, -4.0], [-3.0, -0.5, -1.5]], np.float32)
    expected = [
        2.0 + math.log(math.exp(-3) + math.exp(-1) + math.exp(-2) + math.exp(-4)),
        3.0 + math.log(math.exp(-3) + math.exp(-3) + math.exp(-0.5) + math.exp(-1.5)),
    ]
    assert np.asarray(map_loss(np.array([1, 0]).reshape(shape), logits, j=3.0)) == pytest.approx(expected, rel=1e-5)
    labels, logits = np.array([1, 0]).reshape(shape), np.array([[-1.0, -2.0], [-3.0, -0.5]], np.float32)
    assert np.asarray(REGISTRY[SLUG].loss(labels, logits)) == pytest.approx(np.asarray(map_loss(labels, logits)))


def test_ground_and_ink_are_as_bright_as_the_paper_says():
    inner = network()
    whole = find_builder(f"modelzoo:{SLUG}").build(input_shape=(32, 32, 1), classes=10)
    whole.layers[-1].set_weights(inner.get_weights())
    pictures = np.zeros((1, 32, 32, 1), np.float32)
    pictures[:, 10:20, 12:15] = 255
    expected = np.asarray(inner(np.where(pictures > 0, 1.175, -0.1).astype(np.float32)))
    assert np.asarray(whole(pictures)) == pytest.approx(expected, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["lenet5", SLUG])
def test_training_lowers_the_loss(train_steps, slug):
    losses = train_steps(slug)
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]


def test_equal_seeds_draw_equal_weights():
    drawn = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        drawn.append(network().get_weights())
    assert all(np.array_equal(one, other) for one, other in zip(*drawn, strict=True))
