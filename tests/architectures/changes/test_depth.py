import sys

import keras
import numpy as np
import pytest
from keras import layers

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.changes import Changes, apply_changes
from modelzoo.architectures.changes.depth import find_stages, scale_depth
from modelzoo.architectures.graph import flat, graph_of
from modelzoo.architectures.residual import residual_blocks
from modelzoo.errors import ZooError

pytestmark = pytest.mark.xdist_group("keras")


def block(maps, filters, name, *, projected=False):
    inner = layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_1")(maps)
    inner = layers.Conv2D(filters, 3, padding="same", name=f"{name}_2")(inner)
    beside = layers.Conv2D(filters, 1, name=f"{name}_0")(maps) if projected else maps
    return layers.ReLU(name=f"{name}_out")(layers.Add(name=f"{name}_add")([beside, inner]))


def network(*counts, stem=True):
    """Stages of that many blocks, the first of each projecting."""
    pixels = maps = keras.Input((8, 8, 3))
    if stem:
        maps = layers.Conv2D(4, 3, padding="same", activation="relu", name="stem")(pixels)
    for stage, count in enumerate(counts):
        for place in range(count):
            maps = block(maps, 4 + 4 * stage, f"s{stage}b{place}", projected=not place)
    return keras.Model(pixels, layers.Dense(2, name="logits")(layers.GlobalAveragePooling2D()(maps)), name="small")


def counts(network, stages=2):
    """The additions of each stage."""
    names = [layer.name for layer in network.layers if isinstance(layer, layers.Add)]
    return [sum(name.startswith(f"s{stage}") for name in names) for stage in range(stages)]


@pytest.mark.parametrize(
    ("factor", "expected"),
    [(0.01, [1, 1]), (0.34, [1, 2]), (0.5, [2, 3]), (1.2, [4, 6]), (2.0, [6, 10]), (1 / 3, [1, 2])],
)
def test_the_blocks_of_each_stage_are_multiplied_and_the_first_stays(factor, expected):
    changed = scale_depth(network(3, 5), factor, name="small")
    assert counts(changed) == expected
    assert {"s0b0_0", "s1b0_0"} <= {layer.name for layer in changed.layers}


def test_repeated_blocks_have_weights_of_their_own_and_the_last_of_the_stage_s_form():
    changed = scale_depth(network(2, 2), 2, name="small")
    extra = 2 * (2 * (9 * 4 * 4 + 4) + 2 * (9 * 8 * 8 + 8))
    assert changed.count_params() == network(2, 2).count_params() + extra
    names = [layer.name for layer in changed.layers if layer.name.startswith("s0b1_1")]
    assert names == ["s0b1_1", "s0b1_1_repeat1", "s0b1_1_repeat2"]
    weights = [changed.get_layer(name).get_weights()[0] for name in names]
    assert not np.array_equal(weights[1], weights[2])


def test_the_activation_of_a_block_goes_with_it():
    changed = scale_depth(network(3, 3), 0.34, name="small")
    assert [layer.name for layer in changed.layers if isinstance(layer, layers.ReLU)] == ["s0b0_out", "s1b0_out"]


def test_layers_that_stay_keep_their_weights():
    small = network(2, 2)
    changed = apply_changes(small, Changes(depth=0.5))
    for name in ("stem", "s1b0_2", "logits"):
        assert np.array_equal(changed.get_layer(name).get_weights()[0], small.get_layer(name).get_weights()[0])


# The second stem is built like a block, but is the network's first layers.
@pytest.mark.parametrize("kernels", [(7,), (3, 3)])
def test_of_blocks_without_a_projecting_one_the_first_stays(kernels):
    pixels = maps = keras.Input((8, 8, 3))
    for kernel in kernels:
        maps = layers.Conv2D(4, kernel, padding="same")(maps)
    for place in range(3):
        maps = block(maps, 4, f"s0b{place}")
    small = keras.Model(pixels, layers.Dense(2)(layers.GlobalAveragePooling2D()(maps)))
    assert counts(scale_depth(small, 0.01, name="small"), stages=1) == [1]
    assert counts(scale_depth(small, 2, name="small"), stages=1) == [6]


