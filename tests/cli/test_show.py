"""`zoo show` at the command line, of models and of runs."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelzoo.base import paths


def test_every_value_of_a_model(zoo: Callable, golden: Callable) -> None:
    golden("show-resnet50.txt", zoo("show", "ResNet-50").out)


def test_json_has_every_source(zoo: Callable) -> None:
    result = json.loads(zoo("show", "efficientnet_b1", "--json").out)
    assert result["slug"] == "efficientnetb1"
    assert [source["key"] for source in result["sources"]] == ["slides", "keras", "torchvision", "built"]


def test_an_unknown_model_is_one_line_with_the_nearest(zoo: Callable) -> None:
    printed = zoo("show", "resnet5")
    assert printed.code == 1
    assert printed.err.startswith(
        "zoo: unknown model 'resnet5'; did you mean 'resnet50' or 'resnet152' or 'resnet50v2'?"
    )
    assert "(as a run: " in printed.err
    assert len(printed.err.splitlines()) == 1


@pytest.fixture
def run(make_record: Callable, write_run: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of 47 classes in ./runs, which takes most images of the rare class 12 for 13; nothing is shipped."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")
    labels = np.arange(4700) % 47
    predicted = labels.copy()
    predicted[(labels == 12) & (np.arange(4700) > 140)] = 13
    predicted[::50] = (predicted[::50] + 1) % 47
    record = make_record(
        "lenet5",
        id="lenet5-0123456789",
        name="LeNet-5",
        correct=int((predicted == labels).sum()),
        dataset={"test_images": 4700, "train_images": 46_100},
        train_counts=tuple(100 if number == 12 else 1000 for number in range(47)),
        saved_model_bytes=250_000,
        peak_memory_mb=700.0,
    )
    write_run(tmp_path / "runs", record, predicted, labels)
    return tmp_path / "runs" / record.id


@pytest.mark.usefixtures("run")
def test_a_run_is_shown_with_its_worst_classes(zoo: Callable, golden: Callable) -> None:
    printed = zoo("show", "lenet5-01")
    assert (printed.code, printed.err) == (0, "")
    golden("show-run.txt", printed.out)
    assert "Warning: the shares of classes differ" in printed.out
    assert "12 0.2 % and 2.1 %" in printed.out


@pytest.mark.usefixtures("run")
def test_the_csv_has_all_classes_and_all_shows_them(zoo: Callable) -> None:
    rows = list(csv.DictReader(zoo("show", "lenet5-01", "--format", "csv").out.splitlines()))
    assert len(rows) == 47
    assert (rows[0]["name"], rows[0]["taken_for"]) == ("12", "13")
    few, every = (zoo("show", "lenet5-01", *option).out for option in ((), ("--all",)))
    assert len(every.splitlines()) > len(few.splitlines()) + 30


@pytest.mark.usefixtures("run")
def test_the_json_of_a_run_has_everything(zoo: Callable) -> None:
    result = json.loads(zoo("show", "lenet5-0123456789", "--json").out)
    assert (result["id"], result["model"], result["from"]) == ("lenet5-0123456789", "lenet5", "local")
    assert len(result["classes"]) == 47
    assert set(result["classes"][0]) == {
        "name", "images", "correct", "accuracy", "low", "high", "taken_for", "taken_for_images"
    }  # fmt: skip
    assert result["confused"][0] | {"images": 0} == {"true": "12", "taken_for": "13", "images": 0, "of_images": 100}
    assert set(result["calibration"]) == {
        "confidence", "ece", "temperature", "ece_calibrated", "bins", "most_confident"
    }  # fmt: skip
    assert [part["share"] for part in result["calibration"]["most_confident"]] == [50, 80, 90]
    assert len(result["warnings"]) == 1


@pytest.mark.usefixtures("run")
@pytest.mark.parametrize("form", ["markdown", "latex", "html"])
def test_every_form_has_the_worst_class(zoo: Callable, form: str) -> None:
    printed = zoo("show", "lenet5-01", "--format", form)
    assert printed.code == 0
    assert "Worst class: 12" in printed.out


def test_a_model_comes_before_a_run_of_the_same_name(zoo: Callable, run: Path) -> None:
    run.rename(run.parent / "lenet5")
    assert "Known for" in zoo("show", "lenet5", "--runs", str(run.parent)).out
    assert "Worst class" in zoo("show", str(run.parent / "lenet5")).out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("lenet5", "--all"), 2, "is for a run"),
        (("lenet5-09",), 1, "unknown run 'lenet5-09'"),
        (("lenet5", "--catalog", "nowhere.csv"), 1, "nowhere.csv"),
    ],
)
@pytest.mark.usefixtures("run")
def test_a_request_that_cannot_be_met_prints_nothing(
    zoo: Callable, arguments: tuple[str, ...], code: int, words: str
) -> None:
    printed = zoo("show", *arguments)
    assert (printed.code, printed.out) == (code, "")
    assert words in printed.err
    assert "Traceback" not in printed.err


def test_predictions_that_contradict_the_record_are_an_error(zoo: Callable, run: Path) -> None:
    damaged = json.loads((run / "record.json").read_text())
    damaged["test"] |= {"correct": 4000, "top1": 100 * 4000 / 4700}
    (run / "record.json").write_text(json.dumps(damaged))
    printed = zoo("show", "lenet5-01")
    assert (printed.code, printed.out) == (1, "")
    assert "record.json 4,000" in printed.err
    (run / "predictions.npz").unlink()
    assert "keeps no predictions" in zoo("show", "lenet5-01").err
