"""LeNet-5 on a tiny data set, whole and killed: nothing is made up here but the images."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import modelzoo
from modelzoo.runs.checkpoint import epochs_done
from modelzoo.runs.events import EpochDone, Event, Measuring, Resumed, RunStarted, Waiting
from modelzoo.runs.listing import list_runs
from modelzoo.runs.predictions import VALIDATION, read_predictions
from modelzoo.runs.record import Record, load_records, read_record
from modelzoo.statistics.calibration import calibration_error
from modelzoo.statistics.recall import macro_recall

CONDITIONS = "recipe tiny, images padded to 32×32×1"

pytestmark = [pytest.mark.xdist_group("keras"), pytest.mark.slow]

# A process that benches and ends without a word at the moment named first.
CHILD = """
import os, signal, sys
from pathlib import Path

import numpy as np

import modelzoo
from modelzoo.runs import checkpoint, events, store

checkpoint.CHECKPOINT_EVERY_S = 0.0
moment, dataset, recipe, runs, seed = sys.argv[1:]


def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)


def report(event):
    if isinstance(event, events.Step) and moment == f"step {event.step} of epoch {event.epoch}":
        die()


def torn(file, **arrays):
    file.write(b"PK" * 5000)
    file.flush()
    if "state" in arrays:
        die()


if moment == "while the checkpoint is written":
    np.savez = torn
if moment == "before the run gets its name":
    store.publish = die
modelzoo.bench(
    "lenet5", dataset=dataset, recipe=recipe, runs=Path(runs), seed=int(seed), report=report, latency_batches=()
)
"""

# Builders of one's own: one that crashes, one for which there is no memory, and one that can be trained.
BUILDERS = """
import os, signal

import keras
from keras import layers


class InTraining(layers.Layer):
    def __init__(self, crashes=False, **named):
        super().__init__(**named)
        self.crashes = crashes

    def call(self, x, training=False):
        if training and self.crashes:
            os.kill(os.getpid(), signal.SIGSEGV)
        if training:
            raise MemoryError
        return x

    def get_config(self):
        return super().get_config() | {"crashes": self.crashes}


def crash(input_shape, classes):
    return small(input_shape, classes, InTraining(crashes=True))


def big(input_shape, classes):
    return small(input_shape, classes, InTraining())


def small(input_shape, classes, more=layers.Activation("linear")):
    pictures = keras.Input(input_shape)
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 5, strides=4)(pictures))
    return keras.Model(pictures, layers.Dense(classes)(more(x)))
