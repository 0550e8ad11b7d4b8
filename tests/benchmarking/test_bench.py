"""Runs: found, made, failed, gone on with; the network and its measuring are made up here."""

import errno
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

import modelzoo
from modelzoo.base import claims
from modelzoo.base.claim_files import Watch
from modelzoo.benchmarking import bench as runner
from modelzoo.benchmarking import jobs, score, trained
from modelzoo.benchmarking import run as one_run
from modelzoo.benchmarking.charts import CONFUSION, CURVES
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.catalog.catalog import load_catalog
from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.load import load_dataset
from modelzoo.datasets.mapped import load_splits
from modelzoo.errors import ClaimedError, ZooError
from modelzoo.runs import store
from modelzoo.runs.checkpoint import load_state
from modelzoo.runs.events import EpochDone, Measuring, Note, Resumed, RunStarted, Step, Waiting
from modelzoo.runs.invocation import INVOCATION, read_invocation
from modelzoo.runs.listing import list_runs
from modelzoo.runs.predictions import PREDICTIONS, VALIDATION, read_predictions
from modelzoo.runs.record import RECORD, Latency, NoLatency, Record, load_records, read_record
from modelzoo.timing.measure import Latencies

CHARTS = {CURVES, CONFUSION}
CONDITIONS = "recipe tiny, images padded to 32×32×1"

pytestmark = pytest.mark.xdist_group("keras")


def latency_at(batches: Sequence[int]) -> Latencies:
    """Return a made-up latency at each batch."""
    return Latencies(
        tuple(Latency(batch=n, p50_ms=n, p90_ms=n, p99_ms=n, images_per_s=1000.0, calls=5) for n in batches)
    )


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch, fake_engine: Any) -> list[Any]:
    """Every engine that a run builds, each in a moment."""
    built: list[Any] = []

    class Network:
        trainable_weights = (np.zeros((3, 4)), np.zeros(5))

        def count_params(self) -> int:
            return 20

        def load_weights(self, path: Path) -> None:
            self.loaded = path.read_bytes()

    class Engine(fake_engine):  # type: ignore[misc]
        def __init__(self, build: str, recipe: Any, **given: Any) -> None:
            super().__init__(batch_size=recipe.batch_size)
            self.network, self.given, self.tested = Network(), {"build": build, **given}, 0
            built.append(self)

        def logits(self, split: Any) -> Any:
            self.tested += len(split.labels) == 80  # the test split's images
            return np.eye(4, dtype=np.float32)[split.labels]

    monkeypatch.setattr("modelzoo.training.engines.keras_engine.KerasEngine", Engine)
    monkeypatch.setattr(trained, "measure_latency", lambda network, images, batches, **given: latency_at(batches))
    monkeypatch.setattr(trained, "weights_file", lambda network: b"weights")
    monkeypatch.setattr(one_run, "flops_of_image", lambda network: 1.5e6)
    # Several runs are made in this process, where the engine is: what they are handed is what they would be.
    monkeypatch.setattr(
        jobs,
        "run_in_worker",
        lambda spec, splits, runs, folder, limit_s, report, environment, stop, **given: one_run.run(
            spec, load_splits(splits), runs, report, **given
        ),
    )
    return built


@pytest.fixture
def bench(tiny: DataSet, recipe_file: Path, tmp_path: Path) -> Callable[..., Record]:
    """Bench LeNet-5 on the tiny data set into ``tmp_path/runs``."""

    def run(model: str = "lenet5", **given: Any) -> Record:
        return modelzoo.bench(model, **({"dataset": tiny, "recipe": recipe_file, "runs": tmp_path / "runs"} | given))

    return run


def names(path: Path) -> set[str]:
    return {found.name for found in path.iterdir()}


def test_progress_is_shown_unless_there_is_no_report(bench: Any, engines: list[Any], capsys: Any) -> None:
    bench()
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "epoch 1/" in printed.err
    bench(seed=1, report=None)
    assert capsys.readouterr() == ("", "")


def test_runs_on_image_files_keep_their_splits_outside_the_record(
    bench: Any, engines: list[Any], tmp_path: Path
) -> None:
    image_module = pytest.importorskip("PIL.Image")
    for label in range(4):
        (tmp_path / f"photos/{label}").mkdir(parents=True)
        for number in range(10):
            pixels = np.random.default_rng([label, number]).integers(0, 256, (8, 8), dtype=np.uint8)
            image_module.fromarray(pixels).save(tmp_path / f"photos/{label}/{number}.png")
    result = bench(["lenet5"], dataset=str(tmp_path / "photos"), seeds=2, limit_train=20, split="60/20/20")
    for record in result.records:
        lines = (tmp_path / "runs" / record.id / "splits.csv").read_text().splitlines()
        assert lines[0] == "path,label,split"
        assert Counter(line.rpartition(",")[2] for line in lines[1:]) == {"train": 20, "validation": 8, "test": 8}
        assert all(line.split("/")[0] == line.split(",")[1] for line in lines[1:])
        assert "splits.csv" not in record.files
        invocation = read_invocation(tmp_path / "runs" / record.id)
        assert invocation is not None
        again = load_dataset(invocation.dataset, split=invocation.split)
        assert dict(again.checksums) == record.dataset.checksums
        assert sorted(record.dataset.checksums) == ["test", "train", "validation"]


