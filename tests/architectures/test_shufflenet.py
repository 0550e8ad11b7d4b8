import numpy as np
import pytest

from modelzoo.architectures.parts import average_padded, pool_padded, shuffle_channels
from modelzoo.architectures.registry import REGISTRY

SLUGS = ("shufflenetv1-x1-0-g3", "shufflenetv2-x0-5", "shufflenetv2-x1-0")


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "parameters"), [*zip(SLUGS, (1_865_728, 1_366_792, 2_278_604), strict=True)])
def test_parameters_are_the_reference_s(trainable, slug, parameters):
    assert trainable(slug) == parameters


@pytest.mark.parametrize(("groups", "expected"), [(2, [0, 3, 1, 4, 2, 5]), (3, [0, 2, 4, 1, 3, 5])])
def test_channels_are_dealt_out_one_of_each_group_in_turn(groups, expected):
    maps = np.random.default_rng(0).normal(size=(2, 3, 4, 6)).astype(np.float32)
    assert np.array_equal(np.asarray(shuffle_channels(maps, groups)), maps[..., expected])


def test_a_padded_pool_never_takes_its_padding():
    maps = -1 - np.random.default_rng(0).random((1, 4, 4, 1)).astype(np.float32)
    expected = [[maps[0, :2, :2].max(), maps[0, :2, 1:].max()], [maps[0, 1:, :2].max(), maps[0, 1:, 1:].max()]]
    assert np.asarray(pool_padded(maps))[0, ..., 0] == pytest.approx(np.array(expected))


def test_a_padded_mean_counts_the_zeros_around():
    assert np.asarray(average_padded(np.ones((1, 4, 4, 1), np.float32)))[0, ..., 0] == pytest.approx(
        np.array([[4, 6], [6, 9]]) / 9
    )


@pytest.mark.slow
def test_groups_of_version_1_meet_through_the_shuffle_alone():
    network = REGISTRY["shufflenetv1-x1-0-g3"].build(input_shape=(32, 32, 1), classes=2)
    grouped = [layer for layer in network.layers if getattr(layer, "groups", 1) == 3]
    assert len(grouped) == 2 * 16 - 1
    layer = grouped[0]
    maps = np.random.default_rng(0).normal(size=(1, 2, 2, 60)).astype(np.float32)
    changed = maps.copy()
    changed[..., 0] += 1
    difference = np.abs(np.asarray(layer(changed)) - np.asarray(layer(maps))).max(axis=(0, 1, 2))
    third = layer.filters // 3
    assert difference[:third].min() > 0
    assert difference[third:].max() == 0


@pytest.mark.slow
def test_training_gives_finite_losses(train_steps):
    assert np.isfinite(train_steps("shufflenetv2-x0-5")).all()
