import pytest

from modelzoo.architectures.registry import REGISTRY, find_variant
from modelzoo.catalog.catalog import load_catalog

MODELS = load_catalog().models


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
