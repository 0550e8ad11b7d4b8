"""EMNIST: its six splits, from NIST's IDX files or the Kaggle CSVs, upright, labels from 0.

Cohen, Afshar, Tapson & van Schaik (2017), EMNIST: extending MNIST to handwritten letters, arXiv 1702.05373.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from modelzoo.base.files import open_regular, read_text
from modelzoo.base.paths import shown
from modelzoo.base.text import cut, plural
from modelzoo.datasets.dataset import DataSet, Split, sha256_of
from modelzoo.datasets.idx import idx_files, read_images, read_labels
from modelzoo.errors import ZooError, first_line

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
_LONGEST_LINE = 100_000
_CSV_LINES = f"no header, and a label and {_SIDE * _SIDE} pixels, whole numbers of 0-255, a line"

# Training and test images, from the paper's tables. Letters of Kaggle and of NIST differ in number.
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
    """Return the names of the data sets that this module reads."""
    return [f"emnist-{split}" for split in CLASSES]


def upright(images: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return images upright: EMNIST stores them transposed."""
    return np.ascontiguousarray(images.swapaxes(1, 2))


def files_of(split: str, folder: Path) -> dict[str, Path]:
    """Return the files of a split below a data folder, by their kind; none where there are none.

    A folder with all files of a split comes first. NIST's IDX files, also in the ``gzip`` folder of its archive, come
    before the Kaggle CSVs.
    """
    folders = [folder / inner for inner in ("", "gzip", "emnist", "emnist/gzip")]
    candidates = [files for path in folders if (files := _files_in(path, split))]
    return next(filter(is_complete, candidates), candidates[0] if candidates else {})


def is_complete(files: Mapping[str, Path]) -> bool:
    """Return whether the files of a split, from `files_of`, are complete."""
    return {"train", "test"} <= set(files) or sum(key.endswith(("-images", "-labels")) for key in files) == 4


def _files_in(folder: Path, split: str) -> dict[str, Path]:
    images = idx_files(folder, f"emnist-{split}-", (".gz", ""))
    tables = {part: path for part in ("train", "test") if (path := folder / f"emnist-{split}-{part}.csv").is_file()}
    files = images if len(images) == 4 else tables if len(tables) == 2 else {**images, **tables}
    mapping = folder / f"emnist-{split}-mapping.txt"
    return {**files, "mapping": mapping} if files and mapping.is_file() else files


