import keras
import pytest

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.registry import REGISTRY, find_variant
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError

MODELS = load_catalog().models

QUICK = ("lenet", "alexnet", "googlenet", "squeezenet", "darknet19")


@pytest.mark.parametrize("slug", REGISTRY)
def test_each_variant_is_one_of_a_model_that_the_catalog_builds_here(slug):
    default = MODELS[REGISTRY[slug].model].build.removeprefix("modelzoo:")
    assert REGISTRY[default].model == REGISTRY[slug].model


@pytest.mark.parametrize("slug", REGISTRY)
def test_a_variant_that_is_called_as_a_model_is_that_model_s_default(slug):
    assert slug not in MODELS or MODELS[slug].build == f"modelzoo:{slug}"


@pytest.mark.parametrize("name", ["ShuffleNetV2 x0.5", "shufflenetv2_x0_5", "shufflenetv2-x0-5"])
def test_a_variant_is_found_however_it_is_spelled(name):
    assert find_variant(name) == "shufflenetv2-x0-5"


def test_no_two_variants_are_spelled_alike():
    assert [find_variant(slug) for slug in REGISTRY] == list(REGISTRY)
    assert find_variant("resnet50") is None


@pytest.mark.usefixtures("without_weights")
@pytest.mark.parametrize(
    "slug", [pytest.param(slug, marks=[] if slug.startswith(QUICK) else pytest.mark.slow) for slug in REGISTRY]
)
@pytest.mark.parametrize("channels", [1, 3])
def test_at_its_least_size_each_shrinking_layer_has_two_pixels_and_one_pixel_less_is_rejected(slug, channels):
    own = REGISTRY[slug]
    least = own.smallest_input
    network = own.build(input_shape=(least, least, channels), classes=5)
    assert network.name == slug
    assert [output.shape for output in network.outputs] == [(None, 5)] * (1 + len(own.auxiliary))
    assert min(shrunk_sides(network)) >= 2
    with pytest.raises(ZooError, match=f"{slug} takes {least}×{least} pixels at least, not {least}×{least - 1}"):
        find_builder(f"modelzoo:{slug}").build(input_shape=(least - 1, least, channels), classes=5)
    try:
        below = own.build(input_shape=(least - 1, least - 1, channels), classes=5)
    except ValueError:
        return
    assert min(shrunk_sides(below)) < 2


def shrunk_sides(network):
    """The least side of the input of each layer with strides, before any padding."""
    sides = []
    for layer in network.layers:
        if max(getattr(layer, "strides", None) or (1,)) == 1:
            continue
        source = layer.input._keras_history.operation
        padded = isinstance(source, keras.layers.ZeroPadding2D) or type(source).__name__ == "Pad"
        sides.append(min((source.input if padded else layer.input).shape[1:3]))
    return sides