"""


@dataclass
class Whole:
    """An uninterrupted run, what it told, and the splits that each use of the network was given."""

    record: Record
    folder: Path
    told: list[Event] = field(default_factory=list)
    used: list[tuple[str, int]] = field(default_factory=list)


@pytest.fixture(scope="module")
def whole(tiny_npz: Path, recipe_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    pytest.importorskip("keras")
    from modelzoo.training.engines.keras_engine import KerasEngine

    runs = tmp_path_factory.mktemp("whole")
    told: list[Event] = []
    used: list[tuple[str, int]] = []

    def spied(name: str) -> Callable[..., Any]:
        real = getattr(KerasEngine, name)

        def spy(self: Any, split: Any, *given: Any) -> Any:
            used.append((name, len(split)))
            return real(self, split, *given)

        return spy

    with pytest.MonkeyPatch.context() as patch:
        for name in ("train_epoch", "evaluate", "logits"):
            patch.setattr(KerasEngine, name, spied(name))
        record = modelzoo.bench("lenet5", dataset=str(tiny_npz), recipe=recipe_file, runs=runs, report=told.append)
    return Whole(record, runs / record.id, told, used)


def test_a_network_learns_what_can_be_learnt(whole: Whole) -> None:
    assert whole.record.test is not None
    assert whole.record.test.top1 > 90
    assert whole.record.epochs[0].loss > whole.record.epochs[-1].loss


def test_the_record_says_all_that_was_measured(whole: Whole) -> None:
    record = read_record(whole.folder / "record.json")
    assert record == whole.record
    assert (record.outcome, record.stopped_by, record.best_epoch) == ("finished", "schedule", 4)
    # 61,706 for ten classes; six of them fewer here, 85 parameters each.
    assert record.trainable_params == record.total_params == 61_706 - 6 * 85
    assert [latency.batch for latency in record.latency] == [1, 8, 32, 128]
    assert record.no_latency == ()
    assert record.flops == pytest.approx(2 * 420_000, rel=0.1)  # twice the multiplications of LeNet-5's layers
    assert (record.peak_memory_mb or 0) > 100
    assert record.saved_model_bytes == (whole.folder / "weights.weights.h5").stat().st_size
    assert record.input_shape == (32, 32, 1)
    assert {"python", "keras", "numpy"} < set(record.versions)


def test_latency_is_added_to_a_finished_run_with_its_weights(
    tiny_npz: Path, recipe_file: Path, tmp_path: Path, events: list[Any]
) -> None:
    pytest.importorskip("keras")
    given: dict[str, Any] = {"dataset": str(tiny_npz), "recipe": recipe_file, "epochs": 1, "runs": tmp_path}
    before = modelzoo.bench("lenet5", **given, latency_batches=())
    kept = (tmp_path / before.id / "weights.weights.h5").read_bytes()
    after = modelzoo.bench("lenet5", **given, latency_batches=(1, 8), report=events.append)
    assert [latency.batch for latency in after.latency] == [1, 8]
    assert all(latency.p50_ms > 0 for latency in after.latency)
    assert (
        replace(after, latency=()) == before == replace(read_record(tmp_path / before.id / "record.json"), latency=())
    )
    reported = [event for event in events if not isinstance(event, Waiting)]
    assert reported == [RunStarted(before.id, "LeNet-5", CONDITIONS, finished=True), Measuring("latency")]
    assert (tmp_path / before.id / "weights.weights.h5").read_bytes() == kept


def test_test_accuracy_follows_from_the_kept_predictions(whole: Whole, tiny: Any) -> None:
    with np.load(whole.folder / "predictions.npz") as kept:
        best, first = kept["top5"], kept["prob"]
    assert best.dtype == np.uint8
    assert best.shape == (80, 4)
    assert (best[:, 0] == tiny.test.labels).sum() == whole.record.test.correct  # type: ignore[union-attr]
    assert ((first > 0) & (first <= 1)).all()


def test_the_calibration_follows_from_the_kept_probabilities(whole: Whole) -> None:
    kept, record = read_predictions(whole.folder, record=whole.record), whole.record
    assert kept is not None
    assert kept.confidence is not None
    assert record.test is not None
    assert record.test.ece == calibration_error(kept.confidence, kept.best[:, 0] == kept.labels)
    assert (record.temperature is None) == (record.test.ece_calibrated is None)
    assert record.train_counts is not None
    assert sum(record.train_counts) == record.dataset.train_images


def test_validation_scores_follow_from_the_kept_predictions(whole: Whole) -> None:
    kept, last = read_predictions(whole.folder, VALIDATION), whole.record.epochs[-1]
    assert kept is not None
    assert kept.labels is not None
    assert len(kept.labels) == whole.record.dataset.validation_images
    assert 100 * (kept.best[:, 0] == kept.labels).mean() == pytest.approx(last.val_accuracy)
    assert macro_recall(kept.labels, kept.best[:, 0]) == pytest.approx(last.val_macro_recall)


def test_the_test_split_is_used_once_and_the_others_each_epoch(whole: Whole) -> None:
    # Validation scores are taken from logits, and the validation images' predictions are kept.
    each_epoch = [("train_epoch", 250), ("evaluate", 50), ("logits", 50)]
    assert whole.used == each_epoch * 4 + [("logits", 50), ("logits", 80)]


def weights(run: Path) -> dict[str, Any]:
    import h5py

    found: dict[str, Any] = {}
    with h5py.File(run / "weights.weights.h5") as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def assert_same(run: Path, whole: Whole) -> None:
    """History, test figures, predictions and weights equal to the last bit; only the clock differs."""
    record = read_record(run / "record.json")
    assert [replace(e, seconds=0.0) for e in record.epochs] == [replace(e, seconds=0.0) for e in whole.record.epochs]
    assert record.test == whole.record.test
    with np.load(run / "predictions.npz") as one, np.load(whole.folder / "predictions.npz") as other:
        assert all(np.array_equal(one[name], other[name]) for name in ("top5", "prob"))
    one_, other_ = weights(run), weights(whole.folder)
    assert one_.keys() == other_.keys()
    assert all(np.array_equal(one_[name], other_[name]) for name in one_)


def child(moment: str, tiny_npz: Path, recipe_file: Path, runs: Path, seed: int = 0) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", CHILD, moment, str(tiny_npz), str(recipe_file), str(runs), str(seed)]
    path = os.pathsep.join(filter(None, (str(Path(modelzoo.__file__).parent.parent), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, stderr=subprocess.DEVNULL)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_run_killed_three_times_equals_an_uninterrupted_one(
    whole: Whole, tiny_npz: Path, recipe_file: Path, tmp_path: Path, empty: Path
) -> None:
    partial = tmp_path / f"{whole.record.id}.partial"
    for moment, epochs in (
        ("step 5 of epoch 3", 2),
        ("while the checkpoint is written", 2),
        ("before the run gets its name", 4),
    ):
        assert child(moment, tiny_npz, recipe_file, tmp_path).wait() == -signal.SIGKILL, moment
        assert epochs_done(partial) == epochs, moment
        assert [run.outcome for run in list_runs(tmp_path, empty).runs] == ["partial"]
    told: list[Event] = []
    given: dict[str, Any] = {"dataset": str(tiny_npz), "recipe": recipe_file, "runs": tmp_path, "latency_batches": ()}
    modelzoo.bench("lenet5", **given, report=told.append)
    reported = [event for event in told if not isinstance(event, Waiting)]
    assert reported == [RunStarted(whole.record.id, "LeNet-5", CONDITIONS, finished=True)]
    assert {path.name for path in (tmp_path / whole.record.id).iterdir()} == {
        path.name for path in whole.folder.iterdir()
    }
    assert_same(tmp_path / whole.record.id, whole)


def test_two_processes_at_once_disturb_each_other_in_nothing(
    whole: Whole, tiny_npz: Path, recipe_file: Path, tmp_path: Path, saved_each_epoch: None, empty: Path
) -> None:
    """Another process trains another seed in the same folder; this one is interrupted as by Ctrl-C, and goes on."""
    faults: list[str] = []

    def listing(event: Event) -> None:
        faults.extend(list_runs(tmp_path, empty).problems)

    def interrupted(event: Event) -> None:
        listing(event)
        if isinstance(event, EpochDone) and event.epoch.epoch == 2:
            raise KeyboardInterrupt

    given: dict[str, Any] = {"dataset": str(tiny_npz), "recipe": recipe_file, "runs": tmp_path, "latency_batches": ()}
    other = child("never", tiny_npz, recipe_file, tmp_path, seed=1)
    told: list[Event] = []
    try:
        with pytest.raises(KeyboardInterrupt):
            modelzoo.bench("lenet5", **given, report=interrupted)
        modelzoo.bench("lenet5", **given, report=lambda event: (listing(event), told.append(event))[0])
    finally:
        assert other.wait() == 0
    assert Resumed(epochs=2) in told
    assert faults == []
    assert sorted(record.seed for record in load_records(tmp_path)[0]) == [0, 1]
    assert_same(tmp_path / whole.record.id, whole)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSEGV")
def test_of_several_models_one_that_crashes_and_one_without_memory_keep_back_no_other(
    tiny_npz: Path, recipe_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "own.py").write_text(BUILDERS)
    path = os.pathsep.join((str(tmp_path), str(Path(modelzoo.__file__).parent.parent)))
    options = ["--dataset", str(tiny_npz), "--recipe", str(recipe_file), "--runs", str(tmp_path / "runs")]
    options.append("--no-latency")
    command = [sys.executable, "-m", "modelzoo", "bench", "own:crash", "own:big", "own:small", *options]
    ended = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ended.returncode == 3, ended.stderr
    found = {record.name: record for record in load_records(tmp_path / "runs")[0]}
    assert {name: record.reason for name, record in found.items()} == {
        "own:crash": "its process was ended by SIGSEGV (Segmentation fault) before its first step",
        "own:big": "out of memory at batch size 32; try --batch-size 16, or auto",
        "own:small": None,
    }
    assert len(found["own:small"].epochs) == 4
    told = [line.split(":")[0] for line in ended.stderr.splitlines()]
    assert [line for line in told if line.startswith("epoch")] == [f"epoch {number}/4" for number in range(1, 5)]
    assert "own:small, recipe tiny" in ended.stdout
