"""What goes between a process and the one it starts for a run: the job in files, the events as lines of a pipe."""

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import msgspec
import numpy as np

from modelzoo.benchmarking.run_spec import Plan
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.errors import ZooError
from modelzoo.runs.events import Event
from modelzoo.runs.record import Record
from modelzoo.timing.measure import BATCHES

_IMAGES = "images"
_SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Job:
    """What a process of its own is to do: the plan's run, or only a few of its steps on random pictures (`trial`)."""

    plan: Plan
    images: Path
    runs: Path
    trial: bool = False
    latency_batches: tuple[int, ...] = BATCHES


class Done(msgspec.Struct, frozen=True):
    """The run's record, made or found."""

    record: Record


class Refused(msgspec.Struct, frozen=True):
    """A ZooError ended it."""

    message: str


class Fits(msgspec.Struct, frozen=True):
    """The steps of a trial were done, with so much memory at most."""

    peak_memory_mb: float


class TooLarge(msgspec.Struct, frozen=True):
    """The steps of a trial needed more memory than there is."""


Answer = Done | Fits | TooLarge
Message = Event | Answer | Refused
_KINDS = {kind.__name__: kind for kind in (*get_args(Event), Done, Refused, Fits, TooLarge)}


@contextmanager
def handed_over(splits: Splits) -> Iterator[Path]:
    """The images as files that other processes map into their memory, for as long as they are needed."""
    with TemporaryDirectory(prefix="zoo-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        try:
            for name in _SPLITS:
                split: Split = getattr(splits, name)
                np.save(folder / f"{name}-images.npy", split.images)
                np.save(folder / f"{name}-labels.npy", split.labels)
            (folder / _IMAGES).write_bytes(msgspec.json.encode(splits.classes))
        except OSError as error:
            raise ZooError(
                f"cannot write {folder}: {error.strerror or error}; TMPDIR names a folder with space for the data set"
            ) from error
        yield folder


def taken_over(folder: Path) -> Splits:
    """The images that were handed over; only what is used of them is read."""
    train, validation, test = (_split(folder, name) for name in _SPLITS)
    classes = msgspec.json.decode((folder / _IMAGES).read_bytes(), type=tuple[str, ...])
    return Splits(train, validation, test, classes)


def _split(folder: Path, name: str) -> Split:
    images, labels = (np.load(folder / f"{name}-{part}.npy", mmap_mode="r") for part in ("images", "labels"))
    return Split(np.asarray(images), np.asarray(labels))


def write_job(path: Path, job: Job) -> None:
    """Write the job for `read_job` in a process of the same user, program and version."""
    path.write_bytes(pickle.dumps(job))


def read_job(path: Path) -> Job:
    """The job in the file that this process was started for."""
    job: Job = pickle.loads(path.read_bytes())
    return job


def to_line(message: Message) -> bytes:
    """The message as one line."""
    return msgspec.json.encode((type(message).__name__, message)) + b"\n"


def from_line(line: bytes) -> Message:
    """The message in that line."""
    name, content = msgspec.json.decode(line, type=tuple[str, msgspec.Raw])
    message: Message = msgspec.json.decode(content, type=_KINDS[name])
    return message
