"""Data sets of one's own: a folder of IDX files, a folder of pictures by class, or an npz file."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from modelzoo.content import shown
from modelzoo.datasets.dataset import DataSet, Split, sha256_of
from modelzoo.datasets.emnist import CLASSES, read_mapping, read_pair
from modelzoo.datasets.idx import read_labels
from modelzoo.errors import ZooError

FACTS = "dataset.toml"
_PARTS = ("train", "test")
_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".webp"}


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a folder's ``dataset.toml`` may say of it.

    `transposed` files are turned upright as they are read. Without the file, IDX files in a folder whose name begins
    with ``emnist`` are taken as EMNIST stores its own: transposed, and with Balanced's class names where they have
    47 classes.
    """

    title: str | None = None
    classes: tuple[str, ...] | None = None
    transposed: bool | None = None
    synthetic: bool = False


def is_dataset(path: Path) -> bool:
    """Whether the path looks like a data set that `load_path` reads."""
    if path.is_dir():
        return bool(_idx_files(path)) or all((path / part).is_dir() for part in _PARTS)
    return path.suffix == ".npz"


def load_path(path: Path) -> DataSet:
    """The data set in a folder or an ``.npz`` file, under the folder's or file's own name.

    Raises
    ------
    ZooError
        If there is none, or a file of it is damaged or contradicts another; the error names it.
    """
    if path.suffix == ".npz":
        return _load_npz(path)
    if not path.is_dir():
        raise ZooError(f"{shown(path)} is no data set; expected a folder or an .npz file")
    if files := _idx_files(path):
        return _load_idx(path, files)
    if all((path / part).is_dir() for part in _PARTS):
        return _load_pictures(path)
    raise ZooError(
        f"{shown(path)} holds no data set; expected {{train,test}}-{{images-idx3,labels-idx1}}-ubyte.gz, "
        "or folders train and test with one folder of pictures a class"
    )


def _facts(folder: Path) -> Facts:
    path = folder / FACTS
    if not path.exists():
        return Facts()
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Facts)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ZooError(f"{shown(path)}: {error}; it may have {', '.join(Facts.__struct_fields__)}") from None


def _idx_files(folder: Path) -> dict[str, Path]:
    return {
        f"{part}-{kind}": folder / f"{part}-{kind}-idx{dimensions}-ubyte{ending}"
        for part in _PARTS
        for kind, dimensions in (("images", 3), ("labels", 1))
        for ending in ("", ".gz")
        if (folder / f"{part}-{kind}-idx{dimensions}-ubyte{ending}").is_file()
    }


def _load_idx(folder: Path, files: dict[str, Path]) -> DataSet:
    missing = [f"{part}-{kind}" for part in _PARTS for kind in ("images", "labels") if f"{part}-{kind}" not in files]
    if missing:
        raise ZooError(f"{shown(folder)} lacks {' and '.join(missing)} beside {', '.join(sorted(files))}")
    facts = _facts(folder)
    emnist = folder.name.lower().startswith("emnist")
    count = 1 + max(int(read_labels(files[f"{part}-labels"]).max()) for part in _PARTS)
    classes = facts.classes or _mapped(folder)
    if classes is None:
        balanced = emnist and count == len(CLASSES["balanced"])
        classes = CLASSES["balanced"] if balanced else tuple(map(str, range(count)))
    transposed = emnist if facts.transposed is None else facts.transposed
    train, test = (
        read_pair(files[f"{part}-images"], files[f"{part}-labels"], classes=len(classes), transposed=transposed)
        for part in _PARTS
    )
    return _dataset(folder, facts, classes, train, test, sorted(files.values()))


def _mapped(folder: Path) -> tuple[str, ...] | None:
    path = folder / "mapping.txt"
    return read_mapping(path) if path.is_file() else None


def _dataset(
    path: Path, facts: Facts, classes: Sequence[str], train: Split, test: Split, files: Sequence[Path]
) -> DataSet:
    if train.images.shape[1:] != test.images.shape[1:]:
        raise ZooError(
            f"{shown(path)}: train images are {_size(train)}, test images {_size(test)}; expected one size for both"
        )
    base = path if path.is_dir() else path.parent
    return DataSet(
        name=path.stem if path.suffix == ".npz" else path.name,
        title=facts.title or (path.stem if path.suffix == ".npz" else path.name),
        classes=tuple(classes),
        train=train,
        test=test,
        checksums={file.relative_to(base).as_posix(): sha256_of(file) for file in files},
        synthetic=facts.synthetic,
    )


def _size(split: Split) -> str:
    return "×".join(str(length) for length in split.images.shape[1:])


def _load_npz(path: Path) -> DataSet:
    """Keras' convention: x_train, y_train, x_test, y_test."""
    arrays = _arrays(path)
    train, test = (_npz_split(path, part, arrays) for part in _PARTS)
    count = 1 + max(int(split.labels.max()) for split in (train, test))
    return _dataset(path, Facts(), tuple(map(str, range(count))), train, test, [path])


