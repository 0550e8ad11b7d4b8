"""Custom data sets: a folder of IDX files or of images by class, a CSV manifest, or an npz file."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from modelzoo.base.npz import read_npz
from modelzoo.base.paths import shown
from modelzoo.base.text import cut, listed
from modelzoo.base.toml import read_struct
from modelzoo.datasets.dataset import DataSet, Split, check_split, sha256_of
from modelzoo.datasets.division import require_no_shares
from modelzoo.datasets.emnist import CLASSES, read_mapping, read_pair
from modelzoo.datasets.idx import idx_files, read_labels
from modelzoo.datasets.image_folders import has_classes, list_images
from modelzoo.datasets.labeled_images import ImageOptions, load_images
from modelzoo.datasets.listing import Listing
from modelzoo.datasets.manifest import is_manifest, list_manifest
from modelzoo.errors import DamagedFileError, ZooError

FACTS = "dataset.toml"
_PARTS = ("train", "test")
_FILES = (".npz", ".csv")
_DEFAULTS = ImageOptions()


class Facts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields of a folder's ``dataset.toml``.

    Images of `transposed` files are turned upright. Without the field, the IDX files of a folder whose name begins with
    ``emnist`` count as transposed. They have Balanced's class names where they have 47 classes.
    """

    title: str | None = None
    classes: tuple[str, ...] | None = None
    transposed: bool | None = None
    synthetic: bool = False


def is_dataset(path: Path) -> bool:
    """Return whether the path looks like a data set that `load_path` reads."""
    if path.is_dir():
        return bool(idx_files(path)) or has_classes(path)
    return path.suffix == ".npz" or is_manifest(path)


def load_path(path: Path, options: ImageOptions = _DEFAULTS) -> DataSet:
    """Load the data set of a folder, an ``.npz`` file or a CSV manifest, under its name.

    Raises
    ------
    ZooError
        If there is no data set, or one of its files is damaged or contradicts another.
    """
    path = Path(os.path.abspath(path))  # `.` and `..` are no names  # noqa: PTH100 (keeps links)
    if path.suffix.lower() == ".csv":
        return _load_manifest(path, options)
    if path.is_dir() and not idx_files(path):
        return _load_images(path, options)
    require_no_shares(options.shares, shown(path))
    if path.suffix == ".npz":
        return _load_npz(path)
    if not path.is_dir():
        raise ZooError(f"{shown(path)} is no data set; expected a folder, an .npz file or a CSV of image files")
    return _load_idx(path, idx_files(path))


def _facts(folder: Path) -> Facts:
    path, see = folder / FACTS, f"it may have {', '.join(Facts.__struct_fields__)}"
    return read_struct(path, Facts, see=see) if path.exists() else Facts()


def _load_idx(folder: Path, files: dict[str, Path]) -> DataSet:
    missing = [f"{part}-{kind}" for part in _PARTS for kind in ("images", "labels") if f"{part}-{kind}" not in files]
    if missing:
        raise ZooError(f"{shown(folder)} lacks {' and '.join(missing)}; it has {', '.join(sorted(files))}")
    facts = _facts(folder)
    emnist = folder.name.lower().startswith("emnist")
    count = 1 + max(int(read_labels(files[f"{part}-labels"]).max()) for part in _PARTS)
    mapping = folder / "mapping.txt"
    classes = facts.classes or (read_mapping(mapping) if mapping.is_file() else None)
    usual = CLASSES["balanced"] if emnist and count == len(CLASSES["balanced"]) else None
    classes = classes or usual
    transposed = emnist if facts.transposed is None else facts.transposed
    train, test = (
        read_pair(
            files[f"{part}-images"],
            files[f"{part}-labels"],
            classes=len(classes) if classes else count,
            transposed=transposed,
        )
        for part in _PARTS
    )
    if classes is None:
        classes = usual = _numbered(train, test, shown(folder))
    note = f"Turned upright as EMNIST's files are, by the folder's name; {FACTS} can say `transposed = false`."
    notes = (note,) if emnist and facts.transposed is None else ()
    checksums = {path.name: sha256_of(path) for path in sorted(files.values())}
    reading = [] if transposed == emnist else [f"transposed = {str(transposed).lower()}"]
    usual = usual or tuple(map(str, range(len(classes))))
    return _dataset(folder, facts, classes, train, test, checksums, notes, [*reading, *_renamed(classes, usual)])


def _renamed(classes: Sequence[str], usual: Sequence[str]) -> list[str]:
    """Describe the names of classes where they are not the usual ones."""
    if tuple(classes) == tuple(usual):
        return []
    digest = hashlib.sha256("\n".join(classes).encode(errors="replace")).hexdigest()[:10]
    return [f"classes {cut(classes[0], 20)} … {cut(classes[-1], 20)} ({digest})"]


