import re

import keras
import numpy as np
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.changes import UNCHANGED, Changes, apply_changes
from modelzoo.architectures.registry import REGISTRY
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError

pytestmark = pytest.mark.xdist_group("keras")

EACH = {
    "activation": Changes(activation="leaky_relu"),
    "dropout": Changes(dropout=0.3),
    "batch_norm": Changes(batch_norm=True),
    "width": Changes(width=0.5),
    "depth": Changes(depth=2.0),
}
BUILDS = sorted(
    {model.build for model in load_catalog().models.values() if model.build.startswith("keras:")}
    | {f"modelzoo:{slug}" for slug in REGISTRY}
)
# Each change, why it is refused (words of the message), and by which networks; all others make it.
REFUSALS = (
    ("activation", "ends in RadialBasis", "lenet5-1998"),
    ("dropout", "ends in RadialBasis", "lenet5-1998"),
    ("width", "ends in RadialBasis", "lenet5-1998"),
    (
        "batch_norm",
        "has a normalization before its activation",
        "ConvNeXtBase ConvNeXtLarge ConvNeXtSmall ConvNeXtTiny ConvNeXtXLarge cspdarknet53 cspresnet50 darknet19 "
        "darknet53 DenseNet121 DenseNet169 DenseNet201 EfficientNetB0 EfficientNetB1 EfficientNetB2 EfficientNetB3 "
        "EfficientNetB4 EfficientNetB5 EfficientNetB6 EfficientNetB7 EfficientNetV2B0 EfficientNetV2B1 "
        "EfficientNetV2B2 EfficientNetV2B3 EfficientNetV2L EfficientNetV2M EfficientNetV2S InceptionV3 MobileNet "
        "MobileNetV2 MobileNetV3Small NASNetLarge NASNetMobile regnetx-1-6gf regnety-1-6gf ResNet50 ResNet50V2 "
        "ResNet101 ResNet101V2 ResNet152 ResNet152V2 senet154 shufflenetv1-x1-0-g3 shufflenetv2-x0-5 "
        "shufflenetv2-x1-0 Xception",
    ),
    (
        "depth",
        "has no residual blocks",
        "alexnet darknet19 DenseNet121 DenseNet169 DenseNet201 googlenet googlenet-auxiliary InceptionV3 lenet5 "
        "lenet5-1998 MobileNet NASNetLarge NASNetMobile shufflenetv2-x0-5 shufflenetv2-x1-0 squeezenet1-0 "
        "squeezenet1-1 VGG16 VGG19",
    ),
)
SMALL = (
    "modelzoo:lenet5",
    "modelzoo:alexnet",
    "modelzoo:shufflenetv2-x0-5",
    "keras:MobileNetV3Small",
    "keras:ResNet50",
)


def name_of(build):
    return build.partition(":")[2]


def expected_refusals(build):
    """The changes that the network refuses, and why."""
    return {change: why for change, why, names in REFUSALS if name_of(build) in names.split()}


def refusal(build, change, why):
    """What the message has: the change, the network and the reason, in this order."""
    return f"^{change} is .*{re.escape(name_of(build))}.*{why}"


def test_an_unchanged_network_is_the_one_that_was_built():
    network = REGISTRY["lenet5"].build(input_shape=(32, 32, 1), classes=5)
    assert apply_changes(network, UNCHANGED) is network
    assert apply_changes(network, Changes(width=1.0, depth=1.0)) is network


def test_all_changes_are_made_together_and_one_step_of_training_moves_every_weight():
    keras.utils.set_random_seed(0)
    changes = Changes(activation="elu", dropout=0.2, batch_norm=True, width=2.0)
    network = find_builder("modelzoo:lenet5").build(input_shape=(32, 32, 1), classes=4, changes=changes)
    before = [np.asarray(weight) for weight in network.trainable_weights]
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    pictures = np.random.default_rng(0).uniform(0, 255, (8, 32, 32, 1)).astype(np.float32)
    network.fit(pictures, np.arange(8) % 4, epochs=1, verbose=0)
    assert all(
        not np.array_equal(old, np.asarray(new)) for old, new in zip(before, network.trainable_weights, strict=True)
    )


def test_the_changed_network_keeps_its_pixel_contract_and_its_name():
    network = find_builder("modelzoo:lenet5").build(input_shape=(32, 32, 1), classes=4, changes=EACH["dropout"])
    assert [layer.name for layer in network.layers][-1] == "lenet5"
    assert isinstance(network.layers[1], keras.layers.Rescaling)


@pytest.mark.slow
@pytest.mark.parametrize("change", EACH)
@pytest.mark.parametrize("build", SMALL)
def test_each_change_gives_finite_logits_and_a_finite_loss_or_is_refused_as_expected(build, change):
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    side = max(32, find_builder(build).smallest_input)
    if why := expected_refusals(build).get(change):
        with pytest.raises(ZooError, match=refusal(build, change, why)):
            find_builder(build).build(input_shape=(side, side, 1), classes=4, changes=EACH[change])
        return
    network = find_builder(build).build(input_shape=(side, side, 1), classes=4, changes=EACH[change])
    pictures = np.random.default_rng(0).uniform(0, 255, (4, side, side, 1)).astype(np.float32)
    # Before the step: after one, ResNet50's running statistics fit so little that even unchanged it gives 1e25.
    assert np.isfinite(np.asarray(network(pictures, training=False))).all()
    loss = find_builder(build).loss or keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile("sgd", loss, run_eagerly=True)  # a graph takes longer to trace than one step takes
    assert np.isfinite(network.train_on_batch(pictures, np.arange(4)))


def test_the_networks_that_are_said_to_refuse_a_change_are_there():
    there = {name_of(build) for build in (*BUILDS, *SMALL)}
    assert [name for _, _, names in REFUSALS for name in names.split() if name not in there] == []


@pytest.mark.every_model
@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize("build", BUILDS)
def test_each_change_of_every_network_is_built_or_refused_as_expected(build):
    side = max(32, find_builder(build).smallest_input)
    refused = {}
    for change, changes in EACH.items():
        try:
            network = find_builder(build).build(input_shape=(side, side, 1), classes=4, changes=changes)
        except ZooError as error:
            refused[change] = str(error)
        else:
            shape = network.output_shape
            assert (shape[0] if isinstance(shape, list) else shape) == (None, 4)
    expected = expected_refusals(build)
    assert refused.keys() == expected.keys(), refused
    for change, why in expected.items():
        assert re.search(refusal(build, change, why), refused[change])
