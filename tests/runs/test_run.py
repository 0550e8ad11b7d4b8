"""Runs: loaded from the local folder and the shipped one, each run once."""

import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import modelzoo
from modelzoo.base import paths
from modelzoo.errors import ZooError
from modelzoo.runs.correctness import load_correctness
from modelzoo.runs.predictions import VALIDATION, save_predictions
from modelzoo.runs.record import RECORD, write_record
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


def _set(**fields: Any) -> Callable[[Path], None]:
    """Return the damage that sets fields in the JSON of a record; ``test__correct`` is the field of a field."""

    def damage(path: Path) -> None:
        stored = json.loads(path.read_text(encoding="utf-8"))
        for name, value in fields.items():
            *outer, last = name.split("__")
            part = stored
            for key in outer:
                part = part[0] if isinstance(part := part[key], list) else part
            part[last] = value
        path.write_text(json.dumps(stored), encoding="utf-8")

    return damage


def _replaced(make: Callable[[Path], None]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.unlink()
        make(path)

    return damage


def _loop(path: Path) -> None:
    path.unlink()
    path.parent.rmdir()
    path.parent.symlink_to(path.parent.name)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_set(test__correct=10_001), "10001 of 10000 images are correct"),
        (_set(test__correct=0), "top1 is 86.0 %, with 0 of 10000 images correct"),
        (_set(test__correct=-1), r"\$\.test\.correct"),
        (_set(test__images=0), r"\$\.test\.images"),
        (_set(test__images=9000), "9000 images were tested, of 10000 test images"),
        (_set(test__top1=101), r"\$\.test\.top1"),
        (_set(test__loss=float("nan")), "JSON is malformed"),
        (_set(latency__p50_ms=0), r"\$\.latency\[0\]\.p50_ms"),
        (_set(epochs__seconds=-1), r"\$\.epochs\[0\]\.seconds"),
        (_set(epochs__epoch=2), "12 epochs are not numbered from 1 to 12"),
        (_set(total_params=10**30), r"total_params|out of range"),
        (_set(input_shape=[0, 32, 1]), r"\$\.input_shape\[0\]"),
        (lambda path: path.write_text('{"schema": 1, "x": ' + "[" * 5000 + "]" * 5000 + "}"), "recursion"),
        (lambda path: path.write_bytes(b'{"schema": 1, "id": "\xff"}'), "UTF-8|utf-8"),
        (_replaced(lambda path: path.mkdir()), "is a folder; expected a regular file"),
        (_replaced(lambda path: os.mkfifo(path)), "is a pipe; expected a regular file"),
        (_replaced(lambda path: path.symlink_to("/dev/zero")), "is a device or socket; expected a regular file"),
        (_replaced(lambda path: path.symlink_to(path.name)), "symbolic links"),
        (_loop, "symbolic links"),
        (lambda path: os.truncate(path, 1 << 40), "is larger than"),
    ],
)
def test_one_bad_record_is_named_and_the_rest_is_loaded(
    make_record: Callable[..., Any], tmp_path: Path, empty: Path, damage: Callable[[Path], None], words: str
) -> None:
    good, bad = make_record("lenet5"), make_record("mobilenet")
    for record in (good, bad):
        write(tmp_path, record)
    damage(tmp_path / bad.id / RECORD)
    runs, problems = load_runs(tmp_path, empty)
    (problem,) = problems
    assert f"{bad.id}/record.json" in problem
    assert re.search(words, problem)
    assert [run.record for run in runs] == [good]


def test_the_folder_of_another_user_is_named_and_the_rest_is_loaded(
    make_record: Callable[..., Any], tmp_path: Path, as_nobody: Callable[..., str]
) -> None:
    good, bad = make_record("lenet5"), make_record("mobilenet")
    for record in (good, bad):
        write(tmp_path / "runs", record)
    (tmp_path / "empty").mkdir()
    (tmp_path / "runs" / bad.id).chmod(0o700)

    def load() -> str:
        runs, problems = load_runs("runs", "empty")
        return f"{len(runs)} run; {problems}"

    told = as_nobody(tmp_path, load)
    assert told.startswith(f"1 run; ('runs/{bad.id}/record.json cannot be read: Permission denied")
    (tmp_path / "runs").chmod(0o700)
    assert as_nobody(tmp_path, lambda: _error_of(load)).startswith("runs cannot be read: Permission denied")


def _error_of(call: Callable[[], object]) -> str:
    try:
        return str(call())
    except ZooError as error:
        return str(error)


@pytest.mark.parametrize(("name", "seed"), [("record.json", 1), ("predictions.npz", 2)])
def test_a_flipped_bit_changes_no_answer_or_the_file_is_named(
    make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path, empty: Path, name: str, seed: int
) -> None:
    labels = np.arange(200) % 10
    data = {"classes": 10, "test_images": 200}
    for model, wrong in (("lenet5", 40), ("mobilenet", 20)):
        predicted = np.where(np.arange(200) < wrong, (labels + 1) % 10, labels)
        write_run(tmp_path, make_record(model, correct=200 - wrong, dataset=data), predicted, labels)
    path = tmp_path / "lenet5-default-160-0" / name
    whole = path.read_bytes()
    runs, _ = load_runs(tmp_path, empty)
    right, _ = load_correctness(runs)
    assert right is not None
    rng = random.Random(seed)
    for _ in range(300):
        bit = rng.randrange(8 * len(whole))
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        path.write_bytes(flipped)
        runs, problems = load_runs(tmp_path, empty)
        correctness, damaged = load_correctness(
            [run for run in runs if run.usable and run.protocol == runs[-1].protocol]
        )
        named = [*problems, *damaged.values()]
        # Where the record contradicts whole predictions, either file may be the damaged one.
        named_file = f"{path.parent.name}/" + ("" if name == RECORD else name)
        assert all(named_file in problem for problem in named), bit
        assert correctness is not None
        assert np.array_equal(correctness.labels, right.labels), bit
        for run_id, kept in correctness.predicted.items():
            assert np.array_equal(kept, right.predicted[run_id]) or name == RECORD, bit
        assert len(correctness.predicted) + len(named) == 2 or name == RECORD, bit


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
        with pytest.raises(ZooError, match=r"^runs is .*; expected a list \(each item Run\)$"):
            modelzoo.leaderboard(wrong, modelzoo.load_catalog())  # type: ignore[arg-type]
