"""Pictures in folders by class, read strictly: 8 bits a channel, opaque, one size."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from modelzoo.base.paths import shown
from modelzoo.datasets.dataset import Split
from modelzoo.errors import ZooError

_PARTS = ("train", "test")
_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".webp"}
_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}


def read_pictures(folder: Path) -> tuple[tuple[str, ...], Split, Split, list[Path]]:
    """The classes, train, test and all files of folders ``train/<class>/`` and ``test/<class>/``.

    The pictures are of one size; where one is in color, all are read so.

    Raises
    ------
    ZooError
        If the folders or a picture are other than that; it names the file.
    """
    classes = tuple(_class_folders(folder / "train"))
    others = set(_class_folders(folder / "test")) - set(classes)
    if not classes or others:
        found = (
            f"test has classes that train has not: {', '.join(sorted(others))}" if others else "train has no classes"
        )
        raise ZooError(f"{shown(folder)}: {found}; expected one folder of pictures a class in both")
    parts = {part: _pictures_of(folder / part, classes) for part in _PARTS}
    colored = any(_in_color(path) for files, _ in parts.values() for path in files)
    train, test = (_read_pictures(files, labels, colored) for files, labels in parts.values())
    return classes, train, test, [path for files, _ in parts.values() for path in files]


def _class_folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("[!.]*") if path.is_dir())


def _pictures_of(folder: Path, classes: Sequence[str]) -> tuple[list[Path], list[int]]:
    files: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        found = [path for path in (folder / name).glob("[!.]*") if path.suffix.lower() in _PICTURES]
        if not found and folder.name == "train":
            raise ZooError(f"{shown(folder / name)} holds no pictures to train on ({', '.join(sorted(_PICTURES))})")
        files += sorted(found)
        labels += [label] * len(found)
    if not files:
        raise ZooError(f"{shown(folder)} holds no pictures ({', '.join(sorted(_PICTURES))}) in its class folders")
    return files, labels


def _in_color(path: Path) -> bool:
    with _opened(path) as picture:
        return picture.mode not in ("1", "L", "LA")


def _read_pictures(files: Sequence[Path], labels: Sequence[int], colored: bool) -> Split:
    pictures: list[npt.NDArray[np.uint8]] = []
    for path in files:
        pixels = _picture(path, colored)
        if pictures and pixels.shape != pictures[0].shape:
            raise ZooError(
                f"{shown(path)} is {pixels.shape[1]}×{pixels.shape[0]}, {shown(files[0])} "
                f"{pictures[0].shape[1]}×{pictures[0].shape[0]}; expected pictures of one size"
            )
        pictures.append(pixels)
    return Split(np.stack(pictures), np.asarray(labels, np.int64))


def _picture(path: Path, colored: bool) -> npt.NDArray[np.uint8]:
    """One picture's pixels, upright as its camera held it: (height, width), or (height, width, 3)."""
    from PIL import ImageOps

    with _opened(path) as picture:
        if picture.mode not in _MODES:
            raise ZooError(f"{shown(path)} has pixels of kind {picture.mode}; expected 8 bits a channel, 0-255")
        transparent = "A" in picture.getbands() or "transparency" in picture.info
        if transparent and picture.convert("RGBA").getchannel("A").getextrema()[0] < 255:
            # Whether white or black lies beneath changes the picture; only its owner knows.
            raise ZooError(f"{shown(path)} has transparent pixels; flatten it onto its background")
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGB" if colored else "L"))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        from PIL import Image
    except ImportError:
        raise ZooError("reading pictures needs Pillow; install it with `pip install 'cnn-zoo[bench]'`") from None
    try:
        with Image.open(path) as picture:
            yield picture
    # SyntaxError is what Pillow raises for a broken PNG.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ZooError(f"{shown(path)}: cannot be read as a picture ({error}); get it again or remove it") from None
