"""EMNIST: its six splits, from NIST's IDX files or the Kaggle CSVs, upright, labels from 0.

Cohen, Afshar, Tapson & van Schaik (2017), EMNIST: extending MNIST to handwritten letters, arXiv 1702.05373.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits
from textwrap import shorten
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from modelzoo.base.paths import shown
from modelzoo.datasets.dataset import DataSet, Split, sha256_of
from modelzoo.datasets.idx import read_images, read_labels
from modelzoo.errors import ZooError

# Balanced and ByMerge fold the lower-case letters that look like their capitals into these.
_MERGED = digits + ascii_uppercase + "abdefghnqrt"

CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "balanced": tuple(_MERGED),
        "byclass": tuple(digits + ascii_uppercase + ascii_lowercase),
        "bymerge": tuple(_MERGED),
        "digits": tuple(digits),
        # One class for both cases.
        "letters": tuple(a + b for a, b in zip(ascii_uppercase, ascii_lowercase, strict=True)),
        "mnist": tuple(digits),
    }
)

_SIDE = 28
_ROWS = 20_000
_CSV_LINES = f"no header, and a label and {_SIDE * _SIDE} pixels, whole numbers of 0-255, a line"

# Images to train and to test on, from the paper's tables. Letters has another number from Kaggle than from NIST.
_SIZES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "balanced": (112_800, 18_800),
        "byclass": (697_932, 116_323),
        "bymerge": (697_932, 116_323),
        "digits": (240_000, 40_000),
        "mnist": (60_000, 10_000),
    }
)


def names() -> list[str]:
    """The data sets that this module reads."""
    return [f"emnist-{split}" for split in CLASSES]


def upright(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Images as people read them: EMNIST stores each one transposed."""
    return np.ascontiguousarray(images.swapaxes(1, 2))


def files_of(split: str, folder: Path) -> dict[str, Path]:
    """The files of one split below a data folder, by what they are; none where nothing is there.

    NIST's IDX files, beside each other or in the ``gzip`` folder of its archive, go before the Kaggle CSVs, and a
    place that has them whole before one that has some.
    """
    places = [folder / inner for inner in ("", "gzip", "emnist", "emnist/gzip")]
    found = [files for place in places if (files := _files_in(place, split))]
    return next(filter(is_whole, found), found[0] if found else {})


def is_whole(files: Mapping[str, Path]) -> bool:
    """Whether the files of a split, as `files_of` found them, are all that reading it takes."""
    return {"train", "test"} <= set(files) or sum(key.endswith(("-images", "-labels")) for key in files) == 4


def _files_in(place: Path, split: str) -> dict[str, Path]:
    images = {
        f"{part}-{kind}": place / f"emnist-{split}-{part}-{kind}-idx{dimensions}-ubyte{ending}"
        for part in ("train", "test")
        for kind, dimensions in (("images", 3), ("labels", 1))
        for ending in (".gz", "")
        if (place / f"emnist-{split}-{part}-{kind}-idx{dimensions}-ubyte{ending}").is_file()
    }
    tables = {
        part: place / f"emnist-{split}-{part}.csv"
        for part in ("train", "test")
        if (place / f"emnist-{split}-{part}.csv").is_file()
    }
    found = images if len(images) == 4 else tables if len(tables) == 2 else {**images, **tables}
    mapping = place / f"emnist-{split}-mapping.txt"
    return {**found, "mapping": mapping} if found and mapping.is_file() else found


def load_emnist(split: str, files: Mapping[str, Path]) -> DataSet:
    """One split from its files, as `files_of` found them.

    Raises
    ------
    ZooError
        If a file is missing, damaged, or contradicts another; it names the file.
    """
    classes = read_mapping(files["mapping"], CLASSES[split]) if "mapping" in files else CLASSES[split]
    parts = {part: _part(split, part, files, len(classes)) for part in ("train", "test")}
    return DataSet(
        name=f"emnist-{split}",
        title=f"EMNIST {split.capitalize() if split != 'mnist' else 'MNIST'}",
        classes=classes,
        train=parts["train"],
        test=parts["test"],
        checksums={path.name: sha256_of(path) for path in files.values()},
        notes=tuple(_oddities(split, parts)),
    )


def _oddities(split: str, parts: Mapping[str, Split]) -> Iterator[str]:
    """Where a part has other than EMNIST's number of images, as a CSV has that was once read with a header."""
    for (part, images), expected in zip(parts.items(), _SIZES.get(split, ()), strict=False):
        if len(images) != expected:
            yield f"{part} has {len(images):,} images; EMNIST's own files have {expected:,}."


