"""Reading the deck: what is wrong with the files is one line that names the file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from modelzoo.base import paths
from modelzoo.errors import ZooError
from modelzoo.slides.deck import load_deck

SCORES = "slides/scores.csv"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("slides/by_gpu.csv", "70.40%", "0.704", r"slides/by_gpu.csv:2: top1 is 0.704; expected percent"),
        ("slides/by_year.csv", "AlexNet", "AlexNett", r"slides/by_year.csv:3: model 'AlexNett' is not in models.csv"),
        (SCORES, "EfficientNetB3,2.71", "EfficientNetB3,high", r"slides/scores.csv:5: score is 'high'; expected a num"),
        (
            SCORES,
            "EfficientNetB3,2.71",
            "EfficientNetB2,2.71",
            r"slides/scores.csv:5: model 'EfficientNetB2' is in two rows",
        ),
        (SCORES, "EfficientNetB3,2.71", "VGG19,2.71", r"slides/scores.csv: has vgg19, which .*sources/slides.csv lack"),
        ("sources/slides.csv", "cspnet,,,,,\n", "", r"slides/by_year.csv: has cspnet, which .*slides.csv lacks; add"),
        ("sources/slides.csv", "cspnet,", "vgg19,,,,,\ncspnet,", r"slides/by_year.csv: lacks vgg19, which .* has; the"),
        ("sources/slides.csv", "vgg16,528,", "vgg16,big,", r"sources/slides.csv:\d+: size is 'big'; expected a number"),
    ],
)
def test_a_fault_is_one_line_that_names_the_file(edit: Callable, file: str, old: str, new: str, message: str) -> None:
    with pytest.raises(ZooError, match=message) as error:
        load_deck(edit(file, old, new))
    assert "\n" not in str(error.value)


def test_a_missing_table_is_named(catalog: Path) -> None:
    (catalog / "slides" / "by_gpu.csv").unlink()
    with pytest.raises(ZooError, match=r"slides/by_gpu.csv cannot be read: No such file .* `zoo check /"):
        load_deck(catalog)


def test_a_scoring_slide_without_sums_is_named(catalog: Path) -> None:
    path = catalog / SCORES
    heading, *lines = path.read_text(encoding="utf-8").splitlines()
    cut = [",".join([*line.split(",")[:9], "", ""]) for line in lines]
    path.write_text("\n".join([heading, *cut]) + "\n", encoding="utf-8")
    with pytest.raises(ZooError, match=r"scores.csv: names no model for score; expected one a line"):
        load_deck(catalog)


def test_a_catalog_of_ones_own_has_no_deck(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("name,top5,gpu,params\nA,90,1,1M\nB,91,2,2M\n", encoding="utf-8")
    with pytest.raises(ZooError, match=r"own.csv is no folder; expected a catalog folder"):
        load_deck(own)


def test_the_shipped_deck_is_read_unless_a_folder_is_given(edit: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = edit("sources/slides.csv", "vgg16,528,", "vgg16,529,")
    assert load_deck()[1].values["size"]["vgg16"] == 528
    monkeypatch.setattr(paths, "CATALOG", folder)
    assert load_deck()[1].values["size"]["vgg16"] == 529
