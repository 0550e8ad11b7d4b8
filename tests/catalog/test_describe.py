import pytest
from msgspec.structs import replace

from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.describe import describe
from modelzoo.errors import ZooError

CATALOG = load_catalog()


def test_every_figure_stands_beside_its_source_as_printed() -> None:
    table = describe(CATALOG, "ResNet-50").table()
    assert [column.key for column in table.columns] == ["criterion", "slides", "keras", "torchvision", "built"]
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["Top-1 (%)"] == ["76.0", "74.9", "76.13", None]
    assert rows["Params"] == ["25.6M", "25.6M", "25557032", "25636712"]


def test_the_notes_name_conditions_weights_and_disagreements() -> None:
    table = describe(CATALOG, "resnet50").table()
    notes = "\n".join(table.notes)
    assert "built by Keras Applications' ResNet50, from 32×32 pixels" in table.caption
    assert "잔차 연결, 깊은 네트워크" in notes
    assert "ResNet50_Weights.IMAGENET1K_V1" in notes
    assert "hardware, batch and precision not stated" in notes
    assert "https://keras.io/api/applications/" in notes
    assert "Audit: the row in slides is ResNet50V2's" in notes


def test_a_model_that_nothing_builds_says_so() -> None:
    unbuilt = replace(CATALOG, models=CATALOG.models | {"cspnet": replace(CATALOG.models["cspnet"], build="")})
    caption = describe(unbuilt, "CSPNet").table().caption
    assert caption.endswith("no builder is known; `zoo bench` takes one of your own, package.module:function.")


def test_json_has_each_figure_with_its_rounding() -> None:
    found = describe(CATALOG, "vgg16").to_dict()
    slides = next(source for source in found["sources"] if source["key"] == "slides")
    assert slides["figures"]["params"] == {"value": 138e6, "printed": "138M", "rounded_by": 500_000.0}
    assert [finding["slug"] for finding in found["findings"]] == ["vgg16"] * len(found["findings"])


@pytest.mark.parametrize("slug", CATALOG.models)
def test_every_model_can_be_shown(slug: str) -> None:
    assert describe(CATALOG, slug).table().cells() is not None


def test_an_unknown_model_is_an_error() -> None:
    with pytest.raises(ZooError, match="did you mean 'vgg19' or 'vgg16'"):
        describe(CATALOG, "vgg 61")
