from pathlib import Path

import pytest

from modelzoo.base import paths
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.variants import Variant, read_variants

HEADER = "slug,model,params,trainable"


def read(folder: Path, *rows: str, header: str = HEADER) -> tuple[dict[str, tuple[Variant, ...]], list[str]]:
    path = folder / "variants.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_variants(path, {"a": None, "b": None})


def test_the_shipped_variants_are_of_models_that_this_project_builds() -> None:
    catalog = load_catalog()
    assert read_variants(paths.CATALOG / "variants.csv", catalog.models)[1] == []
    built = {model.slug for model in catalog.models.values() if model.build.startswith("modelzoo:")}
    assert set(catalog.variants) == built


def test_the_default_variant_has_the_counts_of_the_built_network() -> None:
    catalog = load_catalog()
    for slug, variants in catalog.variants.items():
        default = catalog.models[slug].build.removeprefix("modelzoo:")
        (figures,) = [variant.counts for variant in variants if variant.slug == default]
        built = catalog.sources["built"].rows[slug]
        assert {key: figure.text for key, figure in figures.items()} == {key: built[key].text for key in figures}


def test_variants_are_read_by_their_model(tmp_path: Path) -> None:
    variants, faults = read(tmp_path, "a1,a,5,4", "b1,b,7,7", "a2,a,6,6")
    assert faults == []
    assert {model: [item.slug for item in items] for model, items in variants.items()} == {
        "a": ["a1", "a2"],
        "b": ["b1"],
    }
    assert variants["a"][0].counts["trainable"].value == 4


def test_a_catalog_without_the_file_has_no_variants(tmp_path: Path) -> None:
    assert read_variants(tmp_path / "variants.csv", {}) == ({}, [])


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (["a1,a,5,4", "a1,a,5,4"], "variants.csv:3: slug 'a1' is in two rows"),
        (["c1,c,5,4"], "variants.csv:2: model 'c' is not in models.csv"),
        (["a1,a,,4"], "variants.csv:2: variant 'a1' lacks a count"),
        (["a1,a,many,4"], "variants.csv:2: params is 'many'"),
    ],
)
def test_a_faulty_row_is_named(tmp_path: Path, rows: list[str], fault: str) -> None:
    assert any(fault in found for found in read(tmp_path, *rows)[1])


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    assert "column model is missing" in read(tmp_path, "a1,5,4", header="slug,params,trainable")[1][0]
