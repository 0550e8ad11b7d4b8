"""Checkpoints on disk: whole or not there, and named where they are damaged."""

import errno
import os
import re
import zipfile
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
from modelzoo.training.failure import is_out_of_memory

EPOCH = Epoch(epoch=1, loss=0.1, accuracy=1.0, val_loss=1 / 3, val_accuracy=2.0, learning_rate=1e-3, seconds=1.5)
STATE = TrainingState(epochs=[EPOCH], best_epoch=1, best=1 / 3, waited=2, plateau_best=0.25, plateau_waited=1)
ARRAYS = [
    np.arange(6, dtype=np.float32).reshape(2, 3),
    np.array(7),
    np.array([True]),
    np.array([2**40], np.uint64),
    np.asfortranarray(np.arange(6.0).reshape(3, 2)),
    np.zeros((0, 3)),
]


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
    "an array too few": lambda data, path: np.savez(path, state=np.frombuffer(b"{}", np.uint8), count=2, a0=ARRAYS[0]),
    "an array too many": lambda data, path: np.savez(path, state=np.frombuffer(b"{}", np.uint8), count=0, a0=ARRAYS[0]),
    "a state nested deep": lambda data, path: np.savez(path, state=np.frombuffer(b'{"x":' + b"[" * 5000, np.uint8)),
    "a pipe": lambda data, path: (path.unlink(), os.mkfifo(path)),
    "a folder": lambda data, path: (path.unlink(), path.mkdir()),
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
    with pytest.raises(ZooError, match=r"checkpoint\.npz is .*; remove .* to start again"):
        load_checkpoint(tmp_path)
    assert epochs_done(tmp_path) in (0, 1)  # listing goes on


def test_no_bit_of_the_zip_directory_ends_in_another_error_or_in_other_arrays(tmp_path: Path) -> None:
    """The directory, at the end of the file, has no checksum."""
    data, path = whole(tmp_path), tmp_path / "checkpoint.npz"
    before = load_checkpoint(tmp_path)
    assert before is not None
    directory = data.index(b"PK\1\2")
    assert len(data) - directory > 300
    for position in range(directory, len(data)):
        for bit in range(8):
            flipped = bytes([data[position] ^ 1 << bit])
            path.write_bytes(data[:position] + flipped + data[position + 1 :])
            try:
                after = load_checkpoint(tmp_path)
            except ZooError as error:
                assert re.search(r"checkpoint\.npz is .*; remove .* to start again$", str(error))  # noqa: PT017
            else:
                assert after is not None
                assert after[0] == before[0]
                assert [array.tolist() for array in after[1]] == [array.tolist() for array in before[1]]


def test_a_shape_that_the_file_does_not_hold_takes_no_memory(tmp_path: Path) -> None:
    data = whole_npy().replace(b"(2, 3), }            ", b"(9999999999999, 3), }")
    with zipfile.ZipFile(tmp_path / "checkpoint.npz", "w") as archive:
        archive.writestr("a0.npy", data)
    with pytest.raises(ZooError, match=r"checkpoint\.npz is damaged or no \.npz file: "):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.EMFILE, errno.ENOMEM, errno.ESTALE])
@pytest.mark.parametrize("moment", ["open", "read"])
def test_an_error_of_the_system_keeps_the_training_and_the_same_command_is_the_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, moment: str
) -> None:
    def fail(*given: Any, **named: Any) -> Any:
        raise OSError(number, os.strerror(number))

    save_checkpoint(tmp_path, STATE, ARRAYS)
    save_best(tmp_path, 1, ARRAYS)
    monkeypatch.setattr("os.open" if moment == "open" else "zipfile.ZipFile.open", fail)
    for load in (load_checkpoint, lambda folder: load_best(folder, 1)):
        with pytest.raises(ZooError) as caught:
            load(tmp_path)
        words = str(caught.value).split(f"npz cannot be read now: {os.strerror(number)}; ")
        assert words[1:] == ["repeat the command, the training is kept"]


def test_lack_of_memory_while_reading_says_nothing_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: Any) -> Any:
        raise MemoryError

    save_checkpoint(tmp_path, STATE, ARRAYS)
    monkeypatch.setattr("numpy.empty", fail)
    with pytest.raises(ZooError, match="cannot be read: not enough memory") as caught:
        load_checkpoint(tmp_path)
    assert is_out_of_memory(caught.value)


def test_a_checkpoint_of_an_earlier_version_has_no_count(tmp_path: Path) -> None:
    np.savez(tmp_path / "checkpoint.npz", state=np.frombuffer(b'{"waited": 3}', np.uint8), a0=ARRAYS[0])
    state, arrays = load_checkpoint(tmp_path) or (None, [])
    assert state == TrainingState(waited=3)
    assert [array.tolist() for array in arrays] == [ARRAYS[0].tolist()]


def test_a_planted_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim, run = tmp_path / "victim", tmp_path / "run"
    victim.write_text("of another user")
    run.mkdir()
    for name in ("checkpoint.npz", "checkpoint.tmp", "best-1.npz", "best-1.tmp"):
        (run / name).symlink_to(victim)
    save_best(run, 1, ARRAYS)
    save_checkpoint(run, STATE, ARRAYS)
    assert victim.read_text() == "of another user"
    assert (load_checkpoint(run) or (None,))[0] == STATE
    assert [array.tolist() for array in load_best(run, 1)] == [array.tolist() for array in ARRAYS]


def test_best_weights_that_are_gone_are_named(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"best-4\.npz cannot be read: No such file or directory; remove "):
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
        with pytest.raises(ZooError, match=r"^cannot write .*checkpoint\.npz: No space left on device; "):
            save_checkpoint(tmp_path, TrainingState(), [])
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.npz"]
    assert load_checkpoint(tmp_path)[0] == STATE  # type: ignore[index]


def test_all_but_the_best_weights_are_removed(tmp_path: Path) -> None:
    for epoch in (1, 2, 12):
        save_best(tmp_path, epoch, ARRAYS)
    remove_other_weights(tmp_path, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["best-2.npz"]
    assert load_best(tmp_path, 2)[0].tolist() == ARRAYS[0].tolist()


def test_removing_all_takes_the_checkpoint_and_the_best_weights_and_nothing_else(tmp_path: Path) -> None:
    save_checkpoint(tmp_path, STATE, ARRAYS)
    save_best(tmp_path, 1, ARRAYS)
    for name in ("record.json", "predictions.npz"):
        (tmp_path / name).touch()
    remove_checkpoints(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"record.json", "predictions.npz"}
