"""A run killed at twenty random moments, with all in use that has a state: equal to the last bit to one let alone.

Another is saved each third epoch only, so that it trains an epoch again.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import modelzoo
from modelzoo.runs.record import Record, read_record

pytestmark = [
    pytest.mark.xdist_group("killed"),
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="a process of TensorFlow's for each moment takes minutes"),
]

KILLS = 22

NETWORK = """
import keras
from keras import layers


def small(input_shape, classes):
    pictures = keras.Input(input_shape)
    x = layers.Conv2D(6, 5, strides=3)(layers.Rescaling(1 / 255)(pictures))
    x = layers.Dropout(0.2)(layers.ReLU()(layers.BatchNormalization()(x)))
    return keras.Model(pictures, layers.Dense(classes)(layers.GlobalAveragePooling2D()(x)))
"""

RECIPE = """
title = "All that has a state"
batch_size = 32
epochs = 6
batch_norm_momentum = 0.8

[optimizer]
name = "adam"
learning_rate = 0.01

[schedule]
name = "plateau"
patience = 1
min_delta = 0.3

# Transforms follow from seed, epoch and image alone, so two stand for all.
[augmentation]
translate = 0.1
mixup = 0.2
"""

# TensorFlow is imported once, which starts no thread yet, and each attempt is a fork that first uses it.
ATTEMPTS = """
import json, os, signal, sys
from pathlib import Path

import keras
import numpy as np

import modelzoo
from modelzoo.runs import checkpoint, events

dataset, recipe, runs, kills = sys.argv[1:]
if Path("/proc/self/task").exists():
    assert len(os.listdir("/proc/self/task")) == 1, "a fork would lose a thread"


def attempt(folder, moments, log, last, every):
    reached = 0
    checkpoint.CHECKPOINT_EVERY_S = 0.0
    if every > 1:  # counted in epochs, whose seconds here are never the same
        checkpoint.CheckpointWriter.is_due = property(lambda writer: len(writer.unsaved) >= every)

    def point(where):
        nonlocal reached
        reached += 1
        if reached == moments:
            os.write(log, where.encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def report(event):
        nonlocal reached
        if isinstance(event, events.Resumed) and not moments:
            os.write(log, f"resumed {event.epochs}".encode())
        if isinstance(event, events.Step) and (event.epoch, event.step) == last:
            reached = moments - 1
        kinds = {events.RunStarted: "before", events.Resumed: "before", events.Step: "in"}
        # The first follows the clock, the second changes nothing.
        if not isinstance(event, events.EtaEstimated | events.Waiting):
            point(kinds.get(type(event), "after"))

    whole, rename = np.savez, Path.replace

    def torn(file, **arrays):
        file.write(b"PK" * 500)
        file.flush()
        point("writing")
        file.seek(0)
        whole(file, **arrays)

    def renamed(path, target):
        if Path(target).name != "invocation.json":  # each attempt writes the same one
            point("writing")
        return rename(path, target)

    checkpoint.np.savez, Path.replace = torn, renamed
    modelzoo.bench("own_network:small", dataset=dataset, recipe=recipe, runs=folder, report=report)


def forked(folder, moments=0, last=None, every=1):
    out, log = os.pipe()
    process = os.fork()
    if not process:
        try:
            attempt(Path(folder), moments, log, last, every)
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    os.close(log)
    where = os.read(out, 100).decode()
    os.close(out)
    return {"code": os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), "where": where}


random = np.random.default_rng(40)  # with which the kills are over in the last epoch
attempts = [forked(runs + "/whole")]
while len(attempts) <= int(kills):
    attempts.append(forked(runs + "/killed", int(random.integers(1, 17))))
