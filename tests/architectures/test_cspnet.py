import keras
import numpy as np
import pytest

from modelzoo.architectures.registry import REGISTRY

SLUGS = ("cspresnet50", "cspdarknet53")


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "parameters"), [*zip(SLUGS, (21_616_168, 27_642_184), strict=True)])
def test_parameters_are_the_reference_s(trainable, slug, parameters):
    assert trainable(slug) == parameters


@pytest.mark.usefixtures("without_weights")
@pytest.mark.slow
def test_half_of_a_stage_s_maps_pass_by_its_blocks():
    network = REGISTRY["cspresnet50"].build(input_shape=(32, 32, 3), classes=2)
    assert network.output_shape == (None, 2)
    joined = [layer for layer in network.layers if isinstance(layer, keras.layers.Concatenate)]
    assert [[side.shape[-1] for side in layer.input] for layer in joined] == [[n, n] for n in (128, 256, 512, 1024)]
    assert all(layer.input[0]._keras_history.operation.name.startswith("get_item") for layer in joined)


@pytest.mark.slow
def test_training_gives_finite_losses(train_steps):
    assert np.isfinite(train_steps("cspresnet50")).all()
