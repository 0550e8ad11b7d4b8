"""Checkpoints on disk: whole or not there, and named where they are damaged."""

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.errors import ZooError
from modelzoo.runs.checkpoint import (
    TrainingState,
    epochs_done,
    load_best,
    load_checkpoint,
    remove_checkpoints,
    remove_other_weights,
    save_best,
    save_checkpoint,
)
from modelzoo.runs.record import Epoch

EPOCH = Epoch(epoch=1, loss=0.1, accuracy=1.0, val_loss=1 / 3, val_accuracy=2.0, learning_rate=1e-3, seconds=1.5)
STATE = TrainingState(epochs=[EPOCH], best_epoch=1, best=1 / 3, waited=2, plateau_best=0.25, plateau_waited=1)
ARRAYS = [np.arange(6, dtype=np.float32).reshape(2, 3), np.array(7), np.array([True]), np.array([2**40], np.uint64)]


def test_a_checkpoint_gives_back_the_state_and_every_array_as_it_was(tmp_path: Path) -> None:
    many = ARRAYS * 5  # more than ten, whose names sort otherwise than their numbers
    save_checkpoint(tmp_path, STATE, many)
    state, arrays = load_checkpoint(tmp_path) or (None, [])
    assert state == STATE
    assert [(array.dtype, array.tolist()) for array in arrays] == [(array.dtype, array.tolist()) for array in many]


def test_there_is_none_before_the_first_epoch(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path) is None
    assert epochs_done(tmp_path) == 0


def test_the_epochs_are_counted(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, STATE, ARRAYS)
    assert epochs_done(tmp_path) == 1


def whole(tmp_path: Path) -> bytes:
    save_checkpoint(tmp_path, STATE, ARRAYS)
    return (tmp_path / "checkpoint.npz").read_bytes()


DAMAGES = {
    "empty": lambda data, path: path.write_bytes(b""),
    "cut": lambda data, path: path.write_bytes(data[: len(data) // 2]),
    "other bytes": lambda data, path: path.write_bytes(b"weights" * 100),
    "flipped bytes": lambda data, path: path.write_bytes(data[:60] + bytes(byte ^ 255 for byte in data[60:])),
    "a flipped array": lambda data, path: path.write_bytes(data.replace(ARRAYS[0].tobytes(), b"\1" * 24)),
    "no state": lambda data, path: np.savez(path, a0=ARRAYS[0]),
    "no array 0": lambda data, path: np.savez(path, state=np.frombuffer(b"{}", np.uint8), a1=ARRAYS[0]),
    "a state of another kind": lambda data, path: np.savez(path, state=np.frombuffer(b'{"epochs": 1}', np.uint8)),
    "one array": lambda data, path: path.open("wb").write(whole_npy()),
}


def whole_npy() -> bytes:
    import io

    file = io.BytesIO()
    np.save(file, ARRAYS[0])
    return file.getvalue()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_named_with_what_to_do(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "checkpoint.npz"
    DAMAGES[damage](whole(tmp_path), path)
    with pytest.raises(ZooError, match=r"checkpoint\.npz: not a checkpoint: .*; remove .* to start again"):
        load_checkpoint(tmp_path)
    assert epochs_done(tmp_path) in (0, 1)  # listing goes on


def test_best_weights_that_are_gone_are_named(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"best-4\.npz: not a checkpoint"):
        load_best(tmp_path, 4)


@pytest.mark.parametrize("when", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_checkpoint_before_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    save_checkpoint(tmp_path, STATE, ARRAYS)

    def full(*given: Any, **named: Any) -> None:
        if when == "write":
            given[0].write(b"half of it")
        raise OSError(errno.ENOSPC, "No space left on device")

    target = {"write": "numpy.savez", "fsync": "os.fsync", "replace": "pathlib.Path.replace"}[when]
    with monkeypatch.context() as patch:
        patch.setattr(target, full)
        with pytest.raises(ZooError, match=r"checkpoint\.npz: No space left on device; make space, then repeat"):
            save_checkpoint(tmp_path, TrainingState(), [])
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]
    assert load_checkpoint(tmp_path)[0] == STATE  # type: ignore[index]


def test_all_but_the_best_weights_are_removed(tmp_path: Path) -> None:
    for epoch in (1, 2, 12):
        save_best(tmp_path, epoch, ARRAYS)
    remove_other_weights(tmp_path, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["best-2.npz"]
    assert load_best(tmp_path, 2)[0].tolist() == ARRAYS[0].tolist()


def test_removing_all_takes_half_written_files_too_and_nothing_else(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, STATE, ARRAYS)
    save_best(tmp_path, 1, ARRAYS)
    for name in ("checkpoint.tmp", "best-2.tmp", "record.json", "predictions.npz"):
        (tmp_path / name).touch()
    remove_checkpoints(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"record.json", "predictions.npz"}
