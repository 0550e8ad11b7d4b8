"""`zoo compare` at the command line."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.base import paths

IMAGES = 1000
LABELS = np.arange(IMAGES) % 10


@pytest.fixture(autouse=True)
def runs(
    make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three models in ./runs, and nothing shipped; two of them are not significantly different."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")
    made = (
        ("efficientnetb1", "EfficientNetB1", slice(0, 60)),
        ("mobilenet", "MobileNet", slice(30, 95)),
        ("lenet5", "LeNet-5", slice(50, 180)),
    )
    for model, name, wrong in made:
        predicted = LABELS.copy()
        predicted[wrong] = (predicted[wrong] + 1 + (np.arange(IMAGES)[wrong] % 3 == 0)) % 10
        correct = int((predicted == LABELS).sum())
        record = make_record(model, name=name, correct=correct, dataset={"classes": 10, "test_images": IMAGES})
        write_run(tmp_path / "runs", record, predicted, LABELS)


@pytest.mark.parametrize(
    ("names", "file"),
    [
        (("efficientnetb1", "mobilenet", "lenet5"), "compare-three.txt"),
        (("EfficientNet-B1", "lenet5-default"), "compare.txt"),
    ],
)
def test_compare_prints_the_verdict_above_the_tables(
    zoo: Any, golden: Callable[[str, str], None], names: tuple[str, ...], file: str
) -> None:
    printed = zoo("compare", *names)
    assert (printed.code, printed.err) == (0, "")
    golden(file, printed.out)


@pytest.mark.parametrize("form", ["markdown", "latex", "html"])
def test_compare_prints_every_form_with_the_verdict(zoo: Any, form: str) -> None:
    printed = zoo("compare", "efficientnetb1", "lenet5", "--format", form)
    assert printed.code == 0
    assert "EfficientNetB1 is more accurate than LeNet-5" in printed.out
    assert "Classes most confused" in printed.out


def test_compare_prints_the_pairs_as_csv(zoo: Any) -> None:
    rows = list(csv.DictReader(zoo("compare", "efficientnetb1", "mobilenet", "lenet5", "--format", "csv").out.split()))
    assert [(row["first"], row["second"]) for row in rows] == [
        ("EfficientNetB1", "MobileNet"),
        ("EfficientNetB1", "LeNet-5"),
        ("MobileNet", "LeNet-5"),
    ]
    assert float(rows[1]["difference"]) == pytest.approx(7)


def test_compare_prints_everything_as_json(zoo: Any) -> None:
    told = json.loads(zoo("compare", "efficientnetb1", "lenet5", "--json", "--confidence", "0.9").out)
    assert (told["tested"], told["images"], told["confidence"]) == ("networks", IMAGES, 0.9)
    assert [contender["accuracy"] for contender in told["contenders"]] == [94, 87]
    (pair,) = told["pairs"]
    assert (pair["first"], pair["second"], pair["told_apart"], pair["win"]) == ("EfficientNetB1", "LeNet-5", True, None)
    assert pair["low"] < pair["difference"] < pair["high"]
    assert {"true", "taken_for", "images", "counts"} == set(told["most_confused"][0])
    assert told["cochran_q"] is None


def test_a_wider_confidence_gives_a_wider_interval(zoo: Any) -> None:
    def width(confidence: str) -> float:
        (pair,) = json.loads(zoo("compare", "mobilenet", "lenet5", "--json", "--confidence", confidence).out)["pairs"]
        return float(pair["high"] - pair["low"])

    assert width("0.8") < width("0.95") < width("0.99")


def test_one_name_is_a_usage_error(zoo: Any) -> None:
    printed = zoo("compare", "lenet5")
    assert printed.code == 2
    assert "two models or runs" in printed.err


def test_an_unknown_data_set_or_confidence_is_one_line(zoo: Any) -> None:
    for options in (("--dataset", "emnist4"), ("--confidence", "95")):
        printed = zoo("compare", "efficientnetb1", "lenet5", *options)
        assert (printed.code, printed.out) == (1, "")
        assert len(printed.err.splitlines()) == 1


def test_a_damaged_record_is_a_warning_and_a_damaged_file_of_predictions_an_error(zoo: Any) -> None:
    (Path("runs") / "bad").mkdir()
    (Path("runs") / "bad" / "record.json").write_text("{}")
    printed = zoo("compare", "efficientnetb1", "lenet5")
    assert printed.code == 0
    assert printed.err.startswith("zoo: warning: runs/bad/record.json")
    (Path("runs") / "mobilenet-default-935-0" / "predictions.npz").write_bytes(b"damaged")
    printed = zoo("compare", "mobilenet", "lenet5")
    assert printed.code == 1
    assert "runs/mobilenet-default-935-0/predictions.npz is damaged or no .npz file" in printed.err
