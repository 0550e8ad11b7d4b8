"""Data sets: images to train and to test on, with their classes, found by name or by path."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from modelzoo.errors import ZooError


@dataclass(frozen=True)
class Split:
    """Images of shape (n, height, width), or (n, height, width, 3) in color, uint8, 0-255, upright; labels 0 upward.

    `labels` has shape (n,), int64.
    """

    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        if len(self.images) != len(self.labels):
            raise ZooError(f"{len(self.images):,} images and {len(self.labels):,} labels; expected a label for each")

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Splits:
    """The images of a run, and the names of the classes: trained on, chosen by, tested on once."""

    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...]


@dataclass(frozen=True)
class DataSet:
    """Two splits of the same classes, and where they came from.

    `checksums` has the SHA-256 of each file read, or of each split where it was made. `synthetic` images were drawn
    by a program; what is measured on them says nothing of a real data set. `notes` say what was done or found in
    reading that the files do not say themselves, a sentence each.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train: Split
    test: Split
    checksums: Mapping[str, str]
    synthetic: bool = False
    notes: tuple[str, ...] = ()


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_folder() -> Path:
    """The project's place in the user's cache folder, which can be made again at any time."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelzoo"


def data_folder(given: str | Path | None = None) -> Path:
    """Where data sets lie: the folder given, else ZOO_DATA, else the user's cache folder."""
    if given is not None:
        return Path(given)
    if named := os.environ.get("ZOO_DATA"):
        return Path(named)
    return cache_folder()