def _part(split: str, part: str, files: Mapping[str, Path], classes: int) -> Split:
    first = 1 if split == "letters" else 0
    if part in files:
        return read_kaggle_csv(files[part], classes, first)
    missing = [f"{part}-{kind}" for kind in ("images", "labels") if f"{part}-{kind}" not in files]
    if missing:
        raise ZooError(
            f"emnist-{split} lacks its {' and '.join(missing)} beside {next(iter(files.values()))}; "
            "get it whole with `zoo data get emnist`"
        )
    return read_pair(files[f"{part}-images"], files[f"{part}-labels"], classes=classes, first=first, transposed=True)


def read_pair(images: Path, labels: Path, *, classes: int, first: int = 0, transposed: bool) -> Split:
    """One split from its two IDX files, labels counted from `first`."""
    pictures, numbers = read_images(images), read_labels(labels)
    if len(pictures) != len(numbers):
        raise ZooError(
            f"{shown(images)} holds {len(pictures):,} images and {shown(labels)} {len(numbers):,} labels; "
            "expected as many of each; get both files again"
        )
    check_labels(numbers, classes, first, shown(labels))
    return Split(upright(pictures) if transposed else pictures, numbers.astype(np.int64) - first)


def check_labels(labels: npt.NDArray[np.integer], classes: int, first: int, where: str) -> None:
    """Refuse labels outside `first` to `first + classes - 1`."""
    wrong = np.flatnonzero((labels < first) | (labels >= first + classes))
    if len(wrong):
        raise ZooError(
            f"{where}: label {labels[wrong[0]]} at place {wrong[0]:,}; "
            f"expected {first} to {first + classes - 1}, for {classes} classes"
        )


def read_kaggle_csv(path: Path, classes: int, first: int = 0) -> Split:
    """One split from a Kaggle CSV: no header, a label and 784 pixels a line, transposed as NIST's files are."""
    import pandas as pd

    labels: list[npt.NDArray[np.int64]] = []
    pictures: list[npt.NDArray[np.uint8]] = []
    try:
        # In pieces: ByClass as one table of int64 would take 4 GB.
        with pd.read_csv(path, header=None, dtype=np.int64, chunksize=_ROWS) as pieces:
            for piece in pieces:
                pixels = _pixels(piece.to_numpy(), f"{shown(path)}:{1 + _ROWS * len(labels)}")
                labels.append(piece.to_numpy()[:, 0])
                pictures.append(upright(pixels))
    except (ValueError, OverflowError, pd.errors.ParserError, OSError) as error:
        reason = shorten(repr(str(error))[1:-1], 120)
        raise ZooError(f"{shown(path)}: {reason}; expected {_CSV_LINES}") from None
    counted = np.concatenate(labels)
    check_labels(counted, classes, first, shown(path))
    return Split(np.concatenate(pictures), counted - first)


def _pixels(values: npt.NDArray[np.int64], where: str) -> npt.NDArray[np.uint8]:
    """The pictures of some lines of a Kaggle CSV, as they are stored; `where` names the first line."""
    if values.shape[1] != 1 + _SIDE * _SIDE:
        raise ZooError(f"{where}: {values.shape[1]} columns; expected {_CSV_LINES}")
    pixels = values[:, 1:]
    wrong = np.flatnonzero(((pixels < 0) | (pixels > 255)).any(axis=1))
    if len(wrong):
        file, _, line = where.rpartition(":")
        raise ZooError(f"{file}:{int(line) + wrong[0]}: a pixel is outside 0-255; expected {_CSV_LINES}")
    return pixels.astype(np.uint8).reshape(-1, _SIDE, _SIDE)


def read_mapping(path: Path, expected: Sequence[str] = ()) -> tuple[str, ...]:
    """The class names of a mapping file, whose lines are a label and the character codes of its class.

    Raises
    ------
    ZooError
        If a line is no such thing, or the names are others than those `expected`.
    """
    try:
        lines = [line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
        found = ["".join(chr(int(code)) for code in codes) for _, *codes in lines]
        first = int(lines[0][0])
        whole = all(found) and [int(line[0]) for line in lines] == list(range(first, first + len(lines)))
    except (OSError, ValueError, IndexError) as error:
        raise ZooError(f"{shown(path)}: {error}; expected a label and character codes a line") from None
    if not whole:
        raise ZooError(f"{shown(path)}: labels do not count up by one; expected a label and character codes a line")
    if expected and tuple(found) != tuple(expected):
        raise ZooError(f"{shown(path)}: names other classes than EMNIST's; get it again with `zoo data get emnist`")
    return tuple(found)
