"""Data sets and splits: images with labels and classes, and the folders that hold them."""

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from unicodedata import normalize

import numpy as np
import numpy.typing as npt

from modelzoo.base.files import cannot_read, open_regular
from modelzoo.base.paths import from_environment, shown
from modelzoo.base.text import cut, listed, plural, printable, reason
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.errors import ZooError
from modelzoo.tables.result import Result
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Pixels from 0 to 15 and masks are darker. A photo taken at night is not.
DARK = 64

_MOST_CLASSES = 1 << 62


@dataclass(frozen=True)
class Split:
    """Images with their labels.

    `images` has shape (n, height, width), or (n, height, width, 3) in color: uint8, 0-255, upright. Images of several
    sizes, and large ones, are `ImageFiles`; decoded, they are `MappedImages` or `StreamedImages`. `labels` has shape
    (n,), int64, from 0. `names` has the path of each image relative to the data set, if images are files.
    """

    images: Any
    labels: npt.NDArray[np.int64]
    names: npt.NDArray[np.str_] | None = None

    def __post_init__(self) -> None:
        images, labels = (len(part) if getattr(part, "ndim", 1) else 0 for part in (self.images, self.labels))
        if images != labels:
            raise ZooError(f"{images:,} images and {labels:,} labels; expected a label for each")

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: Any) -> "Split":
        """Return the images of an index array, a mask or a slice, with all that belongs to them."""
        return Split(self.images[rows], self.labels[rows], None if self.names is None else self.names[rows])


@dataclass(frozen=True)
class Splits:
    """The images of a run, with the names of the classes; a run uses the test split once."""

    train: Split
    validation: Split
    test: Split
    classes: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class DataSet(Result):
    """Splits of the same classes, with their origin; a benchmark cuts `validation` from train where there is none.

    `checksums` has the SHA-256 of each file, or of each split where images are files or generated. `kinds` has the
    number of image files of each kind, such as CMYK.
    `synthetic` images were drawn by a program; accuracies on them do not carry over to real images. `notes` has a
    sentence for each change or finding of the reader. `reading` describes a reading that differs from the usual one in
    pixels, labels or classes. Class names become NFC.

    Raises
    ------
    ZooError
        If images are not uint8, of one size, or have only the values 0 and 1. If labels do not fit the classes, or two
        classes have one name.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    train: Split
    test: Split
    checksums: Mapping[str, str]
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    reading: str = ""
    validation: Split | None = None
    kinds: Mapping[str, int] = field(default_factory=dict)

    _index: ClassVar[str] = "class"

    def tables(self) -> tuple[Table]:
        """Return the images of each class in each split."""
        counts = [np.bincount(split.labels, minlength=len(self.classes)).tolist() for split in self.splits.values()]
        columns = [Column("class", "Class")]
        columns += [Column(part, part.capitalize(), "{:,}".format, right=True, unit="count") for part in self.splits]
        rows = [*map(list, zip(self.classes, *counts, strict=True))]
        return (Table(columns, rows, f"{self.title}: images of each class in each split.", self.notes),)

    def plot(self, path: str | Path | None = None, *, top: int | None = None) -> "Figure":
        """Draw examples of the first `top` classes, 60 by default, and all counts; write a file to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.datasets.examples_chart import figure

        return plot(lambda: figure(self, top=top), path)

    def _summary(self) -> str:
        images = listed(f"{len(split):,} {part}" for part, split in self.splits.items())
        synthetic = "synthetic " if self.synthetic else ""
        return f"{self.name}: {images} {synthetic}images of {plural(len(self.classes), 'class', 'classes')}"

    def __post_init__(self) -> None:
        nfc_names([self.name])
        object.__setattr__(self, "classes", nfc_names(self.classes))
        name = printable(self.name)
        shapes = {part: _shape(split.images) for part, split in self.splits.items()}
        for part, shape in shapes.items():
            if shape != shapes["train"]:
                raise ZooError(
                    f"{name}: train images are {shapes['train']}, {part} images {shape}; expected one size for both"
                )
        for part, split in self.splits.items():
            check_split(split, f"{name}: {part}", len(self.classes))
        arrays = [split.images for split in self.splits.values() if not isinstance(split.images, ImageFiles)]
        if arrays and (most := max(images.max() for images in arrays)) < DARK:
            note = f"No pixel is above {most}; expected 0 to 255: stretch the images if they are not this dark."
            object.__setattr__(self, "notes", (*self.notes, note))

    @property
    def splits(self) -> dict[str, Split]:
        """Return the splits by name: train, validation if there is one, test."""
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        return {part: split for part, split in parts.items() if split is not None}