def test_a_block_that_others_look_into_is_none():
    pixels = keras.Input((8, 8, 4))
    maps = layers.Conv2D(4, 3, padding="same")(pixels)
    inner = layers.Conv2D(4, 3, padding="same")(maps)
    joined = layers.Concatenate()([layers.Add()([maps, inner]), inner])
    small = keras.Model(pixels, layers.Dense(2)(layers.GlobalAveragePooling2D()(joined)))
    assert len(list(residual_blocks(graph_of(small)))) == 1
    with pytest.raises(ZooError, match="depth is 2; Cell has no residual blocks"):
        scale_depth(small, 2, name="Cell")


def test_a_network_without_residual_blocks_is_refused():
    with pytest.raises(
        ZooError, match=r"depth is 0.5; lenet5 has no residual blocks to leave out or repeat; leave depth"
    ):
        find_builder("modelzoo:lenet5").build(input_shape=(32, 32, 1), classes=5, changes=Changes(depth=0.5))


def test_a_factor_that_changes_no_stage_is_refused():
    with pytest.raises(ZooError, match="the stages of small would keep their 3, 5 blocks"):
        scale_depth(network(3, 5), 1.05, name="small")


# Blocks of ResNet50's stages beyond the first, of f, f and 4f filters, from 4f maps: three convolutions with biases,
# and four figures of normalization for each filter.
@pytest.mark.slow
@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize(("factor", "further"), [(2, (3, 4, 6, 3)), (0.5, (-1, -2, -3, -1)), (0.01, (-2, -3, -5, -2))])
def test_resnet50_has_exactly_the_parameters_of_its_blocks(factor, further):
    plain = find_builder("keras:ResNet50").build(input_shape=(32, 32, 1), classes=5)
    changed = find_builder("keras:ResNet50").build(input_shape=(32, 32, 1), classes=5, changes=Changes(depth=factor))
    each = [(4 * f * f + f) + (9 * f * f + f) + (4 * f * f + 4 * f) + 4 * 6 * f for f in (64, 128, 256, 512)]
    expected = sum(count * params for count, params in zip(further, each, strict=True))
    assert changed.count_params() - plain.count_params() == expected


# From the papers' tables: how many blocks have a bare shortcut, and how many others are of their stage. ResNetV2's last
# block of a stage pools its shortcut; stages of ConvNeXt, DarkNet and CSPNet begin with a convolution that is no block,
# and Xception's middle flow with a block that is built otherwise.
STAGES = {
    "keras:ResNet50": [(2, 1), (3, 1), (5, 1), (2, 1)],
    "keras:ResNet50V2": [(1, 2), (2, 2), (4, 2), (2, 1)],
    "keras:ConvNeXtTiny": [(3, 0), (3, 0), (9, 0), (3, 0)],
    "keras:MobileNetV2": [(1, 1), (2, 1), (3, 1), (2, 1), (2, 1)],
    "keras:EfficientNetB1": [(1, 1), (2, 1), (2, 1), (3, 1), (3, 1), (4, 1), (1, 1)],
    "keras:Xception": [(8, 0)],
    "modelzoo:darknet53": [(1, 0), (2, 0), (8, 0), (8, 0), (4, 0)],
    "modelzoo:cspresnet50": [(3, 0), (3, 0), (5, 0), (2, 0)],
    "modelzoo:shufflenetv1-x1-0-g3": [(3, 1), (7, 1), (3, 1)],
    "modelzoo:regnetx-1-6gf": [(1, 1), (3, 1), (9, 1), (1, 1)],
}


@pytest.mark.slow
@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize("build", STAGES)
def test_the_stages_of_a_network_are_those_of_its_paper(build):
    side = max(32, find_builder(build).smallest_input)
    network = find_builder(build).build(input_shape=(side, side, 1), classes=2)
    found = find_stages(graph_of(flat(network.layers[-1])))
    assert [(len(stage.blocks), stage.others) for stage in found] == STAGES[build]


def test_a_network_deeper_than_python_recurses_is_built():
    limit = sys.getrecursionlimit()
    pixels = keras.Input((1, 1, 4))
    inner = pixels
    for _ in range(100):
        inner = layers.Activation("linear")(inner)
    maps = layers.Add(name="s0b0")([layers.Conv2D(4, 1)(inner), pixels])
    small = keras.Model(pixels, layers.Dense(2)(layers.GlobalAveragePooling2D()(maps)))
    assert counts(scale_depth(small, 12, name="small"), stages=1) == [12]
    assert sys.getrecursionlimit() == limit