def _arrays(path: Path) -> dict[str, Any]:
    import zipfile

    keys = [f"{kind}_{part}" for part in _PARTS for kind in ("x", "y")]
    try:
        with np.load(path, allow_pickle=False) as stored:
            missing = [key for key in keys if key not in stored.files]
            if missing:
                raise ZooError(f"{shown(path)} lacks {', '.join(missing)}; it has {', '.join(stored.files)}")
            return {key: stored[key] for key in keys}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise ZooError(f"{shown(path)}: cannot be read as npz: {error}") from None


def _npz_split(path: Path, part: str, arrays: dict[str, Any]) -> Split:
    images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
    where = f"{shown(path)}: x_{part}"
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if not (images.ndim == 3 or (images.ndim == 4 and images.shape[-1] == 3)) or not images.size:
        raise ZooError(
            f"{where} has shape {images.shape}; expected (n, height, width), with 3 channels at the end or none"
        )
    if images.dtype != np.uint8:
        whole = np.issubdtype(images.dtype, np.number) and not np.issubdtype(images.dtype, np.complexfloating)
        if not whole or not np.isfinite(images).all() or (images < 0).any() or (images > 255).any():
            raise ZooError(f"{where} is {images.dtype} with values that are no pixels; expected whole numbers, 0-255")
        if (images != np.floor(images)).any() or images.max() <= 1:
            raise ZooError(f"{where} is {images.dtype}, {images.min():g} to {images.max():g}; expected uint8, 0-255")
        images = images.astype(np.uint8)
    where = f"{shown(path)}: y_{part}"
    labels = labels.reshape(-1) if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ZooError(f"{where} is {labels.dtype} of shape {labels.shape}; expected one whole number an image")
    if len(labels) != len(images):
        raise ZooError(f"{shown(path)}: {len(images):,} images in x_{part} and {len(labels):,} labels in y_{part}")
    if labels.min() < 0:
        raise ZooError(f"{where} holds label {labels.min()}; expected 0 upward")
    return Split(images, labels.astype(np.int64))


def _load_pictures(folder: Path) -> DataSet:
    """Folders ``train/<class>/`` and ``test/<class>/`` of pictures of one size, gray or in color."""
    facts = _facts(folder)
    classes = tuple(sorted(path.name for path in (folder / "train").iterdir() if path.is_dir()))
    others = {path.name for path in (folder / "test").iterdir() if path.is_dir()} - set(classes)
    if not classes or others:
        found = (
            f"test has classes that train has not: {', '.join(sorted(others))}" if others else "train has no classes"
        )
        raise ZooError(f"{shown(folder)}: {found}; expected one folder of pictures a class in both")
    parts = {part: _pictures_of(folder / part, classes) for part in _PARTS}
    colored = any(_in_color(path) for files, _ in parts.values() for path in files)
    train, test = (_read_pictures(files, labels, colored) for files, labels in parts.values())
    names = facts.classes or classes
    if len(names) != len(classes):
        raise ZooError(f"{shown(folder / FACTS)}: names {len(names)} classes; there are {len(classes)} folders")
    return _dataset(folder, facts, names, train, test, [path for files, _ in parts.values() for path in files])


def _pictures_of(folder: Path, classes: Sequence[str]) -> tuple[list[Path], list[int]]:
    files: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        found = [path for path in (folder / name).glob("*") if path.suffix.lower() in _PICTURES]
        files += sorted(found)
        labels += [label] * len(found)
    if not files:
        raise ZooError(f"{shown(folder)} holds no pictures ({', '.join(sorted(_PICTURES))}) in its class folders")
    return files, labels


def _in_color(path: Path) -> bool:
    with _open(path) as picture:
        return picture.mode not in ("1", "L", "LA", "I", "I;16")


def _read_pictures(files: Sequence[Path], labels: Sequence[int], colored: bool) -> Split:
    pictures: list[npt.NDArray[np.uint8]] = []
    for path in files:
        with _open(path) as picture:
            pixels = np.asarray(picture.convert("RGB" if colored else "L"))
        if pictures and pixels.shape != pictures[0].shape:
            raise ZooError(
                f"{shown(path)} is {pixels.shape[1]}×{pixels.shape[0]}, {shown(files[0])} "
                f"{pictures[0].shape[1]}×{pictures[0].shape[0]}; expected pictures of one size"
            )
        pictures.append(pixels)
    return Split(np.stack(pictures), np.asarray(labels, np.int64))


def _open(path: Path) -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise ZooError("reading pictures needs Pillow; install it with `pip install 'cnn-zoo[bench]'`") from None
    try:
        return Image.open(path)
    except OSError as error:
        raise ZooError(f"{shown(path)}: cannot be read as a picture: {error}") from None
