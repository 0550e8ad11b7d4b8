"""Images in ``.npy`` files that processes map into their memory."""

import math
import mmap
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from modelzoo.base.files import open_regular
from modelzoo.base.paths import shown
from modelzoo.base.text import cut, reason
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.errors import DamagedFileError, ZooError, with_kind

# Larger splits stay in their file. The images of EMNIST ByClass take half as much.
MOST_IN_MEMORY = 1 << 30


class ImageRows(ABC):
    """Images that are read by their rows: the attributes of an array of uint8, without its memory."""

    dtype = np.dtype(np.uint8)

    @property
    @abstractmethod
    def shape(self) -> tuple[int, ...]:
        """The number of images, then the shape of each."""

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def nbytes(self) -> int:
        """The bytes of all pixels."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    @abstractmethod
    def __getitem__(self, rows: Any) -> npt.NDArray[np.uint8]:
        """Read the images of an index."""


class MappedImages(ImageRows):
    """Images in a ``.npy`` file, as an array that copies the rows of an index into memory.

    The process keeps no page of the file, so its memory does not depend on the number of images. A pickled object has
    the path alone.

    Raises
    ------
    DamagedFileError
        If the file is no array of uint8, or has more or fewer bytes than its header announces.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with open_regular(path) as file:
            try:
                header = _header(file)
                self._shape, start = header, file.tell()
                self._file = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except Exception as error:  # NumPy parses the header by ast and tokenize
                raise DamagedFileError(f"{shown(path)} is damaged: {cut(with_kind(error))}") from None
        if len(self._file) != start + self.nbytes:
            raise DamagedFileError(f"{shown(path)} has {len(self._file):,} bytes; expected {start + self.nbytes:,}")
        self._pixels = np.frombuffer(self._file, np.uint8, offset=start).reshape(self.shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of images, then the shape of each."""
        return self._shape

    def __getitem__(self, rows: Any) -> npt.NDArray[np.uint8]:
        pixels: npt.NDArray[np.uint8] = self._pixels[rows]
        if not pixels.flags.owndata:  # a part of the file, not a copy
            pixels = pixels.copy()
        if hasattr(mmap, "MADV_DONTNEED"):  # the pages stay in the system's cache
            self._file.madvise(mmap.MADV_DONTNEED)
        return pixels

    def __reduce__(self) -> tuple[type["MappedImages"], tuple[Path]]:
        return MappedImages, (self.path,)

    def mapped(self) -> npt.NDArray[np.uint8]:
        """Return all images as an array that the system reads from the file where it is used."""
        return self._pixels


def _header(file: Any) -> tuple[int, ...]:
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("the header is of another version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if fortran or dtype != np.uint8 or not shape:
        raise ValueError(f"the array is {dtype} of shape {shape}")
    return shape


def export_splits(splits: Splits, folder: Path) -> Splits:
    """Write the images that are arrays into a folder; return the splits with the mapped files in place of them."""

    def export(part: str, split: Split) -> Split:
        if not isinstance(split.images, np.ndarray):
            return split
        path = folder / f"{part}-images.npy"
        np.save(path, np.ascontiguousarray(split.images))
        return replace(split, images=MappedImages(path))

    try:
        return map_splits(export, splits)
    except OSError as error:
        raise ZooError(
            f"cannot write {folder}: {reason(error)}; TMPDIR names a folder with space for the data set"
        ) from error


def load_splits(splits: Splits) -> Splits:
    """Return the splits with arrays in place of mapped images of at most `MOST_IN_MEMORY` bytes."""

    def load(part: str, split: Split) -> Split:
        small = isinstance(split.images, MappedImages) and split.images.nbytes <= MOST_IN_MEMORY
        return replace(split, images=split.images.mapped()) if small else split

    return map_splits(load, splits)


def map_splits(change: Callable[[str, Split], Split], splits: Splits) -> Splits:
    """Return the splits, each changed by a function of its name and itself."""
    train, validation, test = (change(part, getattr(splits, part)) for part in ("train", "validation", "test"))
    return replace(splits, train=train, validation=validation, test=test)
