"""Images in folders by class, read strictly: 8 bits a channel, opaque, one size."""

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
_ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".webp"}
_MODES = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}


def read_image_folders(folder: Path) -> tuple[tuple[str, ...], Split, Split, list[Path]]:
    """Read classes, train, test and files from the folders ``train/<class>/`` and ``test/<class>/``.

    The images have one size. Where one is in color, all are read in color.

    Raises
    ------
    ZooError
        If the folders or an image have another form; it names the file.
    """
    classes = tuple(_class_folders(folder / "train"))
    others = set(_class_folders(folder / "test")) - set(classes)
    if not classes or others:
        found = f"test has classes that train lacks: {', '.join(sorted(others))}" if others else "train has no classes"
        raise ZooError(f"{shown(folder)}: {found}; expected one folder of images a class in both")
    parts = {part: _files_of(folder / part, classes) for part in _PARTS}
    colored = any(_in_color(path) for files, _ in parts.values() for path in files)
    train, test = (_read_images(files, labels, colored) for files, labels in parts.values())
    return classes, train, test, [path for files, _ in parts.values() for path in files]


def _class_folders(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("[!.]*") if path.is_dir())


def _files_of(folder: Path, classes: Sequence[str]) -> tuple[list[Path], list[int]]:
    files: list[Path] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        found = [path for path in (folder / name).glob("[!.]*") if path.suffix.lower() in _ENDINGS]
        if not found and folder.name == "train":
            raise ZooError(f"{shown(folder / name)} holds no images to train on ({', '.join(sorted(_ENDINGS))})")
        files += sorted(found)
        labels += [label] * len(found)
    if not files:
        raise ZooError(f"{shown(folder)} holds no images ({', '.join(sorted(_ENDINGS))}) in its class folders")
    return files, labels


def _in_color(path: Path) -> bool:
    with _opened(path) as image:
        return image.mode not in ("1", "L", "LA")


def _read_images(files: Sequence[Path], labels: Sequence[int], colored: bool) -> Split:
    images: list[npt.NDArray[np.uint8]] = []
    for path in files:
        pixels = _pixels(path, colored)
        if images and pixels.shape != images[0].shape:
            raise ZooError(
                f"{shown(path)} is {pixels.shape[1]}×{pixels.shape[0]}, {shown(files[0])} "
                f"{images[0].shape[1]}×{images[0].shape[0]}; expected images of one size"
            )
        images.append(pixels)
    return Split(np.stack(images), np.asarray(labels, np.int64))


def _pixels(path: Path, colored: bool) -> npt.NDArray[np.uint8]:
    """Read the pixels of an image, upright by its EXIF data: (height, width), or (height, width, 3)."""
    from PIL import ImageOps

    with _opened(path) as image:
        if image.mode not in _MODES:
            raise ZooError(f"{shown(path)} has pixels of kind {image.mode}; expected 8 bits a channel, 0-255")
        transparent = "A" in image.getbands() or "transparency" in image.info
        if transparent and image.convert("RGBA").getchannel("A").getextrema()[0] < 255:
            # The color of the background changes the image; only its owner knows it.
            raise ZooError(f"{shown(path)} has transparent pixels; flatten it onto its background")
        return np.asarray(ImageOps.exif_transpose(image).convert("RGB" if colored else "L"))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        from PIL import Image
    except ImportError:
        raise ZooError("reading images needs Pillow; install it with `pip install 'cnn-zoo[bench]'`") from None
    try:
        with Image.open(path) as image:
            yield image
    # Pillow raises SyntaxError for a broken PNG.
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ZooError(f"{shown(path)}: cannot be read as an image ({error}); get it again or remove it") from None
