import pytest

from modelzoo.architectures.registry import REGISTRY, find_variant, variants
from modelzoo.catalog.catalog import load_catalog

MODELS = load_catalog().models


@pytest.mark.parametrize("slug", REGISTRY)
def test_each_variant_is_one_of_a_model_that_the_catalog_builds_here(slug):
    model = MODELS[REGISTRY[slug].model]
    assert model.build.removeprefix("modelzoo:") in variants(model.slug)
    assert slug in variants(model.slug)


@pytest.mark.parametrize("slug", REGISTRY)
def test_a_variant_that_is_called_as_a_model_is_that_model_s_default(slug):
    assert slug not in MODELS or MODELS[slug].build == f"modelzoo:{slug}"


def test_a_model_of_keras_applications_has_no_variants_here():
    assert variants("resnet50") == ()
    assert variants("shufflenet") == ("shufflenetv1-x1-0-g3", "shufflenetv2-x0-5", "shufflenetv2-x1-0")


@pytest.mark.parametrize("name", ["ShuffleNetV2 x0.5", "shufflenetv2_x0_5", "shufflenetv2-x0-5"])
def test_a_variant_is_found_however_it_is_spelled(name):
    assert find_variant(name) == "shufflenetv2-x0-5"


def test_no_two_variants_are_spelled_alike():
    assert [find_variant(slug) for slug in REGISTRY] == list(REGISTRY)
    assert find_variant("resnet50") is None