def load_emnist(split: str, files: Mapping[str, Path]) -> DataSet:
    """Load a split from its files, as `files_of` returns them.

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
        # A CSV may have lost its first line as a header.
        notes=tuple(
            f"{part} has {len(images):,} images; EMNIST's own files have {expected:,}."
            for (part, images), expected in zip(parts.items(), _SIZES.get(split, ()), strict=False)
            if len(images) != expected
        ),
    )


def _part(split: str, part: str, files: Mapping[str, Path], classes: int) -> Split:
    first = 1 if split == "letters" else 0
    if part in files:
        return read_kaggle_csv(files[part], classes, first)
    missing = [f"{part}-{kind}" for kind in ("images", "labels") if f"{part}-{kind}" not in files]
    if missing:
        raise ZooError(
            f"emnist-{split} lacks its {' and '.join(missing)}, and has {next(iter(files.values()))}; "
            "get all files with `zoo data get emnist`"
        )
    return read_pair(files[f"{part}-images"], files[f"{part}-labels"], classes=classes, first=first, transposed=True)


def read_pair(images: Path, labels: Path, *, classes: int, first: int = 0, transposed: bool) -> Split:
    """Read a split from its two IDX files, with labels from `first`."""
    pixels, numbers = read_images(images), read_labels(labels)
    if len(pixels) != len(numbers):
        raise ZooError(
            f"{shown(images)} holds {len(pixels):,} images and {shown(labels)} {len(numbers):,} labels; "
            "expected as many of each; get both files again"
        )
    check_labels(numbers, classes, first, shown(labels))
    return Split(upright(pixels) if transposed else pixels, numbers.astype(np.int64) - first)


def check_labels(labels: npt.NDArray[np.integer], classes: int, first: int, where: str) -> None:
    """Reject labels outside `first` to `first + classes - 1`."""
    wrong = np.flatnonzero((labels < first) | (labels >= first + classes))
    if len(wrong):
        raise ZooError(
            f"{where}: label {labels[wrong[0]]} at index {wrong[0]:,}; "
            f"expected {first} to {first + classes - 1}, for {classes} classes"
        )


def read_kaggle_csv(path: Path, classes: int, first: int = 0) -> Split:
    """Read a split from a Kaggle CSV: no header, a label and 784 pixels a line, transposed as in NIST's files."""
    import pandas as pd

    labels: list[npt.NDArray[np.int64]] = []
    images: list[npt.NDArray[np.uint8]] = []
    _require_columns(path)
    try:
        # In pieces: ByClass as one table of int64 would take 4 GB.
        with open_regular(path) as file, pd.read_csv(file, header=None, dtype=np.int64, chunksize=_ROWS) as pieces:
            for piece in pieces:
                values = piece.to_numpy()
                images.append(upright(_pixels(values, path, 1 + _ROWS * len(labels))))
                labels.append(values[:, 0])
    except ZooError:
        raise
    except Exception as error:  # pandas raises errors of many types
        raise ZooError(f"{shown(path)}: {cut(first_line(error), 120)}; expected {_CSV_LINES}") from None
    numbers = np.concatenate(labels)
    check_labels(numbers, classes, first, shown(path))
    return Split(np.concatenate(images), numbers - first)


def _require_columns(path: Path) -> None:
    """Check the columns of the first line: pandas fills shorter lines up to as many."""
    with open_regular(path) as file:
        line = file.readline(_LONGEST_LINE)
    columns = 1 + line.count(b",")
    if columns != 1 + _SIDE * _SIDE:
        more = "more than " if len(line) == _LONGEST_LINE else ""
        raise ZooError(f"{shown(path)}:1: {more}{plural(columns, 'column')}; expected {_CSV_LINES}")


def _pixels(values: npt.NDArray[np.int64], path: Path, line: int) -> npt.NDArray[np.uint8]:
    """Return the stored images of some lines of a Kaggle CSV, the first of which is `line`."""
    pixels = values[:, 1:]
    wrong = np.flatnonzero(((pixels < 0) | (pixels > 255)).any(axis=1))
    if len(wrong):
        raise ZooError(f"{shown(path)}:{line + wrong[0]}: a pixel is outside 0-255; expected {_CSV_LINES}")
    return pixels.astype(np.uint8).reshape(-1, _SIDE, _SIDE)


def read_mapping(path: Path, expected: Sequence[str] = ()) -> tuple[str, ...]:
    """Read the class names of a mapping file, with a label and the character codes of its class a line.

    Raises
    ------
    ZooError
        If a line has another form, or the names differ from `expected`.
    """
    try:
        lines = [line.split() for line in read_text(path).splitlines() if line.strip()]
        classes = ["".join(chr(int(code)) for code in codes) for _, *codes in lines]
        first = int(lines[0][0])
        consistent = all(classes) and [int(line[0]) for line in lines] == list(range(first, first + len(lines)))
    except (ValueError, IndexError, OverflowError) as error:
        raise ZooError(f"{shown(path)}: {cut(str(error))}; expected a label and character codes a line") from None
    if not consistent:
        raise ZooError(f"{shown(path)}: labels do not count up by one; expected a label and character codes a line")
    if expected and tuple(classes) != tuple(expected):
        raise ZooError(f"{shown(path)}: names other classes than EMNIST's; get it again with `zoo data get emnist`")
    return tuple(classes)
