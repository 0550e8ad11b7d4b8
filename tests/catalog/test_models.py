import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from modelzoo.base import paths
from modelzoo.catalog.models import COLUMNS, Model, read_models, slugify

MODELS, FAULTS = read_models(paths.CATALOG / "models.csv")
ROW = "vgg16,VGG16,2014,VGG,keras:VGG16,32,단순,simple"


def read(folder: Path, *rows: str, header: str = ",".join(COLUMNS)) -> tuple[dict[str, Model], list[str]]:
    path = folder / "models.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_models(path)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Inception-ResNet v2", "inceptionresnetv2"),
        ("LeNet-5", "lenet5"),
        ("EfficientNet_B1", "efficientnetb1"),
        ("  ", ""),
    ],
)
def test_a_slug_is_letters_and_digits_in_lower_case(name: str, slug: str) -> None:
    assert slugify(name) == slug


def test_the_shipped_models_begin_with_those_of_the_deck_in_its_order() -> None:
    assert FAULTS == []
    with (paths.CATALOG / "slides" / "by_year.csv").open(encoding="utf-8", newline="") as file:
        printed = [row["모델"] for row in csv.DictReader(file)]
    assert [model.name for model in MODELS.values()][:28] == printed


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_shipped_model_says_all_that_is_known_of_it(model: Model) -> None:
    assert model.slug == slugify(model.name)
    assert model.year is not None
    assert 1998 <= model.year <= datetime.now(UTC).year
    assert model.family
    assert model.highlights_en
    assert (model.min_size is not None) == bool(model.build)


def test_the_smallest_inputs_are_those_that_keras_refuses_to_go_below() -> None:
    models = [model for model in MODELS.values() if model.build.startswith("keras:")]
    special = {model.slug: model.min_size for model in models if model.min_size != 32}
    assert special == {"xception": 71, "inceptionv3": 75, "inceptionresnetv2": 75}


@pytest.mark.slow
def test_every_builder_that_a_model_names_exists() -> None:
    from modelzoo.architectures.builder import find_builder

    for model in MODELS.values():
        if model.build:
            assert find_builder(model.build).smallest_input == model.min_size


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([ROW, ROW], "models.csv:3: slug 'vgg16' is in two rows"),
        ([ROW.replace("vgg16", "vgg-16", 1)], "models.csv:2: slug is 'vgg-16'; expected 'vgg16'"),
        ([ROW.replace("2014", "14")], "models.csv:2: year is '14'"),
        ([ROW.replace("keras:VGG16", "VGG16")], "models.csv:2: build is 'VGG16'"),
        ([ROW.replace(",32,", ",,")], "models.csv:2: build and min_size must both be given"),
        ([ROW.replace(",32,", ",-1,")], "models.csv:2: min_size is '-1'"),
        ([ROW.replace("VGG16,2014", "?,2014")], "models.csv:2: name is '?'"),
    ],
)
def test_a_faulty_row_is_named(tmp_path: Path, rows: list[str], fault: str) -> None:
    assert any(fault in found for found in read(tmp_path, *rows)[1])


def test_a_missing_and_an_unknown_column_are_named(tmp_path: Path) -> None:
    faults = read(tmp_path, ROW, header=",".join(COLUMNS).replace("family", "clan"))[1]
    assert any("column family is missing" in fault for fault in faults)
    assert any("column 'clan' is unknown" in fault for fault in faults)