attempts.append(forked(runs + "/killed"))
attempts.append(forked(runs + "/again", 1000, last=(5, 3), every=3))
attempts.append(forked(runs + "/again", every=3))
print(json.dumps(attempts))
"""


@dataclass(frozen=True)
class Pair:
    """An uninterrupted run, a killed one, and how each attempt at the killed one ended."""

    whole: Path
    killed: Path
    attempts: list[dict[str, Any]]

    @property
    def records(self) -> tuple[Record, Record]:
        return read_record(self.whole / "record.json"), read_record(self.killed / "record.json")


@pytest.fixture(scope="module")
def pairs(tiny_npz: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    if find_spec("tensorflow") is None:  # imported by the processes alone
        pytest.skip("TensorFlow is not installed")
    folder = tmp_path_factory.mktemp("random")
    (folder / "own_network.py").write_text(NETWORK)
    (folder / "recipe.toml").write_text(RECIPE)
    path = os.pathsep.join((str(folder), str(Path(modelzoo.__file__).parent.parent)))
    given = [str(tiny_npz), str(folder / "recipe.toml"), str(folder), str(KILLS)]
    ended = subprocess.run(
        [sys.executable, "-c", ATTEMPTS, *given],
        # The library that numpy multiplies by starts threads as it loads; no fork has these.
        env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    attempts = json.loads(ended.stdout.splitlines()[-1])
    assert [attempts[place]["code"] for place in (0, -3, -1)] == [0, 0, 0], ended.stderr
    (whole,), (killed,), (again,) = ((folder / name).glob("*-*") for name in ("whole", "killed", "again"))
    return {"each epoch": Pair(whole, killed, attempts[1:-3]), "each third": Pair(whole, again, attempts[-2:])}


@pytest.fixture(scope="module", params=["each epoch", "each third"])
def pair(pairs: dict[str, Pair], request: pytest.FixtureRequest) -> Pair:
    """The runs by how often the killed one was saved; the other one is saved each epoch."""
    return pairs[request.param]


def test_it_was_killed_twenty_times_and_more_before_in_and_after_epochs_and_while_writing(
    pairs: dict[str, Pair],
) -> None:
    attempts = pairs["each epoch"].attempts
    assert [attempt["code"] for attempt in attempts] == [-9] * KILLS
    assert KILLS >= 20
    where = Counter(attempt["where"] for attempt in attempts)
    assert min(where[kind] for kind in ("before", "in", "after", "writing")) >= 3, where


def test_epochs_since_the_last_checkpoint_are_trained_again(pairs: dict[str, Pair]) -> None:
    """It is killed in epoch 5 and was saved after epoch 3; the tests below say that nothing differs."""
    assert pairs["each third"].attempts == [{"code": -9, "where": "in"}, {"code": 0, "where": "resumed 3"}]


def test_all_that_has_a_state_was_in_use(pairs: dict[str, Pair]) -> None:
    record, _ = pairs["each epoch"].records
    rates = [epoch.learning_rate for epoch in record.epochs]
    assert rates[0] > rates[2] > rates[-1]
    assert record.recipe.augmentation.mixup > 0


def test_the_record_and_the_history_are_those_of_the_run_let_alone(pair: Pair) -> None:
    def timeless(record: Record) -> Record:
        epochs = tuple(replace(epoch, seconds=0.0) for epoch in record.epochs)
        files = {name: facts for name, facts in record.files.items() if name != "history.csv"}  # which has the seconds
        moments = {"started": "", "finished": "", "latency": (), "peak_memory_mb": None, "files": files}
        return replace(record, epochs=epochs, **moments)  # type: ignore[arg-type]

    whole, killed = pair.records
    assert timeless(killed) == timeless(whole)
    assert {path.name for path in pair.killed.iterdir()} == {path.name for path in pair.whole.iterdir()}


def test_predictions_and_weights_are_equal_to_the_last_bit(pair: Pair) -> None:
    h5py = pytest.importorskip("h5py")
    with np.load(pair.whole / "predictions.npz") as one, np.load(pair.killed / "predictions.npz") as other:
        assert one.files == other.files
        assert all(np.array_equal(one[name], other[name]) for name in one.files)

    def weights(run: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        with h5py.File(run / "weights.weights.h5") as file:
            file.visititems(lambda name, it: found.update({name: it[()]}) if isinstance(it, h5py.Dataset) else None)
        return found

    one_, other_ = weights(pair.whole), weights(pair.killed)
    assert one_.keys() == other_.keys()
    assert len(one_) > 6
    assert all(np.array_equal(one_[name], other_[name]) for name in one_)
