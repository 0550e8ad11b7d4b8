"""Folders of images by class, with splits or without: their files and labels."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from unicodedata import normalize

from modelzoo.base.paths import shown
from modelzoo.base.text import cut, listed
from modelzoo.datasets.dataset import nfc_names
from modelzoo.datasets.listing import PART_NAMES, PARTS, LabeledFile, Listing
from modelzoo.errors import ZooError

# A file with such a name is broken if it holds no image; another file is left out.
ENDINGS = {".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".webp", ".gif", ".tif", ".tiff", ".pbm", ".pgm", ".ppm"}

_UNCOUNTED = ("dataset.toml", "readme", "license")


def has_classes(folder: Path) -> bool:
    """Return whether a folder looks like a data set of images: folders of splits, or two folders with images."""
    with suppress(OSError):  # a folder that cannot be read
        names = [path.name for path in _folders(folder)]
        if {"train", "test"} <= set(map(str.lower, names)):
            return True
        return len(names) > 1 and any(path.suffix.lower() in ENDINGS for path in _visible(folder / min(names)))
    return False


def list_images(folder: Path) -> Listing:
    """List the files of ``<class>/``, or of ``train/<class>/``, ``val/<class>/`` and ``test/<class>/``.

    Raises
    ------
    ZooError
        If the folders do not tell which images belong to which class and split.
    """
    others: Counter[str] = Counter()
    roots = _split_folders(folder) or {"": folder}
    by_part = {part: _class_folders(root, others) for part, root in roots.items()}
    classes = tuple(sorted(by_part["train" if "train" in by_part else ""]))
    _require_classes(folder, classes, by_part)
    if "train" in by_part:
        _count_files(folder, others, " next to train")
    files = [
        LabeledFile(path, path.relative_to(folder).as_posix(), label, part)
        for part, folders in by_part.items()
        for label, name in enumerate(classes)
        if name in folders
        for path in _files_below(folders[name], others)
    ]
    return Listing(folder, classes, tuple(files), others=others)


def _split_folders(folder: Path) -> dict[str, Path]:
    """Return the folders of the splits; none where all folders are classes. ``Train`` is a split as ``train`` is."""
    folders = {path.name: path for path in _folders(folder)}
    part_of = {name: PART_NAMES[name.lower()] for name in folders if name.lower() in PART_NAMES}
    if len(part_of) == len(folders) and {"train", "test"} <= set(part_of.values()):
        if len(set(part_of.values())) < len(part_of):
            raise ZooError(f"{shown(folder)} has {listed(sorted(part_of))}; expected one folder for each split")
        return {part_of[name]: folders[name] for name in sorted(part_of, key=lambda name: PARTS.index(part_of[name]))}
    # A folder of this name may be a class (trains), unless it holds folders or nothing else is there.
    nested = [name for name in part_of if any(_folders(folders[name]))]
    if nested or (part_of and len(part_of) == len(folders)):
        others = [name for name in folders if name not in part_of]
        named = listed(sorted(map(cut, part_of)))
        found = f"{named} next to {listed(sorted(map(cut, others)))}" if others else named
        raise ZooError(
            f"{shown(folder)} has {found}; expected train and test, with val or without, and nothing else; or one "
            "folder for each class; or a CSV file with the columns path, label and split"
        )
    return {}


def _require_classes(folder: Path, classes: tuple[str, ...], by_part: Mapping[str, Mapping[str, Path]]) -> None:
    """Check that there are two classes, and that every class is trained."""
    train = by_part.get("train")
    if train is None and len(classes) < 2:
        raise ZooError(
            f"{shown(folder)} holds no data set: it has {'one folder' if classes else 'no folders'} of images; "
            "expected one for each class, two at least, or folders train and test with one folder of images a class"
        )
    if not classes:
        raise ZooError(f"{shown(folder)}: train has no classes; expected one folder of images a class")
    for part, folders in by_part.items():
        if unknown := sorted(set(folders) - set(classes)):
            raise ZooError(
                f"{shown(folder)}: {part} has classes that train lacks: {', '.join(map(cut, unknown))}; expected one "
                "folder of images a class in both"
            )


def _visible(folder: Path) -> Iterable[Path]:
    return (path for path in folder.iterdir() if not path.name.startswith("."))


def _folders(folder: Path) -> Iterable[Path]:
    return (path for path in _visible(folder) if path.is_dir())


def _class_folders(root: Path, others: Counter[str]) -> dict[str, Path]:
    """Return the folders of the classes by their names in NFC."""
    folders = sorted(_folders(root))
    _count_files(root, others)
    return dict(zip(nfc_names(path.name for path in folders), folders, strict=True))


def _count_files(folder: Path, others: Counter[str], where: str = "") -> None:
    """Count the files next to folders of classes or splits, which are left out."""
    for path in _visible(folder):
        if not path.is_dir() and not path.name.lower().startswith(_UNCOUNTED):
            others[kind_of(path) + where] += 1


def kind_of(path: Path) -> str:
    """Return the suffix of a file, as notes show it."""
    return cut(path.suffix.lower(), 20) or "without suffix"


def _files_below(folder: Path, others: Counter[str]) -> list[Path]:
    """Return the files of a class in the order of their names; links to folders are left out."""
    files: list[str] = []
    pending = [folder]
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if not entry.is_dir():
                    files.append(entry.path)
                elif entry.is_symlink():
                    others["linked folder"] += 1
                else:
                    pending.append(Path(entry.path))
    return [Path(file) for file in sorted(files, key=lambda file: normalize("NFC", file))]
