"""Runs: loaded from the local folder and the shipped one, each run once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import modelzoo
from modelzoo.base import paths
from modelzoo.errors import ZooError
from modelzoo.runs.predictions import VALIDATION, save_predictions
from modelzoo.runs.record import write_record
from modelzoo.runs.run import load_runs


def write(folder: Path, record: Any) -> None:
    (folder / record.id).mkdir(parents=True)
    write_record(record, folder / record.id)


def test_local_and_shipped_runs_are_loaded(make_record: Callable[..., Any], tmp_path: Path) -> None:
    local, shipped = make_record("lenet5"), make_record("mobilenet")
    write(tmp_path / "runs", local)
    write(tmp_path / "results", shipped)
    runs, problems = load_runs(tmp_path / "runs", tmp_path / "results")
    assert problems == ()
    assert [(run.record, run.folder, run.origin) for run in runs] == [
        (local, tmp_path / "runs" / local.id, "local"),
        (shipped, tmp_path / "results" / shipped.id, "shipped"),
    ]


def test_the_local_copy_of_a_run_counts_in_every_command(
    make_record: Callable[..., Any],
    write_run: Callable[..., None],
    zoo: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")
    monkeypatch.setenv("ZOO_RUNS", "mine")
    labels = np.arange(1000) % 10
    data = {"classes": 10, "test_images": 1000}
    copies = []
    for folder, latency, wrong in (("mine", 3.0, 100), ("benchmarks/results", 7.0, 500)):
        predicted = np.where(np.arange(1000) < wrong, (labels + 1) % 10, labels)
        copies.append(make_record("lenet5", id="lenet5-1", correct=1000 - wrong, latency=latency, dataset=data))
        write_run(Path(folder), copies[-1], predicted, labels)
    write_run(Path("mine"), make_record("mobilenet", id="mobilenet-1", correct=1000, dataset=data), labels, labels)
    runs, _ = modelzoo.load_runs()
    assert [(run.id, run.origin, run.record.latency[0].p50_ms) for run in runs] == [
        ("lenet5-1", "local", 3.0),
        ("mobilenet-1", "local", 2.0),
    ]
    rows = modelzoo.leaderboard(runs, modelzoo.load_catalog()).sections[0].rows
    assert {row.measured.slug: (row.origin, row.measured.accuracy) for row in rows}["lenet5"] == ("local", 90.0)
    assert modelzoo.compare(["lenet5", "mobilenet"]).candidates[0].accuracy == 90.0
    listed = json.loads(zoo("runs", "--json").out)["runs"]
    assert [(run["id"], run["origin"], run["test_accuracy"]) for run in listed] == [
        ("lenet5-1", "local", 90.0),
        ("mobilenet-1", "local", 100.0),
    ]
    ranked = json.loads(zoo("rank", "--measured", "--by", "latency", "--json").out)["criteria"]
    assert [(criterion["low"], criterion["high"]) for criterion in ranked] == [(2.0, 3.0)]
    assert json.loads(zoo("compare", "lenet5", "mobilenet", "--json").out)["contenders"][0]["accuracy"] == 90.0
    zoo("export", "board.json")
    assert json.loads(zoo("board", "--json").out) == json.loads(Path("board.json").read_text(encoding="utf-8"))
    (section,) = json.loads(zoo("board", "--json").out)["sections"]
    assert {row["slug"]: row["from"] for row in section["rows"]} == {"lenet5": "local", "mobilenet": "local"}


def test_the_same_id_on_another_machine_is_another_run(make_record: Callable[..., Any], tmp_path: Path) -> None:
    write(tmp_path / "runs", make_record("lenet5"))
    write(tmp_path / "results", make_record("lenet5", hardware={"cpu": "EPYC"}))
    assert len(load_runs(tmp_path / "runs", tmp_path / "results")[0]) == 2


def test_a_failed_local_run_hides_no_shipped_result(make_record: Callable[..., Any], tmp_path: Path) -> None:
    record = make_record("lenet5")
    write(tmp_path / "runs", replace(record, outcome="failed", test=None))
    write(tmp_path / "results", record)
    runs, _ = load_runs(tmp_path / "runs", tmp_path / "results")
    assert [(run.origin, run.usable) for run in runs] == [("local", False), ("shipped", True)]


def test_the_recipe_counts_by_its_content_and_its_initial_weights(make_run: Callable[..., Any]) -> None:
    run = make_run("lenet5")
    renamed = make_run("lenet5", recipe_name="other", recipe=replace(run.record.recipe, title="Other"))
    assert renamed.recipe_identity == run.recipe_identity
    assert make_run("lenet5", weights_sha256="ab").recipe_identity != run.recipe_identity


def test_predictions_for_validation_images_are_another_file(
    make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path, empty: Path
) -> None:
    data = {"classes": 10, "test_images": 3, "validation_images": 2}
    record = make_record("lenet5", correct=2, dataset=data)
    write_run(tmp_path, record, [1, 2, 3], [1, 2, 4])
    (run,), _ = load_runs(tmp_path, empty)
    assert run.predictions() is not None
    assert run.validation_predictions() is None
    save_predictions(run.folder, {"top5": np.array([[1], [2]], np.uint8)}, VALIDATION)
    validation = run.validation_predictions()
    assert validation is not None
    assert validation.best.tolist() == [[1], [2]]


def test_a_corrupt_record_is_named_and_the_rest_is_read(
    make_record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Path
) -> None:
    monkeypatch.chdir(tmp_path)  # which has no folder runs
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    write(tmp_path, make_record("lenet5"))
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "record.json").write_text("{")
    for runs, problems in (load_runs(tmp_path, empty), load_runs(None, tmp_path)):
        assert len(runs) == 1
        assert len(problems) == 1
        assert "bad/record.json" in problems[0]


def test_a_missing_folder_is_an_error_where_it_was_given_and_a_problem_where_zoo_runs_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    assert load_runs(None, empty) == ((), ())
    for folders in (("nope", empty), (empty, "nope")):
        with pytest.raises(ZooError, match="nope is no folder; name the one that `zoo bench --runs` wrote to"):
            load_runs(*folders)
    with pytest.raises(ZooError, match="nope is no folder"):
        modelzoo.compare(["lenet5", "mobilenet"], runs="nope")
    monkeypatch.setenv("ZOO_RUNS", "nope")
    (problem,) = load_runs(None, empty)[1]
    assert problem.startswith("nope is no folder; ")


def test_what_holds_no_runs_is_named_by_every_public_function() -> None:
    for wrong in ("nope", modelzoo.load_runs()):
        with pytest.raises(ZooError, match=r"`runs` holds a (str|tuple); expected runs, as in `runs, problems ="):
            modelzoo.leaderboard(wrong, modelzoo.load_catalog())  # type: ignore[arg-type]
