import numpy as np
import pytest

from modelzoo.architectures.registry import REGISTRY
from modelzoo.architectures.regnet import X_1_6GF, Y_1_6GF, stages

SLUGS = ("regnetx-1-6gf", "regnety-1-6gf")


@pytest.mark.parametrize(
    ("design", "expected"),
    [
        (X_1_6GF, [(72, 2), (168, 4), (408, 10), (912, 2)]),
        (Y_1_6GF, [(48, 2), (120, 6), (336, 17), (888, 2)]),
    ],
    ids=SLUGS,
)
def test_widths_and_depths_are_those_of_the_paper_s_tables(design, expected):
    assert stages(design) == expected


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "parameters"), [*zip(SLUGS, (9_190_136, 11_202_430), strict=True)])
def test_parameters_are_the_reference_s(trainable, slug, parameters):
    assert trainable(slug) == parameters


@pytest.mark.usefixtures("without_weights")
@pytest.mark.slow
def test_groups_are_24_maps_wide_and_pictures_may_be_colored():
    network = REGISTRY["regnetx-1-6gf"].build(input_shape=(32, 32, 3), classes=2)
    assert network.output_shape == (None, 2)
    grouped = [layer for layer in network.layers if getattr(layer, "groups", 1) > 1]
    assert len(grouped) == 18
    assert {layer.filters // layer.groups for layer in grouped} == {24}


@pytest.mark.slow
def test_training_gives_finite_losses(train_steps):
    assert np.isfinite(train_steps("regnetx-1-6gf")).all()