def _numbered(train: Split, test: Split, where: str) -> tuple[str, ...]:
    """Return classes named by their labels, 0 to the highest, each with training images.

    A gap would add classes without images, as many as a forged label names.
    """
    present = np.unique(train.labels)
    gaps = np.flatnonzero(present != np.arange(len(present)))
    if len(gaps):
        raise ZooError(
            f"{where}: no training image has label {gaps[0]}, and one has {present[gaps[0]]}; number the classes "
            f"from 0 without gaps{'' if where.endswith('.npz') else f', or name them all in {FACTS}'}"
        )
    unknown = np.setdiff1d(test.labels, present)
    if len(unknown):
        raise ZooError(f"{where}: test has label {unknown[0]}, and no training image has; expected its classes in both")
    return tuple(map(str, range(len(present))))


def _dataset(
    path: Path,
    facts: Facts,
    classes: Sequence[str],
    train: Split,
    test: Split,
    checksums: Mapping[str, str],
    notes: tuple[str, ...] = (),
    reading: Sequence[str] = (),
) -> DataSet:
    name = dataset_name(path)
    return DataSet(
        name=name,
        title=facts.title or name,
        classes=tuple(classes),
        train=train,
        test=test,
        checksums=checksums,
        synthetic=facts.synthetic,
        notes=notes,
        reading=", ".join(reading),
    )


def dataset_name(path: Path) -> str:
    """Return the name of a data set: that of its folder, or of its file without the suffix."""
    return path.stem if path.suffix.lower() in _FILES else path.name


def _load_npz(path: Path) -> DataSet:
    """Load an npz file with Keras' names: x_train, y_train, x_test, y_test."""
    keys = [f"{kind}_{part}" for part in _PARTS for kind in ("x", "y")]
    try:
        arrays = read_npz(path)
    except DamagedFileError as error:
        raise ZooError(f"{error}; expected numpy.savez's file of {', '.join(keys)}") from None
    missing = [key for key in keys if key not in arrays]
    if missing:
        raise ZooError(f"{shown(path)} lacks {', '.join(missing)}; it has {cut(', '.join(arrays))}")
    train, test = (_npz_split(path, part, arrays) for part in _PARTS)
    classes = _numbered(train, test, shown(path))
    return _dataset(path, Facts(), classes, train, test, {path.name: sha256_of(path)})


def _npz_split(path: Path, part: str, arrays: dict[str, Any]) -> Split:
    images, labels, where = arrays[f"x_{part}"], arrays[f"y_{part}"], f"{shown(path)}: {part}"
    images = images[..., 0] if images.ndim == 4 and images.shape[-1] == 1 else images
    labels = labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
    if images.dtype.kind in "iuf" and images.dtype != np.uint8 and images.size:
        with np.errstate(invalid="ignore"):  # NaN is no pixel
            whole = images.astype(np.uint8)
        if not np.array_equal(whole, images):
            raise ZooError(
                f"{where} images are {images.dtype}, {images.min():g} to {images.max():g}; expected whole numbers, "
                "0-255"
            )
        images = whole
    try:
        split = Split(images, labels)
    except ZooError as error:
        raise ZooError(f"{where} has {error}") from None
    check_split(split, where)
    return Split(images, labels.astype(np.int64))


def _load_images(folder: Path, options: ImageOptions) -> DataSet:
    facts = _facts(folder)
    if facts.transposed is not None:
        raise ZooError(
            f"{shown(folder / FACTS)}: transposed is for IDX files, and this is a folder of images; remove it"
        )
    listing = list_images(folder)
    classes = listing.classes
    names = facts.classes or classes
    if len(names) != len(classes):
        raise ZooError(f"{shown(folder / FACTS)}: names {len(names)} classes; there are {len(classes)} folders")
    if tuple(names) != classes and set(names) & set(classes) and sorted(names) == sorted(classes):
        raise ZooError(
            f"{shown(folder / FACTS)}: classes are the names of the folders in another order; they name the folders in "
            f"order, {cut(listed(classes))}: give new names, or remove the field"
        )
    return _of_files(folder, facts, names, listing, options)


def _load_manifest(path: Path, options: ImageOptions) -> DataSet:
    listing = list_manifest(path)
    return _of_files(path, Facts(), listing.classes, listing, options)


def _of_files(path: Path, facts: Facts, names: Sequence[str], listing: Listing, options: ImageOptions) -> DataSet:
    try:
        images = load_images(listing, options)
    except MemoryError:
        raise ZooError(f"{shown(path)}: an image takes more memory than there is; make it smaller") from None
    name = dataset_name(path)
    return DataSet(
        name=name,
        title=facts.title or name,
        classes=tuple(names),
        checksums=images.checksums,
        synthetic=facts.synthetic,
        notes=images.notes,
        reading=", ".join(_renamed(names, listing.classes)),
        kinds=images.kinds,
        **images.splits,
    )
