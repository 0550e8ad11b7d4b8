"""The list of variants, and the description of one."""

import pytest

from modelzoo.architectures.registry import REGISTRY
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.describe import Description, describe
from modelzoo.catalog.variant_listing import VariantDescription, list_variants


def test_every_network_of_the_project_is_listed_and_each_model_has_one_default() -> None:
    variants = list_variants(load_catalog()).variants
    assert {variant.slug for variant in variants} == set(REGISTRY)
    defaults = [variant.model for variant in variants if variant.default]
    assert sorted(defaults) == sorted({variant.model for variant in variants})


def test_the_table_has_the_parameters() -> None:
    rows = {row[0]: row[1:] for row in list_variants(load_catalog()).table().cells()}
    assert rows["shufflenetv2-x1-0"] == ["ShuffleNet", "2,294,784", "2,278,604", ""]
    assert rows["lenet5"][-1] == "yes"


@pytest.mark.parametrize("name", ["shufflenetv2-x1-0", "ShuffleNetV2_x1.0"])
def test_a_variant_is_described_in_any_spelling(name: str) -> None:
    described = describe(load_catalog(), name)
    assert isinstance(described, VariantDescription)
    assert described.to_dict() == {
        "slug": "shufflenetv2-x1-0",
        "model": "shufflenet",
        "name": "ShuffleNet",
        "params": 2_294_784,
        "trainable": 2_278_604,
        "default": False,
        "others": ("shufflenetv1-x1-0-g3", "shufflenetv2-x0-5"),
    }


def test_a_name_of_model_and_variant_is_the_model_which_names_its_variants() -> None:
    described = describe(load_catalog(), "lenet5")
    assert isinstance(described, Description)
    assert described.variants == ("lenet5", "lenet5-1998")
    assert any(note.startswith("Variants: lenet5, lenet5-1998;") for note in described.table().notes)
