import pytest

from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.listing import list_models
from modelzoo.errors import ZooError
from modelzoo.tables.table import render

CATALOG = load_catalog()


def slugs(**options: object) -> list[str]:
    return [model.slug for model in list_models(CATALOG, **options).models]  # type: ignore[arg-type]


def test_without_a_sort_the_models_stand_in_the_catalog_s_order() -> None:
    assert slugs() == list(CATALOG.models)[:28]


def test_the_best_stands_first_and_the_missing_last() -> None:
    by_gpu = slugs(sort="gpu")
    assert by_gpu[:3] == ["mobilenet", "mobilenetv2", "resnet50"]
    assert by_gpu[13] == "efficientnetb7"
    assert by_gpu[14:] == [slug for slug in CATALOG.models if slug in set(by_gpu[14:])]
    assert slugs(sort="top5")[0] == "efficientnetb7"
    assert slugs(sort="params")[0] == "lenet5"
    assert slugs(sort="year")[0] == "lenet5"


def test_equal_ones_keep_the_catalog_s_order() -> None:
    by_top5 = slugs(sort="top5")
    assert by_top5.index("googlenet") + 1 == by_top5.index("densenet121")


def test_the_sense_may_be_given() -> None:
    assert slugs(sort="year:max")[0] == "convnextbase"
    assert slugs(sort="gpu:max")[0] == "efficientnetb7"
    assert slugs(sort="gpu:max")[14:] == slugs(sort="gpu")[14:]


@pytest.mark.parametrize(("sort", "message"), [("gpuu", "did you mean 'gpu'"), ("gpu:best", ":max or :min")])
def test_a_wrong_sort_is_an_error(sort: str, message: str) -> None:
    with pytest.raises(ZooError, match=message):
        list_models(CATALOG, sort=sort)


def test_columns_are_the_criteria_that_the_sources_print() -> None:
    assert [item.key for item in list_models(CATALOG).decision.criteria] == [
        "year",
        "size",
        "params",
        "top1",
        "top5",
        "gpu",
    ]
    assert "depth" in [item.key for item in list_models(CATALOG, sources=["keras"]).decision.criteria]


def test_filled_cells_are_marked_and_the_caption_says_from_where() -> None:
    table = list_models(CATALOG, sources=["slides", "keras"], where="top5>=90 and params>130M").table()
    assert "* filled from keras" in table.caption
    row = table.cells()[-1]
    assert row[0] == "VGG19"
    assert "90.0*" in row
    assert "1 of 47 models" in table.caption
    assert "*" not in "".join(cell for cells in list_models(CATALOG).table().cells() for cell in cells)


def test_csv_and_json_carry_plain_numbers() -> None:
    listing = list_models(CATALOG, sources=["slides", "keras"], where="params>138M and top5>=90")
    assert "vgg19,2014" not in render(listing.table(), "csv")
    assert "VGG19,2014,549.0,143700000,71.3,90.0," in render(listing.table(), "csv")
    (vgg19,) = listing.to_dict()["models"]
    assert vgg19["values"]["params"] == 143_700_000
    assert vgg19["origins"] == dict.fromkeys(("size", "params", "top1", "top5", "gpu", "cpu", "depth"), "keras") | {
        "year": None
    }


def test_korean_headings_and_highlights_are_the_deck_s() -> None:
    table = list_models(CATALOG).table(lang="ko")
    assert table.columns[0].label == "모델"
    assert "파라미터 수" in [column.label for column in table.columns]
    assert table.cells()[0][-1] == "초기 CNN 모델, 손글씨 숫자 인식"


def test_the_notes_say_under_which_conditions_the_figures_hold() -> None:
    (note,) = list_models(CATALOG).table().notes
    assert "hardware, batch and precision not stated" in note
