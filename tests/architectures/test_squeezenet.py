import keras
import numpy as np
import pytest

from modelzoo.architectures.registry import REGISTRY


@pytest.mark.parametrize(("slug", "parameters"), [("squeezenet1-0", 1_248_424), ("squeezenet1-1", 1_235_496)])
def test_parameters_are_the_reference_s(trainable, slug, parameters):
    assert trainable(slug) == parameters


@pytest.mark.usefixtures("without_weights")
def test_maps_shrink_where_the_paper_s_table_has_them():
    network = REGISTRY["squeezenet1-0"].build(input_shape=(227, 227, 3), classes=1000)
    sides = [layer.output.shape[1] for layer in network.layers if isinstance(layer, keras.layers.Concatenate)]
    assert network.layers[1].output.shape[1:] == (111, 111, 96)
    assert sides == [55, 55, 55, 27, 27, 27, 27, 13]


@pytest.mark.slow
def test_training_gives_finite_losses(train_steps):
    assert np.isfinite(train_steps("squeezenet1-1")).all()
