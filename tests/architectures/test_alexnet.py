import keras
import numpy as np
import pytest

from modelzoo.architectures.parts import local_response_normalization
from modelzoo.architectures.registry import REGISTRY


@pytest.mark.slow
def test_parameters_are_the_paper_s_network_s(trainable):
    assert trainable("alexnet") == 60_965_224


@pytest.mark.usefixtures("without_weights")
def test_parameters_at_a_small_size_are_those_of_its_layers():
    network = REGISTRY["alexnet"].build(input_shape=(67, 67, 1), classes=10)
    convolutions = 96 * (11 * 11 + 1) + 256 * (48 * 25 + 1) + 384 * (256 * 9 + 1) + (384 + 256) * (192 * 9 + 1)
    joined = 4096 * (256 + 1) + 4096 * (4096 + 1) + 10 * (4096 + 1)
    assert network.count_params() == convolutions + joined


def test_a_map_of_one_half_reaches_no_map_of_the_other_half():
    network = REGISTRY["alexnet"].build(input_shape=(67, 67, 1), classes=2)
    grouped = [layer for layer in network.layers if getattr(layer, "groups", 1) == 2]
    assert [layer.filters for layer in grouped] == [256, 384, 256]
    maps = np.random.default_rng(0).normal(size=(1, 5, 5, 96)).astype(np.float32)
    changed = maps.copy()
    changed[..., 0] += 1
    difference = np.abs(np.asarray(grouped[0](changed)) - np.asarray(grouped[0](maps))).max(axis=(0, 1, 2))
    assert difference[:128].max() > 0
    assert difference[128:].max() == 0


@pytest.mark.parametrize("neighbors", [3, 5])
def test_local_response_normalization_is_the_paper_s_sum_over_neighboring_maps(neighbors):
    maps = np.random.default_rng(0).normal(scale=50, size=(2, 3, 4, 7)).astype(np.float32)
    expected = np.empty_like(maps)
    for i in range(7):
        low, high = max(0, i - neighbors // 2), min(6, i + neighbors // 2)
        total = sum(maps[..., j].astype(float) ** 2 for j in range(low, high + 1))
        expected[..., i] = maps[..., i] / (2 + 1e-4 * total) ** 0.75
    assert np.asarray(local_response_normalization(maps, neighbors=neighbors)) == pytest.approx(expected, rel=1e-5)


def test_biases_start_where_the_paper_has_them():
    network = REGISTRY["alexnet"].build(input_shape=(67, 67, 1), classes=2)
    weighted = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)]
    assert [float(np.mean(layer.get_weights()[1])) for layer in weighted] == [0, 1, 0, 1, 1, 1, 1, 0]


@pytest.mark.slow
def test_training_gives_finite_losses(train_steps):
    assert np.isfinite(train_steps("alexnet")).all()
