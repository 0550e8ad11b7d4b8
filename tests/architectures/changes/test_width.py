import keras
import numpy as np
import pytest
from keras import layers

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.changes import Changes
from modelzoo.architectures.changes.width import scale_width
from modelzoo.architectures.parts import classify, convolve_normalized, local_response_normalization, shuffle_channels
from modelzoo.architectures.registry import REGISTRY
from modelzoo.errors import ZooError

pytestmark = pytest.mark.xdist_group("keras")


def classified(pixels, maps):
    return keras.Model(pixels, classify(maps, 2), name="small")


def filters(network):
    return {layer.name: layer.filters for layer in network.layers if isinstance(layer, layers.Conv2D)}


def finite(network):
    return np.isfinite(np.asarray(network(np.zeros((1, *network.input_shape[1:]), np.float32)))).all()


def test_lenet5_has_half_the_filters_and_units_but_all_outputs():
    changed = find_builder("modelzoo:lenet5").build(input_shape=(32, 32, 1), classes=10, changes=Changes(width=0.5))
    inner = changed.get_layer("lenet5")
    assert filters(inner) == {"c1": 3, "c3": 8, "c5": 60}
    assert inner.get_layer("f6").units == 42
    assert changed.output_shape == (None, 10)
    assert finite(changed)


def test_what_is_added_gets_as_many_channels_however_it_is_rounded():
    pixels = keras.Input((8, 8, 3))
    joined = layers.Concatenate()([layers.Conv2D(5, 1, name="one")(pixels), layers.Conv2D(5, 1, name="two")(pixels)])
    maps = layers.Add()([joined, layers.Conv2D(10, 1, name="both")(joined)])
    changed = scale_width(classified(pixels, maps), 0.5, name="small")
    assert filters(changed) == {"one": 3, "two": 3, "both": 6}


def test_maps_that_are_added_to_the_pixels_keep_their_channels():
    pixels = keras.Input((8, 8, 3))
    inner = layers.Conv2D(3, 1, name="back")(layers.Conv2D(8, 1, name="inner")(pixels))
    changed = scale_width(classified(pixels, layers.Add()([pixels, inner])), 0.5, name="small")
    assert filters(changed) == {"inner": 4, "back": 3}


def test_joined_maps_that_are_added_to_the_pixels_are_refused():
    pixels = keras.Input((8, 8, 4))
    joined = layers.Concatenate()([layers.Conv2D(2, 1)(pixels), layers.Conv2D(2, 1)(pixels)])
    with pytest.raises(ZooError, match="width is 2; Small adds maps that would have 4 and 8 channels"):
        scale_width(classified(pixels, layers.Add()([pixels, joined])), 2.0, name="Small")


def test_convolutions_keep_their_groups_which_divide_what_they_get_and_give():
    pixels = keras.Input((8, 8, 3))
    maps = layers.Conv2D(12, 1, name="one")(pixels)
    maps = shuffle_channels(layers.Conv2D(12, 3, groups=3, name="grouped")(maps), 3)
    changed = scale_width(classified(pixels, maps), 0.7, name="small")
    assert filters(changed) == {"one": 9, "grouped": 9}
    assert changed.get_layer("grouped").groups == 3
    assert finite(changed)


def test_maps_that_are_joined_before_groups_are_rounded_so_that_these_divide_them():
    pixels = keras.Input((8, 8, 3))
    joined = layers.Concatenate()([layers.Conv2D(5, 1, name="one")(pixels), layers.Conv2D(7, 1, name="two")(pixels)])
    maps = layers.Conv2D(6, 1, groups=3, name="grouped")(joined)
    changed = scale_width(classified(pixels, maps), 0.5, name="small")
    assert filters(changed) == {"one": 3, "two": 3, "grouped": 3}


def test_depthwise_convolutions_follow_however_they_are_written():
    pixels = keras.Input((8, 8, 3))
    maps = layers.Conv2D(8, 1, name="one")(pixels)
    maps = layers.Conv2D(8, 3, groups=8, name="each")(layers.DepthwiseConv2D(3)(maps))
    changed = scale_width(classified(pixels, maps), 0.5, name="small")
    assert filters(changed)["each"] == changed.get_layer("each").groups == 4


