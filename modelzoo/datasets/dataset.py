"""Data sets and splits: images with labels and classes, and the folders that hold them."""

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
    """Images with their labels.

    `images` has shape (n, height, width), or (n, height, width, 3) in color: uint8, 0-255, upright. `labels` has shape
    (n,), int64, from 0.
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
    """The images of a run, with the names of the classes; a run uses the test split once."""

    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...]


@dataclass(frozen=True)
class DataSet:
    """Two splits of the same classes, with their origin.

    `checksums` has the SHA-256 of each file, or of each split that a program made. `synthetic` images were drawn by a
    program; accuracies on them do not carry over to real images. `notes` has a sentence for each change or finding of
    the reader.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train: Split
    test: Split
    checksums: Mapping[str, str]
    synthetic: bool = False
    notes: tuple[str, ...] = ()


def checksums_of(train: Split, test: Split) -> dict[str, str]:
    """Compute the SHA-256 of the images and labels of both splits."""
    return {
        part: hashlib.sha256(split.images.tobytes() + split.labels.tobytes()).hexdigest()
        for part, split in (("train", train), ("test", test))
    }


def sha256_of(path: Path) -> str:
    """Compute the SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cache_folder() -> Path:
    """Return the project's folder in the user's cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelzoo"


def data_folder(folder: str | Path | None = None) -> Path:
    """Return the folder of data sets: the argument, else ZOO_DATA, else the user's cache folder."""
    return Path(folder or os.environ.get("ZOO_DATA") or cache_folder())
