import keras
import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.parts import pool_rounding_up
from modelzoo.architectures.registry import REGISTRY


@pytest.mark.parametrize(("slug", "parameters"), [("googlenet", 6_998_552), ("googlenet-auxiliary", 13_378_280)])
def test_parameters_are_the_paper_s_network_s(trainable, slug, parameters):
    assert trainable(slug) == parameters


@pytest.mark.usefixtures("without_weights")
def test_maps_are_those_of_the_paper_s_table():
    network = REGISTRY["googlenet"].build(input_shape=(224, 224, 3), classes=1000)
    joined = [layer.output.shape[1:] for layer in network.layers if isinstance(layer, keras.layers.Concatenate)]
    widths = [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    assert joined == [(side, side, width) for side, width in zip([28] * 2 + [14] * 5 + [7] * 2, widths, strict=True)]


@pytest.mark.parametrize("side", [7, 8])
def test_a_pool_that_rounds_up_reaches_over_the_edge_where_the_side_is_even(side):
    maps = np.random.default_rng(0).random((1, side, side, 1)).astype(np.float32)
    count = -(-(side - 3) // 2) + 1
    expected = [
        [maps[0, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3, 0].max() for column in range(count)]
        for row in range(count)
    ]
    assert np.asarray(pool_rounding_up(maps))[0, ..., 0] == pytest.approx(np.array(expected))


@pytest.mark.usefixtures("without_weights")
def test_auxiliary_classifiers_stand_behind_the_logits_and_can_be_cut_off():
    network = find_builder("modelzoo:googlenet-auxiliary").build(input_shape=(79, 79, 1), classes=6)
    assert [output.shape for output in network.outputs] == [(None, 6)] * 3
    assert len(REGISTRY["googlenet-auxiliary"].auxiliary) == 2
    inner = REGISTRY["googlenet-auxiliary"].build(input_shape=(79, 79, 1), classes=6)
    without = keras.Model(inner.inputs, inner.outputs[0])
    plain = REGISTRY["googlenet"].build(input_shape=(79, 79, 1), classes=6)
    assert without.count_params() == plain.count_params()


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["googlenet", "googlenet-auxiliary"])
def test_training_gives_finite_losses(train_steps, slug):
    assert np.isfinite(train_steps(slug)).all()
