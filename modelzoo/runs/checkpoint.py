"""Checkpoints: all that a killed run needs to resume after a whole epoch, replaced by rename.

A kill loses the current epoch. If epochs are shorter than `CHECKPOINT_EVERY_S` seconds, it loses the epochs of that
time at most.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from modelzoo.base import paths
from modelzoo.base.atomic import atomic_file
from modelzoo.base.npz import read_npz
from modelzoo.base.text import cut, reason
from modelzoo.errors import DamagedFileError, ZooError
from modelzoo.runs.record import Epoch

Array = npt.NDArray[Any]

# On a GPU an epoch of a small network is expected to be shorter than writing its state to disk.
CHECKPOINT_EVERY_S = 20.0

_CHECKPOINT = "checkpoint.npz"


class TrainingState(msgspec.Struct, kw_only=True):
    """The state of a training after a whole epoch, without its arrays.

    `best` and `plateau_best` are losses, or negative accuracies, so that less is better. The counters are epochs
    without a gain. `supplement_weights` are the weights of the classes in the next epoch, None for equal ones.
    `peak_memory_mb` is the highest peak of all processes of the training.
    """

    epochs: list[Epoch] = []
    best_epoch: int | None = None
    best: float | None = None
    waited: int = 0
    plateau_best: float | None = None
    plateau_waited: int = 0
    supplement_weights: list[float] | None = None
    stopped_by: str | None = None
    peak_memory_mb: float | None = None


class CheckpointWriter:
    """The files of one training: a checkpoint every `CHECKPOINT_EVERY_S` of training at most, with the best weights.

    The best weights are written before the checkpoint that names their epoch, and older ones are removed after it. A
    kill between two files therefore never leaves a checkpoint without its best weights.
    """

    def __init__(self, folder: Path, state: TrainingState, before_save: Callable[[], None] = lambda: None) -> None:
        self._folder, self._state, self._before_save = folder, state, before_save
        self._saved = len(state.epochs)
        self._best: tuple[int, Sequence[Array]] | None = None

    @property
    def unsaved(self) -> list[Epoch]:
        """Return the whole epochs since the last checkpoint, which a kill would lose."""
        return self._state.epochs[self._saved :]

    @property
    def is_due(self) -> bool:
        """Return whether the epochs since the last checkpoint took `CHECKPOINT_EVERY_S` seconds."""
        return sum(epoch.seconds for epoch in self.unsaved) >= CHECKPOINT_EVERY_S

    def keep_best(self, weights: Sequence[Array]) -> None:
        """Keep the weights of the last epoch, the best so far, in memory until the next checkpoint."""
        self._best = len(self._state.epochs), weights

    def save(self, arrays: Sequence[Array]) -> None:
        """Write the checkpoint of the last epoch, whose engine state is `arrays`, and the best weights before it."""
        self._before_save()
        if self._best is not None:
            save_best(self._folder, *self._best)
        save_checkpoint(self._folder, self._state, arrays)
        remove_other_weights(self._folder, self._state.best_epoch)
        self._saved, self._best = len(self._state.epochs), None


def save_checkpoint(folder: Path, state: TrainingState, arrays: Sequence[Array]) -> None:
    """Replace the checkpoint; the old one stays whole until then."""
    _save(folder / _CHECKPOINT, arrays, state=np.frombuffer(msgspec.json.encode(state), np.uint8))


def load_checkpoint(folder: Path) -> tuple[TrainingState, list[Array]] | None:
    """Load the state and the arrays of the last checkpoint; None without a checkpoint.

    Raises
    ------
    ZooError
        If the checkpoint is damaged, or cannot be read now.
    """
    path = folder / _CHECKPOINT
    with _readable(path):
        if not has_checkpoint(folder):
            return None
        arrays = read_npz(path)
        return _decode(arrays.pop("state")), _in_order(arrays)


def has_checkpoint(folder: Path) -> bool:
    """Return whether there is a checkpoint, readable or not."""
    return (folder / _CHECKPOINT).exists()


def load_state(folder: Path) -> TrainingState:
    """Load the state of the checkpoint without its arrays; a new state without a readable checkpoint."""
    path = folder / _CHECKPOINT
    try:
        with _readable(path):
            return _decode(read_npz(path, only="state")["state"])
    except ZooError:
        return TrainingState()


def epochs_done(folder: Path) -> int:
    """Count the epochs of the checkpoint; 0 without a readable checkpoint."""
    return len(load_state(folder).epochs)


def save_best(folder: Path, epoch: int, weights: Sequence[Array]) -> None:
    """Write the weights of an epoch; the file of the epoch that the last checkpoint names stays."""
    _save(_best(folder, epoch), weights)


def load_best(folder: Path, epoch: int) -> list[Array]:
    """Load the weights of an epoch."""
    path = _best(folder, epoch)
    with _readable(path):
        return _in_order(read_npz(path))


def remove_other_weights(folder: Path, best_epoch: int | None) -> None:
    """Remove the weights of all epochs except the best."""
    for path in folder.glob("best-*.npz"):
        if best_epoch is None or path != _best(folder, best_epoch):
            path.unlink(missing_ok=True)


def remove_checkpoints(folder: Path) -> None:
    """Remove all files that a resumed run would need."""
    remove_other_weights(folder, None)
    (folder / _CHECKPOINT).unlink(missing_ok=True)


def _best(folder: Path, epoch: int) -> Path:
    return folder / f"best-{epoch}.npz"


def _decode(state: Array) -> TrainingState:
    return msgspec.json.decode(state.tobytes(), type=TrainingState)


def _save(path: Path, arrays: Iterable[Array], **more: Array) -> None:
    # Directly into the file: the state of a large network is gigabytes, too much to hold twice.
    numbered = {f"a{index}": array for index, array in enumerate(arrays)}
    with atomic_file(path) as file:
        np.savez(file, allow_pickle=False, count=np.array(len(numbered)), **more, **numbered)


def _in_order(arrays: dict[str, Array]) -> list[Array]:
    """Return the numbered arrays; files of earlier versions lack the count."""
    count = int(arrays.pop("count", len(arrays)))
    if count != len(arrays):
        raise ValueError(f"it has {len(arrays)} of {count} arrays")
    return [arrays[f"a{index}"] for index in range(count)]


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise an error with the path and the next step if the file cannot be read.

    Only a damaged file has the advice to start again. After an error of the disk or of the system the training is
    still there.
    """
    try:
        yield
    except DamagedFileError as error:
        problem = str(error)
    except (OSError, ZooError) as error:
        cause = error.__cause__ or error
        if isinstance(cause, MemoryError):
            raise
        if isinstance(cause, OSError) and not isinstance(cause, FileNotFoundError):
            raise ZooError(
                f"{paths.shown(path)} cannot be read now: {reason(cause)}; repeat the command, the training is kept"
            ) from None
        problem = str(error)
    except (ValueError, TypeError, KeyError, RecursionError, msgspec.DecodeError) as error:
        problem = f"{paths.shown(path)} is no checkpoint: {cut(reason(error), 200)}"
    else:
        return
    raise DamagedFileError(f"{problem.partition(';')[0]}; remove {paths.shown(path.parent)} to start again")