@pytest.mark.parametrize("sides", [(32,), (32, 48)], ids=["in this process", "in workers"])
def test_each_run_gets_photos_in_the_size_of_its_own_network(
    engines: list[Any], photos: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, events: list[Any], sides: Any
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files, labels = photos(60), np.arange(60) % 4
    dataset = DataSet("own", "Own", tuple("abcd"), Split(files[:48], labels[:48]), Split(files[48:], labels[48:]), {})
    recipes = [tmp_path / f"{side}.toml" for side in sides]
    for recipe, side in zip(recipes, sides, strict=True):
        recipe.write_text(f'title = "Tiny"\nepochs = 1\n[input]\nsize = {side}\nmode = "crop"\nchannels = 3\n')
    models = [(load_catalog().model("lenet5"), recipe) for recipe in recipes]
    result = runner.bench_each(models, dataset, BenchOptions(runs=tmp_path / "runs"), report=events.append)
    assert [record.image_shape for record in result.records] == [(side, side, 3) for side in sides]
    assert [engine.given["image_shape"] for engine in engines] == [(side, side, 3) for side in sides]
    notes = [event.text for event in events if isinstance(event, Note) and "decoding" in event.text]
    assert len(notes) == len(sides)
    for note, side in zip(notes, sides, strict=True):
        assert f"60 images to {side}×{side}" in note


def test_photos_too_large_to_be_padded_are_refused_before_the_first_run(
    engines: list[Any], photos: Any, tmp_path: Path
) -> None:
    files, labels = photos(12), np.arange(12) % 4
    splits = Split(files[:8], labels[:8]), Split(files[8:], labels[8:])
    recipe = tmp_path / "pad.toml"
    recipe.write_text('title = "Tiny"\n[input]\nsize = 30\nmode = "pad"\nchannels = 3\n')
    with pytest.raises(ZooError, match=r"pad.* 32×32"):
        modelzoo.bench(
            "lenet5", dataset=DataSet("own", "Own", tuple("abcd"), *splits, {}), recipe=recipe, runs=tmp_path
        )
    assert not engines


def test_a_run_leaves_its_record_and_what_lies_beside_it(
    bench: Any, engines: list[Any], tmp_path: Path, events: list[Any]
) -> None:
    record = bench(report=events.append)
    run = tmp_path / "runs" / record.id
    assert names(tmp_path / "runs") == {record.id}
    files = {RECORD, INVOCATION, "predictions.npz", "validation.npz", "history.csv", "weights.weights.h5"}
    assert names(run) == files | CHARTS
    assert read_record(run / RECORD) == record
    assert (record.outcome, record.reason, record.stopped_by) == ("finished", None, "schedule")
    assert (record.model, record.name, record.variant, record.recipe_name) == ("lenet5", "LeNet-5", "lenet5", "tiny")
    assert (record.trainable_params, record.total_params) == (17, 20)
    assert (record.flops, record.saved_model_bytes) == (1.5e6, 7)
    assert (record.dataset.name, record.dataset.train_images, record.dataset.test_images) == ("tiny", 250, 80)
    assert record.started <= record.finished
    assert engines[0].given == {
        "build": "modelzoo:lenet5", "image_shape": (28, 28), "classes": 4, "seed": 0, "steps": 8,
        "prior": None, "report": events.append,
    }  # fmt: skip
    kinds = [type(event) for event in events if not isinstance(event, Step)]
    assert kinds == [RunStarted, Waiting, *[EpochDone] * 4, Measuring, Measuring]


@pytest.mark.parametrize("apart", [False, True], ids=["in this process", "in a process of its own"])
@pytest.mark.parametrize("batches", [(1, 32), ()], ids=str)
def test_latency_is_measured_for_the_batches_asked_for(
    bench: Any, engines: list[Any], monkeypatch: pytest.MonkeyPatch, batches: tuple[int, ...], apart: bool
) -> None:
    asked = []

    def measure(network: Any, images: Any, batches: Any, **given: Any) -> Latencies:
        asked.append(tuple(batches))
        return latency_at(batches)

    monkeypatch.setattr(trained, "measure_latency", measure)
    if apart:
        monkeypatch.setattr(runner.hardware, "devices_left", lambda: True)
    with_latency, without = bench(latency_batches=batches), bench(seed=1)
    assert asked == ([batches] if batches else []) + [(1, 8, 32, 128)]
    assert with_latency.id != without.id
    assert with_latency.id == bench(latency_batches=(4,)).id  # latency is no part of the id


@pytest.mark.parametrize("apart", [False, True], ids=["in this process", "in a worker"])
def test_latency_is_added_to_a_finished_run_without_training(
    bench: Any,
    engines: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    events: list[Any],
    apart: bool,
) -> None:
    if apart:
        monkeypatch.setattr(runner.hardware, "devices_left", lambda: True)
    before = bench(latency_batches=())
    folder = tmp_path / "runs" / before.id
    content = json.loads((folder / RECORD).read_text()) | {"of_a_later_version": 1}
    (folder / RECORD).write_text(json.dumps(content))
    files = names(folder)
    assert bench(latency_batches=(8,)) == replace(before, latency=latency_at((8,)).latency)
    after = bench(latency_batches=(1, 8, 32), report=events.append)
    assert after == replace(before, latency=latency_at((1, 8, 32)).latency)
    assert events == [RunStarted(before.id, "LeNet-5", CONDITIONS, finished=True), Measuring("latency")]
    assert [(engine.epochs[0], getattr(engine.network, "loaded", None)) for engine in engines] == [
        (4, None), (0, b"weights"), (0, b"weights")
    ]  # fmt: skip
    assert json.loads((folder / RECORD).read_text()) == content | {
        "latency": json.loads(msgspec.json.encode(after.latency)), "no_latency": []
    }  # fmt: skip
    assert names(folder) == files
    assert names(tmp_path / "runs") == {before.id}
    assert bench(latency_batches=(1, 8)) == after  # nothing is lacking
    assert len(engines) == 3


@pytest.mark.parametrize("apart", [False, True], ids=["in this process", "in a worker"])
def test_a_run_without_a_test_leaves_the_test_split_unused_until_it_is_added(
    bench: Any,
    engines: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    events: list[Any],
    apart: bool,
) -> None:
    tested = bench(runs=tmp_path / "tested", latency_batches=())
    if apart:
        monkeypatch.setattr(runner.hardware, "devices_left", lambda: True)
    untested = bench(latency_batches=(), test=False)
    folder = tmp_path / "runs" / untested.id
    assert (untested.id, untested.outcome, untested.test, untested.untested) == (tested.id, "finished", None, True)
    assert PREDICTIONS not in names(folder) | untested.files.keys()
    kept = read_predictions(folder, VALIDATION, untested)
    assert kept is not None
    assert len(kept.best) == untested.dataset.validation_images
    assert bench(latency_batches=(), test=False) == untested
    again = bench(latency_batches=(), report=events.append)
    assert events == [
        RunStarted(untested.id, "LeNet-5", CONDITIONS, finished=True), Measuring("accuracy on the test split")
    ]  # fmt: skip
    assert [engine.epochs[0] for engine in engines[1:]] == [4, 0]
    assert (again.test, again.files) == (tested.test, tested.files | history(untested))
    assert replace(again, test=None, files=untested.files) == untested
    assert read_predictions(folder, PREDICTIONS, again) is not None
    assert bench(latency_batches=(), test=False) == again  # the test result stays


def test_a_batch_whose_latency_failed_is_not_measured_again(
    bench: Any, engines: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = Latencies(missing=(NoLatency(batch=128, reason="MemoryError: no room"),))
    monkeypatch.setattr(trained, "measure_latency", lambda *given, **named: failed)
    record = bench(latency_batches=(128,))
    assert bench(latency_batches=(128,)) == record
    assert len(engines) == 1


@pytest.mark.parametrize("obstacle", ["no weights", "other device", "shipped"])
@pytest.mark.parametrize("apart", [False, True], ids=["in this process", "in a worker"])
def test_latency_that_cannot_be_added_leaves_the_record_and_says_what_to_do(
    bench: Any,
    engines: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    events: list[Any],
    obstacle: str,
    apart: bool,
) -> None:
    record = bench(latency_batches=())
    folder = tmp_path / "runs" / record.id
    if apart:
        monkeypatch.setattr(runner.hardware, "devices_left", lambda: True)
    if obstacle == "no weights":
        (folder / trained.WEIGHTS).unlink()
    if obstacle == "other device":
        other = replace(record.hardware, gpu="Another GPU")
        monkeypatch.setattr("modelzoo.machine.hardware.hardware", lambda: other)
    if obstacle == "shipped":
        monkeypatch.setattr("modelzoo.base.paths.BENCHMARKS", tmp_path)
    text = (folder / RECORD).read_bytes()
    assert bench(latency_batches=(1, 8), report=events.append) == record
    (note,) = (event.text for event in events if isinstance(event, Note))
    assert note.startswith("LeNet-5: latency at batch 1, 8 is not added: ")
    assert {
        "no weights": f"has no {trained.WEIGHTS}; remove the folder to train the run again",
        "other device": "this device is Another GPU; repeat the command there",
        "shipped": "is a shipped record",
    }[obstacle] in note
    assert note.endswith("or `zoo latency lenet5` measures it without a run") or obstacle == "shipped"
    assert (folder / RECORD).read_bytes() == text
    assert len(engines) == 1


def test_weights_that_do_not_fit_are_an_error_and_the_record_stays(
    bench: Any, engines: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    record = bench(latency_batches=())
    folder = tmp_path / "runs" / record.id
    (folder / trained.WEIGHTS).unlink()
    (folder / trained.WEIGHTS).mkdir()
    with pytest.raises(ZooError, match=r"h5 cannot be loaded: .*; remove .* to train the run again$"):
        bench()
    assert read_record(folder / RECORD) == record
    assert bench(latency_batches=()) == record


def test_batches_of_latency_that_cannot_be_are_refused(bench: Any, engines: list[Any]) -> None:
    for batches in ((0,), (1, 1), (-2, 4), (1.5,), "1,32", 5, None):
        with pytest.raises(ZooError, match=r"latency.batches (are|is) .*; expected .* whole number"):
            bench(latency_batches=batches)
    assert engines == []


def test_a_balanced_recipe_gives_the_engine_the_training_images_shares(
    bench: Any, engines: list[Any], tmp_path: Path, recipe_file: Path, tiny: DataSet
) -> None:
    balanced = tmp_path / "balanced.toml"
    balanced.write_text(f'title = "Balanced"\nextends = "{recipe_file}"\nbalanced = true')
    record, plain = bench(recipe=balanced), bench()
    assert record.id != plain.id
    assert np.exp(engines[0].given["prior"]).tolist() == pytest.approx([0.25] * 4, abs=0.01)  # even classes
    assert engines[1].given["prior"] is None


def test_what_was_done_to_the_data_is_told(bench: Any, engines: list[Any], events: list[Any], tiny: DataSet) -> None:
    from dataclasses import replace as with_

    bench(dataset=with_(tiny, notes=("Turned upright.",)), report=events.append)
    assert events[0] == Note("Turned upright.")


def test_the_learning_curve_is_kept_as_csv(bench: Any, engines: list[Any], tmp_path: Path) -> None:
    import pandas as pd

    record = bench()
    table = pd.read_csv(tmp_path / "runs" / record.id / "history.csv")
    assert table.to_dict("records") == [
        {name: getattr(epoch, name) for name in epoch.__struct_fields__} for epoch in record.epochs
    ]


def test_a_finished_run_is_shown_and_not_trained_again(bench: Any, engines: list[Any], events: list[Any]) -> None:
    record = bench()
    assert bench(report=events.append) == record
    assert len(engines) == 1
    assert events == [RunStarted(record.id, "LeNet-5", CONDITIONS, finished=True)]


def test_a_finished_run_is_shown_from_a_folder_that_cannot_be_written(
    bench: Any, engines: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = bench()
    mkdir, open_ = os.mkdir, os.open

    def refuse(path: Any) -> None:
        if Path(path).is_relative_to(tmp_path / "runs"):
            raise OSError(errno.EROFS, "Read-only file system")

    def refuse_open(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            refuse(path)
        return open_(path, flags, *more, **named)

    monkeypatch.setattr(os, "mkdir", lambda path, *more: (refuse(path), mkdir(path, *more)))
    monkeypatch.setattr(os, "open", refuse_open)
    assert bench() == record


def test_other_settings_are_another_run(bench: Any, engines: list[Any], tmp_path: Path) -> None:
    ids = {bench(**given).id for given in ({}, {"seed": 1}, {"epochs": 2}, {"limit_train": 100}, {"batch_size": 9})}
    assert names(tmp_path / "runs") == ids
    assert len(ids) == 5


def test_the_test_split_is_used_once_after_training(
    bench: Any, engines: list[Any], events: list[Any], tiny: DataSet
) -> None:
    bench(report=lambda event: events.append((event, engines[0].tested if engines else 0)))
    assert engines[0].tested == 1
    assert all(tested == 0 for event, tested in events if isinstance(event, Step | EpochDone))


def fail_in_epoch(monkeypatch: pytest.MonkeyPatch, engine: Any, number: int, error: BaseException) -> None:
    train_epoch = engine.train_epoch

    def failing(self: Any, split: Any, *given: Any) -> Any:
        if self.epochs[0] == number - 1:
            raise error
        return train_epoch(self, split, *given)

    monkeypatch.setattr(engine, "train_epoch", failing)


@pytest.mark.parametrize("every_s", [0.0, 20.0], ids=["saved", "not saved"])
def test_a_training_that_fails_says_why_in_its_record_and_how_it_went_until_then(
    bench: Any, engines: list[Any], fake_engine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every_s: float
) -> None:
    monkeypatch.setattr("modelzoo.runs.checkpoint.CHECKPOINT_EVERY_S", every_s)
    fail_in_epoch(monkeypatch, fake_engine, 3, RuntimeError("no such device\nand a long trace"))
    record = bench()
    assert (record.outcome, record.reason) == ("failed", "RuntimeError: no such device")
    assert ([epoch.epoch for epoch in record.epochs], record.best_epoch) == ([1, 2], 2)
    assert (record.test, record.total_params) == (None, 20)
    # The invocation stays with the checkpoint.
    assert names(tmp_path / "runs" / record.id) == {RECORD} | ({INVOCATION} if every_s else set())
    assert load_records(tmp_path / "runs") == ((record,), ())
    assert names(tmp_path / "runs") == {record.id, f"{record.id}.partial"} if every_s == 0 else {record.id}


@pytest.mark.parametrize("moment", ["softmax", "save_predictions", "write_record", "measure", "_flops", "save_weights"])
def test_an_unexpected_error_after_the_last_epoch_loses_none(
    bench: Any, engines: list[Any], tmp_path: Path, empty: Path, events: list[Any], moment: str
) -> None:
    whole = bench(runs=tmp_path / "whole")

    def broken(*given: Any, **named: Any) -> Any:
        patch.undo()
        raise RuntimeError("the device is lost")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(score if moment in ("softmax", "save_predictions") else one_run, moment, broken)
        failed = bench()
    assert (failed.outcome, failed.reason, len(failed.epochs)) == ("failed", "RuntimeError: the device is lost", 4)
    assert [run.outcome for run in list_runs(tmp_path / "runs", empty).runs] == ["failed"]
    record = bench(report=events.append)
    assert [event.epochs for event in events if isinstance(event, Resumed)] == [4]
    assert not [event for event in events if isinstance(event, Step)]
    assert (record.outcome, record.test, record.files) == ("finished", whole.test, {**whole.files, **history(record)})
    assert names(tmp_path / "runs") == {record.id}


def history(record: Record) -> dict[str, Any]:
    """The checksum of the history, in which the seconds differ."""
    return {one_run.HISTORY: record.files[one_run.HISTORY]}


@pytest.mark.usefixtures("saved_each_epoch")
def test_a_loss_that_is_no_number_leaves_no_checkpoint(
    bench: Any, engines: list[Any], fake_engine: Any, tmp_path: Path
) -> None:
    """The same command would resume into the same loss."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fake_engine, "_scripted", lambda self, script, loss: float("nan") if self.epochs[0] > 2 else loss)
        record = bench()
    assert (record.outcome, len(record.epochs)) == ("failed", 2)
    assert names(tmp_path / "runs") == {record.id}
    assert names(tmp_path / "runs" / record.id) == {RECORD, INVOCATION}


def test_the_record_has_the_checksum_of_each_file(bench: Any, engines: list[Any], tmp_path: Path) -> None:
    record = bench()
    run = tmp_path / "runs" / record.id
    contents = {name: (run / name).read_bytes() for name in names(run) - {RECORD, INVOCATION} - CHARTS}
    assert record.files == {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


@pytest.mark.parametrize("apart", [False, True], ids=["in this process", "in a process of its own"])
def test_weights_shorter_than_recorded_are_told_and_get_no_latency(
    bench: Any, engines: list[Any], tmp_path: Path, events: list[Any], monkeypatch: pytest.MonkeyPatch, apart: bool
) -> None:
    record = bench(latency_batches=())
    weights = tmp_path / "runs" / record.id / trained.WEIGHTS
    weights.write_bytes(b"wei")
    if apart:
        monkeypatch.setattr(runner.hardware, "devices_left", lambda: True)
    for batches in ((), (1, 8)):
        assert bench(latency_batches=batches, report=events.append) == record
        (note,) = (event.text for event in events if isinstance(event, Note))
        assert re.fullmatch(r"LeNet-5: .*h5 has 3 of its 7 bytes; remove .* to train the run again", note)
        events.clear()


def test_what_a_process_that_was_killed_while_publishing_left_goes_with_the_same_command(
    bench: Any, engines: list[Any], tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        kill_at(patch, "modelzoo.runs.store.remove_leftovers", None)
        with pytest.raises(Killed):
            bench()
    (run,) = (tmp_path / "runs").iterdir()
    left = names(run)
    assert left >= {"checkpoint.npz", "begun.json"}
    (run / ".lock").touch()
    assert bench().outcome == "finished"
    assert len(engines) == 1
    assert names(run) == left - {"checkpoint.npz", "begun.json", "claim-000001.json"} | CHARTS


def test_planted_links_are_not_followed(bench: Any, engines: list[Any], tmp_path: Path) -> None:
    """Another user who can write into the folder of runs puts links where a run will write."""
    victim = tmp_path / "victim"
    victim.write_text("of another user")
    folder = tmp_path / "runs" / f"{bench(runs=tmp_path / 'whole').id}.partial"
    folder.mkdir(parents=True)
    planted = (RECORD, "predictions.npz", "validation.npz", "history.csv", trained.WEIGHTS, "checkpoint.tmp")
    for name in (*planted, "begun.json", "best-1.tmp"):
        (folder / name).symlink_to(victim)
    assert bench().outcome == "finished"
    assert victim.read_text() == "of another user"


def test_a_loss_that_is_no_number_is_a_failed_run_with_advice(
    bench: Any, engines: list[Any], fake_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake_engine, "_scripted", lambda self, script, computed: float("nan"))
    assert bench().reason == "the loss became nan in epoch 1; try a lower learning rate"


def test_outputs_that_are_no_numbers_are_a_failed_run(
    bench: Any, engines: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_numbers = "modelzoo.training.engines.keras_engine.KerasEngine.logits"
    monkeypatch.setattr(no_numbers, lambda self, split: np.full((len(split.labels), 4), np.nan))
    record = bench()
    assert "output is not finite" in (record.reason or "")
    assert read_record(tmp_path / "runs" / record.id / RECORD) == record


def test_a_network_that_cannot_be_built_is_a_failed_run(
    bench: Any, engines: list[Any], fake_engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Any, **given: Any) -> None:
        raise ValueError("no such layer")

    monkeypatch.setattr(fake_engine, "__init__", refuse)
    record = bench()
    assert (record.reason, record.total_params, record.epochs) == ("ValueError: no such layer", 0, ())


def test_a_failed_run_is_tried_again_and_gives_way(
    bench: Any, engines: list[Any], fake_engine: Any, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fail_in_epoch(patch, fake_engine, 2, RuntimeError("no such device"))
        failed = bench()
    record = bench()
    assert (failed.outcome, record.outcome) == ("failed", "finished")
    assert failed.id == record.id
    assert load_records(tmp_path / "runs")[0] == (record,)


def kill_at(monkeypatch: pytest.MonkeyPatch, moment: str, fake_engine: Any) -> Callable[[Any], None]:
    """Let the process end at that moment; what is returned listens to its events."""

    def kill(*given: Any, **named: Any) -> None:
        raise Killed

    if moment == "epoch 3":
        fail_in_epoch(monkeypatch, fake_engine, 3, Killed())
    elif "." in moment:
        monkeypatch.setattr(moment, kill)
    return kill if moment == "begin" else lambda event: kill() if str(getattr(event, "what", "")) == moment else None


@pytest.mark.usefixtures("saved_each_epoch")
@pytest.mark.parametrize(
    ("moment", "goes_on"),
    [
        ("begin", None),
        ("epoch 3", 2),
        ("accuracy on the test split", 4),
        ("latency", 4),
        ("modelzoo.benchmarking.run.flops_of_image", 4),
        ("modelzoo.benchmarking.run.write_record", 4),
        ("modelzoo.runs.store.publish", "whole"),
        ("pathlib.Path.rename", "whole"),
    ],
)
def test_a_killed_run_goes_on_wherever_it_was(
    bench: Any,
    engines: list[Any],
    fake_engine: Any,
    tmp_path: Path,
    events: list[Any],
    moment: str,
    goes_on: Any,
    empty: Path,
) -> None:
    whole = bench(runs=tmp_path / "whole")
    with pytest.MonkeyPatch.context() as patch:
        report = kill_at(patch, moment, fake_engine)
        with pytest.raises(Killed):
            bench(report=report)
    listed = list_runs(tmp_path / "runs", empty)
    assert [run.outcome for run in listed.runs] == ([] if moment == "begin" else ["partial"])
    built = len(engines)

    record = bench(report=events.append)
    assert [event.epochs for event in events if isinstance(event, Resumed)] == (
        [goes_on] if isinstance(goes_on, int) else []
    )
    assert len(engines) == built + (goes_on != "whole")
    assert names(tmp_path / "runs") == {whole.id}
    assert names(tmp_path / "runs" / record.id) == names(tmp_path / "whole" / whole.id)
    without = [replace(epoch, seconds=0.0) for epoch in record.epochs]
    assert without == [replace(epoch, seconds=0.0) for epoch in whole.epochs]
    assert record.test == whole.test


def test_a_run_that_another_process_works_on_is_left_alone(bench: Any, engines: list[Any], tmp_path: Path) -> None:
    other = bench(runs=tmp_path / "other").id
    with (
        store.claim_run(tmp_path / "runs", other),
        pytest.raises(ZooError, match=r"process \d+ on .* works on .*; wait for it, or choose another --seed"),
    ):
        bench()


def test_a_claimed_run_of_a_list_is_a_note_and_no_failure(
    bench: Any, engines: list[Any], tiny: DataSet, recipe_file: Path, tmp_path: Path, events: list[Any]
) -> None:
    claimed = bench(runs=tmp_path / "other").id
    with store.claim_run(tmp_path / "runs", claimed):
        result = bench_all(tiny, recipe_file, tmp_path, "lenet5", "vgg16", report=events.append)
        with pytest.raises(ClaimedError, match=r"^LeNet-5: process \d+ on .* works on .*\.partial; wait for it, or"):
            modelzoo.bench("lenet5", dataset=tiny, recipe=recipe_file, runs=tmp_path / "runs", time_limit_s=9.0)
    assert [record.model for record in result.records] == ["vgg16"]
    assert result.measured[0] is None
    assert not result.failed
    (note,) = [event.text for event in events if isinstance(event, Note) and "elsewhere" in event.text]
    assert re.match(r"1 of 2 runs made elsewhere: LeNet-5: process \d+ on .*; the same command reports them", note)
    assert [record.model for record in bench_all(tiny, recipe_file, tmp_path, "lenet5", "vgg16").records] == [
        "lenet5", "vgg16"
    ]  # fmt: skip


@pytest.mark.usefixtures("saved_each_epoch")
@pytest.mark.parametrize(("moment", "saved"), [(EpochDone, 1), (Measuring, 4)], ids=["training", "measuring"])
def test_a_run_that_another_process_took_over_writes_neither_checkpoint_nor_record(
    bench: Any, engines: list[Any], tmp_path: Path, moment: type, saved: int
) -> None:
    """This process was suspended; the other one has removed the older claim."""
    taken: list[Any] = []

    def take_over(event: Any) -> None:
        if isinstance(event, moment) and not taken:
            (partial,) = store.partial_folders(tmp_path / "runs")
            taken.append(claims._create(partial, "claim", Watch(partial).look()))

    with pytest.raises(
        ClaimedError, match=r"process \d+ on .* took .*\.partial over, because this process gave no sign"
    ):
        bench(report=take_over)
    (partial,) = (tmp_path / "runs").iterdir()
    assert len(load_state(partial).epochs) == saved
    assert not (partial / RECORD).exists()
    assert (partial / "begun.json").exists()
    taken[0].require()
    taken[0].release()
    assert bench().outcome == "finished"


def test_runs_made_at_the_same_time_disturb_each_other_in_nothing(
    bench: Any, engines: list[Any], tmp_path: Path, empty: Path
) -> None:
    """While one is under way another begins, ends, and is listed."""
    others: list[Any] = []

    def meanwhile(event: Any) -> None:
        if isinstance(event, EpochDone):
            others.append(bench(seed=event.epoch.epoch))
            listed = list_runs(tmp_path / "runs", empty)
            assert listed.problems == ()
            assert sorted(run.outcome for run in listed.runs) == ["finished"] * event.epoch.epoch + ["partial"]

    record = bench(report=meanwhile)
    made = {record.id: record for record in (record, *others)}
    assert {found.id: found for found in load_records(tmp_path / "runs")[0]} == made
    assert len(made) == 5


@pytest.mark.usefixtures("saved_each_epoch")
def test_a_damaged_checkpoint_stops_the_run_and_is_kept(
    bench: Any, engines: list[Any], fake_engine: Any, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        fail_in_epoch(patch, fake_engine, 3, Killed())
        with pytest.raises(Killed):
            bench()
    (partial,) = store.partial_folders(tmp_path / "runs")
    (partial / "checkpoint.npz").write_bytes(b"")
    with pytest.raises(ZooError, match=r"checkpoint\.npz is damaged or no .*; remove .*\.partial to start again"):
        bench()
    assert (partial / "checkpoint.npz").exists()


def test_a_damaged_record_is_made_again(bench: Any, engines: list[Any], tmp_path: Path) -> None:
    record = bench()
    (tmp_path / "runs" / record.id / RECORD).write_text("{")
    assert bench().outcome == "finished"
    assert load_records(tmp_path / "runs")[1] == ()


def test_a_record_of_a_later_version_is_not_replaced(bench: Any, engines: list[Any], tmp_path: Path) -> None:
    record = bench()
    path = tmp_path / "runs" / record.id / RECORD
    text = path.read_text().replace('"schema": 2', '"schema": 3')
    path.write_text(text)
    with pytest.raises(ZooError, match="schema 3; this version reads up to 2"):
        bench()
    assert path.read_text() == text


def test_a_file_in_the_place_of_the_runs_folder_is_an_error_of_one_line(
    bench: Any, engines: list[Any], tmp_path: Path
) -> None:
    (tmp_path / "runs").touch()
    with pytest.raises(ZooError, match=r"cannot write .*runs: .*; choose a folder with --runs"):
        bench()


@pytest.mark.usefixtures("saved_each_epoch")
@pytest.mark.parametrize("full", ["os.fsync", "modelzoo.runs.checkpoint.np.savez", "tempfile.mkstemp"])
def test_a_full_disk_loses_nothing_and_the_same_command_goes_on(
    bench: Any, engines: list[Any], full: str, events: list[Any], tmp_path: Path
) -> None:
    def no_space(*given: Any, **named: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:

        def fill_up(event: Any) -> None:
            if isinstance(event, EpochDone) and event.epoch.epoch == 2:
                patch.setattr(full, no_space)

        with pytest.raises(ZooError, match=r"^cannot write .*: No space left on device; [^\n]*$"):
            bench(report=fill_up)
    assert bench(report=events.append).outcome == "finished"
    assert next(event.epochs for event in events if isinstance(event, Resumed)) in (2, 4)
    assert len(names(tmp_path / "runs")) == 1


def test_pictures_that_do_not_fit_the_recipe_are_refused_before_anything_is_begun(
    bench: Any, engines: list[Any], tiny: DataSet, tmp_path: Path
) -> None:
    from dataclasses import replace as with_

    from modelzoo.datasets.dataset import Split

    def grown(split: Split, *shape: int) -> Split:
        return Split(np.resize(split.images, (len(split), *shape)), split.labels)

    for shape, words in (((40, 40), "40×40 images cannot be padded to 32×32"), ((28, 28, 3), "have 3 channels")):
        dataset = with_(tiny, train=grown(tiny.train, *shape), test=grown(tiny.test, *shape))
        with pytest.raises(ZooError, match=words):
            bench(dataset=dataset)
    assert engines == []
    assert not (tmp_path / "runs").exists()


def bench_all(tiny: DataSet, recipe_file: Path, tmp_path: Path, *models: str, **given: Any) -> runner.BenchResult:
    options = BenchOptions(recipe=recipe_file, runs=tmp_path / "runs")
    return runner.bench_all(models, tiny, options, **given)


def test_one_run_that_fails_does_not_keep_back_the_others(
    engines: list[Any], fake_engine: Any, tiny: DataSet, recipe_file: Path, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:

        def begun(event: Any) -> None:
            if isinstance(event, RunStarted) and event.name == "VGG16":
                fail_in_epoch(patch, fake_engine, 1, RuntimeError("too large"))

        benched = bench_all(tiny, recipe_file, tmp_path, "lenet5", "vgg16", report=begun)
    assert [record.outcome for record in benched.records] == ["finished", "failed"]
    assert benched.failed


def test_a_run_that_cannot_be_made_is_told_and_the_others_are_kept(
    engines: list[Any], tiny: DataSet, recipe_file: Path, tmp_path: Path
) -> None:
    blocked = bench_all(tiny, recipe_file, tmp_path, "vgg16").records[0].id
    (tmp_path / "runs" / blocked / RECORD).write_text('{"schema": 99}')
    benched = bench_all(tiny, recipe_file, tmp_path, "vgg16", "lenet5")
    assert [record.model for record in benched.records] == ["lenet5"]
    assert benched.failed
    assert benched.problems[0].startswith("VGG16, recipe tiny: ")


def test_all_that_was_asked_for_is_checked_before_the_first_is_trained(
    engines: list[Any], tiny: DataSet, recipe_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(ZooError, match="unknown model 'vgg99'"):
        bench_all(tiny, recipe_file, tmp_path, "lenet5", "vgg99")
    assert engines == []


def test_what_a_network_cannot_take_is_refused_before_the_first_is_trained(
    engines: list[Any], tiny: DataSet, recipe_file: Path, tmp_path: Path
) -> None:
    pytest.importorskip("keras")
    deeper = tmp_path / "deeper.toml"
    deeper.write_text(f'title = "deeper"\nextends = "{recipe_file}"\ndepth = 2.0\n')
    with pytest.raises(ZooError, match=r"^LeNet-5, recipe deeper: depth is 2; lenet5 has no residual blocks"):
        bench_all(tiny, deeper, tmp_path, "resnet50", "lenet5")
    assert engines == []


def test_imagenets_weights_that_cannot_be_had_are_an_error_before_data_is_read(
    bench: Any, engines: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import keras

    def offline(*asked: Any, **named: Any) -> None:
        raise Exception("URL fetch failure on https://example.org: None -- no network")

    def read(*asked: Any) -> None:
        raise AssertionError("the data is read")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(keras.utils, "get_file", offline)
    monkeypatch.setattr("modelzoo.benchmarking.prepare.load_dataset", read)
    with pytest.raises(ZooError, match=rf"no network; .* put the file at {tmp_path}/models/mobilenet_1_0_224_tf"):
        bench("mobilenet", dataset="glyphs", recipe=None, weights="imagenet")
    with pytest.raises(ZooError, match=r"weights is 'none\.weights\.h5'; expected a file"):
        bench("mobilenet", dataset="glyphs", recipe=None, weights="none.weights.h5")
    assert engines == []


def test_given_weights_are_part_of_the_recipe_and_of_the_id(bench: Any, engines: list[Any], tmp_path: Path) -> None:
    (tmp_path / "mine.weights.h5").write_bytes(b"mine")
    plain, begun = bench(), bench(weights=tmp_path / "mine.weights.h5")
    assert begun.recipe.weights == str(tmp_path / "mine.weights.h5")
    assert begun.weights_sha256 == hashlib.sha256(b"mine").hexdigest()
    assert plain.id != begun.id
    with pytest.raises(ZooError, match="gives 'weights' twice"):
        bench(weights="imagenet", set=["weights=mine.weights.h5"])


def test_every_option_of_the_command_shows_in_the_records(
    zoo: Any, engines: list[Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tiny_npz: Path, recipe_file: Path
) -> None:
    limits, real = [], jobs.run_in_worker

    def run_in_worker(*given: Any, limit_s: float | None, **named: Any) -> Record:
        limits.append(limit_s)
        return real(*given, limit_s=limit_s, **named)

    monkeypatch.setattr(jobs, "run_in_worker", run_in_worker)
    options = (
        f"--dataset {tiny_npz.stem} --data-dir {tiny_npz.parent} --recipe {recipe_file} --epochs 2 --batch-size 9 "
        f"--seed 4 --seeds 2 --limit-train 100 --image-size 40 --latency-batch 3 --time-limit 90m --runs {tmp_path}"
    )
    records = json.loads(zoo("bench", "lenet5", "vgg16", *options.split(), "--json").out)
    assert [(record["model"], record["seed"]) for record in records] == [
        ("lenet5", 4), ("lenet5", 5), ("vgg16", 4), ("vgg16", 5)
    ]  # fmt: skip
    for record in records:
        assert (record["dataset"]["name"], record["dataset"]["train_images"]) == (tiny_npz.stem, 100)
        assert (record["recipe_name"], record["recipe"]["batch_size"]) == ("tiny", 9)
        assert (len(record["epochs"]), record["stopped_by"]) == (2, "limit")
        assert record["input_shape"][:2] == [40, 40]
        assert [latency["batch"] for latency in record["latency"]] == [3]
        assert (tmp_path / record["id"] / RECORD).exists()
    assert limits == [5400.0] * 4


def test_an_error_names_the_option_at_the_command_line(
    zoo: Any, engines: list[Any], tmp_path: Path, tiny_npz: Path
) -> None:
    printed = zoo("bench", "lenet5", "--dataset", str(tiny_npz), "--limit-train", "3", "--runs", str(tmp_path))
    assert printed.code == 1
    assert printed.err.endswith("\nzoo: --limit-train is 3; expected 4 at least, one image a class\n")


def test_a_list_of_models_gives_a_result_of_several_runs(
    bench: Any, engines: list[Any], tmp_path: Path, tiny: DataSet, recipe_file: Path
) -> None:
    result = modelzoo.bench(
        ["lenet5"], dataset=tiny, recipe=recipe_file, runs=tmp_path / "runs", seeds=2, time_limit_s=9.0
    )
    assert [record.seed for record in result.records] == [0, 1]
    assert result.measured[0] == bench()
    with pytest.raises(ZooError, match=r"`seeds` is 2; name the model in a list, \['lenet5'\]"):
        bench(seeds=2)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epochs": 0}, "`epochs` is 0; expected a whole number from 1"),
        ({"batch_size": "all"}, "batch_size is 'all'; expected a whole number, 'auto' or None"),
        ({"seeds": 1.5}, "seeds is 1.5; expected a whole number"),
        ({"seed": -1}, "`seed` is -1; expected a whole number from 0 to 4,294,967,295"),
        ({"seed": 2**32}, "`seed` is 4294967296; expected a whole number from 0 to 4,294,967,295"),
        ({"seed": 1.5}, "seed is 1.5; expected a whole number"),
        ({"runs": 5}, "runs is 5; expected a text, Path or None"),
        ({"time_limit_s": 0}, "`time_limit_s` is 0; expected a number of seconds above 0"),
        ({"time_limit_s": float("inf")}, "`time_limit_s` is inf; expected a number of seconds above 0, 1e.09 at most"),
        ({"time_limit_s": float("nan")}, "`time_limit_s` is nan; expected"),
        ({"time_limit_s": 1e300}, "`time_limit_s` is 1e.300; expected"),
        ({"time_limit_s": "90"}, "time_limit_s is '90'; expected a number or None"),
    ],
)
def test_options_that_cannot_be_are_an_error_that_names_the_field(
    bench: Any, engines: list[Any], options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ZooError, match=words):
        bench(**options)


def test_options_may_be_numbers_of_numpy(bench: Any, engines: list[Any]) -> None:
    assert bench(epochs=np.int64(2), seed=np.uint8(3), limit_train=np.int32(100)) == bench(
        epochs=2, seed=3, limit_train=100
    )


@pytest.fixture
def devices(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What becomes of the accelerators, and where each run is made."""
    told: list[str] = []
    for name in ("find_devices", "leave_devices"):
        monkeypatch.setattr(runner.hardware, name, lambda name=name: told.append(name))
    here, apart = one_run.run, jobs.run_in_worker
    monkeypatch.setattr(runner, "run", lambda *given, **named: told.append("here") or here(*given, **named))
    monkeypatch.setattr(jobs, "run_in_worker", lambda *given, **named: told.append("apart") or apart(*given, **named))
    return told


def test_an_option_that_bench_does_not_have_is_named_with_the_nearest() -> None:
    with pytest.raises(ZooError, match="unknown option of bench 'epoch'; did you mean 'epochs'"):
        modelzoo.bench("lenet5", dataset="glyphs", epoch=1)


def test_one_run_has_this_process_and_its_devices_however_it_is_asked_for(
    engines: list[Any], devices: list[str], bench: Any, tiny: DataSet, recipe_file: Path, tmp_path: Path
) -> None:
    bench()
    assert devices == ["here", "find_devices"]
    bench_all(tiny, recipe_file, tmp_path, top=1, by=["gpu"])
    assert devices[2:] == ["here", "find_devices"]


def test_several_runs_and_those_after_them_have_processes_of_their_own(
    engines: list[Any], devices: list[str], bench: Any, tiny: DataSet, recipe_file: Path, tmp_path: Path
) -> None:
    bench_all(tiny, recipe_file, tmp_path, "lenet5", "vgg16")
    assert devices == ["leave_devices", "apart", "find_devices", "apart", "find_devices"]
    runner.hardware._left.append(True)  # as leaving does
    bench(seed=7)
    assert devices[5:7] == ["leave_devices", "apart"]