def test_slices_gates_and_reshapes_follow():
    pixels = keras.Input((8, 8, 3))
    maps = convolve_normalized(pixels, 16, 1)
    halves = layers.Concatenate()([maps[..., :8], layers.Conv2D(8, 1)(maps[..., 8:])])
    means = layers.Reshape((1, 1, 16))(layers.GlobalAveragePooling2D()(halves))
    gate = layers.Conv2D(16, 1, activation="sigmoid", name="gate")(layers.Conv2D(4, 1, name="squeeze")(means))
    changed = scale_width(classified(pixels, layers.Multiply()([halves, gate])), 0.5, name="small")
    assert filters(changed)["gate"] == 8
    assert filters(changed)["squeeze"] == 2
    assert finite(changed)


def test_local_response_normalization_computes_the_same_of_fewer_channels():
    pixels = keras.Input((4, 4, 3))
    maps = layers.Conv2D(8, 1, name="one")(pixels)
    small = keras.Model(pixels, layers.Dense(2)(layers.Flatten()(local_response_normalization(maps))))
    changed = scale_width(small, 0.75, name="small")
    pictures = np.random.default_rng(0).normal(size=(1, 4, 4, 3)).astype(np.float32)
    cut = keras.Model(changed.input, changed.layers[-2].input)
    expected = local_response_normalization(changed.get_layer("one")(pictures))
    assert expected.shape[-1] == 6
    assert np.asarray(cut(pictures)) == pytest.approx(np.asarray(expected), abs=1e-6)


def test_a_factor_that_changes_no_layer_is_refused():
    with pytest.raises(ZooError, match=r"width is 1.001; every layer of lenet5 would keep its filters"):
        find_builder("modelzoo:lenet5").build(input_shape=(32, 32, 1), classes=5, changes=Changes(width=1.001))


def test_the_fixed_codes_and_table_of_lenet5_1998_are_refused():
    with pytest.raises(ZooError, match=r"width is 0.5; lenet5-1998 ends in RadialBasis, .* leave width out"):
        find_builder("modelzoo:lenet5-1998").build(input_shape=(32, 32, 1), classes=5, changes=Changes(width=0.5))


def test_a_layer_whose_channels_are_not_known_to_follow_is_refused():
    pixels = keras.Input((8, 8, 4))
    maps = layers.UpSampling2D()(layers.Conv2D(4, 1)(pixels))
    maps = keras.ops.repeat(maps, 2, axis=-1)
    with pytest.raises(
        ZooError, match=r"width cannot be changed: the number of channels of Repeat .* in Small is not known"
    ):
        scale_width(classified(pixels, maps), 0.5, name="Small")


@pytest.mark.slow
@pytest.mark.usefixtures("without_weights")
def test_mobilenet_has_as_many_parameters_as_keras_gives_it_at_alpha_one_half():
    expected = keras.applications.MobileNet(
        weights=None, alpha=0.5, input_shape=(32, 32, 1), classes=5, classifier_activation=None
    )
    changed = find_builder("keras:MobileNet").build(input_shape=(32, 32, 1), classes=5, changes=Changes(width=0.5))
    assert changed.count_params() == expected.count_params()


@pytest.mark.slow
@pytest.mark.parametrize(
    "build",
    [
        "keras:ResNet50",
        "keras:EfficientNetB0",
        "keras:VGG16",
        "modelzoo:shufflenetv2-x0-5",
        "modelzoo:shufflenetv1-x1-0-g3",
    ],
)
def test_half_the_width_is_about_a_quarter_of_the_parameters(build):
    plain, changed = (
        find_builder(build).build(input_shape=(32, 32, 1), classes=2, changes=changes)
        for changes in (Changes(), Changes(width=0.5))
    )
    assert 0.24 < changed.count_params() / plain.count_params() < 0.31
    assert finite(changed)


@pytest.mark.slow
@pytest.mark.parametrize("factor", [0.3, 0.77, 1.1])
@pytest.mark.parametrize("slug", ["shufflenetv1-x1-0-g3", "shufflenetv2-x1-0", "cspresnet50", "regnety-1-6gf"])
def test_networks_that_divide_their_channels_are_built_at_any_width(slug, factor):
    network = REGISTRY[slug].build(input_shape=(32, 32, 1), classes=2)
    assert finite(scale_width(network, factor, name=slug))