def _shape(images: Any) -> str:
    return (
        f"files with {images.channels} channels"
        if isinstance(images, ImageFiles)
        else "×".join(map(str, np.shape(images)[1:]))
    )


def check_split(split: Split, where: str, classes: int | None = None) -> None:
    """Reject images and labels that no network can train on; `classes` is the number of classes if it is known."""
    _check_images(split.images, where)
    labels = np.asarray(split.labels)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ZooError(f"{where} labels are {labels.dtype} of shape {labels.shape}; expected a whole number an image")
    if labels.min() < 0 or labels.max() >= (_MOST_CLASSES if classes is None else classes):
        expected = "0 upward, without gaps" if classes is None else f"0 to {classes - 1}"
        raise ZooError(f"{where} labels are {labels.min()} to {labels.max()}; expected {expected}")


def _check_images(stored: Any, where: str) -> None:
    """Reject pixels that no network can train on; those of files are not decoded for it."""
    if isinstance(stored, ImageFiles):
        if not len(stored):
            raise ZooError(f"{where} holds no images; expected one at least")
        return
    images = np.asarray(stored)
    fits = images.ndim == 3 or (images.ndim == 4 and images.shape[3] == 3)
    if images.dtype != np.uint8 or not fits or not images.size:
        raise ZooError(
            f"{where} images are {images.dtype} of shape {images.shape}; expected uint8 of shape (n, height, width), "
            "with 3 channels at the end or none"
        )
    if (most := int(images.max())) <= 1:
        advice = "multiply them by 255" if most else "no image shows anything"
        raise ZooError(f"{where} pixels are {images.min()} to {most}; expected 0 to 255: {advice}")


def nfc_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return names in Unicode's NFC.

    Raises
    ------
    ZooError
        If a name is not UTF-8, or two names are equal in NFC. A Mac may write é as two characters.
    """
    spellings: dict[str, str] = {}
    for name in names:
        if any("\ud800" <= character <= "\udfff" for character in name):
            raise ZooError(f"the name {cut(name)} is not UTF-8; rename the folder or file")
        composed = normalize("NFC", name)
        if composed in spellings:
            kind = "" if spellings[composed] == name else ", in two Unicode forms"
            raise ZooError(f"two classes are named {cut(composed)}{kind}; expected one folder or name for each class")
        spellings[composed] = name
    return tuple(spellings)


def checksums_of(splits: Mapping[str, Split]) -> dict[str, str]:
    """Compute the SHA-256 of the images and labels of each split; files are hashed by their digests."""
    digests = {}
    for part, split in splits.items():
        digest = hashlib.sha256(_content(split.images))
        digest.update(np.ascontiguousarray(split.labels).data)
        digests[part] = digest.hexdigest()
    return digests


def _content(images: Any) -> bytes | memoryview:
    if isinstance(images, ImageFiles):
        return "".join(images.digests).encode()
    return np.ascontiguousarray(images).data


def sha256_of(path: Path) -> str:
    """Compute the SHA-256 of a file, as hexadecimal digits."""
    with open_regular(path) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        except OSError as error:
            raise cannot_read(path, error) from error


def cache_folder() -> Path:
    """Return the project's folder in the user's cache; raise a ZooError where no home folder is known."""
    try:
        return (from_environment("XDG_CACHE_HOME") or Path.home() / ".cache") / "modelzoo"
    except RuntimeError:
        raise ZooError(
            "no home folder is known: HOME is not set; name the folder of data sets with `data_dir` or ZOO_DATA"
        ) from None


def image_cache() -> Path:
    """Return the folder of decoded images, and of the facts of image files, in the user's cache."""
    return cache_folder() / "images"


def is_image_cache(path: Path) -> bool:
    """Return whether a path is that of `image_cache`, which lies among the data sets and is none."""
    with suppress(ZooError):  # no home folder is known
        return path == image_cache()
    return False


def data_folder(folder: str | Path | None = None) -> Path:
    """Return the folder of data sets: the argument, else ZOO_DATA, else the user's cache folder.

    Raises
    ------
    ZooError
        If no home folder is known, or the folder is there and cannot be read.
    """
    path = Path(folder) if folder else from_environment("ZOO_DATA") or cache_folder()
    try:
        if path.is_dir():
            os.scandir(path).close()
    except OSError as error:
        raise ZooError(
            f"{shown(path)} cannot be read: {reason(error)}; name another folder of data sets with `data_dir` or "
            "ZOO_DATA"
        ) from None
    return path
