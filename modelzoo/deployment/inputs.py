"""Images to predict: files, folders, patterns and arrays, brought to the shape that a network takes."""

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from modelzoo.base.files import cannot_read, read_bytes
from modelzoo.base.paths import shown
from modelzoo.base.text import quote
from modelzoo.datasets.image_folders import ENDINGS
from modelzoo.datasets.image_pixels import NoImageError, Pixels, decode_image, fit_image, pillow
from modelzoo.deployment.facts import NetworkFacts
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from PIL.Image import Image


def files_of(names: Iterable[str | Path]) -> Iterator[tuple[Path, bool]]:
    """Yield the files of paths, folders and patterns in order, and whether a file was found in a folder.

    A folder gives the files in it and below, without hidden ones.

    Raises
    ------
    ZooError
        If no file matches a pattern, or a folder cannot be read.
    """

    def refuse(error: OSError) -> None:
        raise cannot_read(Path(error.filename), error)

    for name in map(str, names):
        matches = [name] if os.path.lexists(name) or not glob.has_magic(name) else sorted(glob.glob(name))  # noqa: PTH207 (of any root)
        if not matches:
            raise ZooError(f"no file matches {quote(name)}")
        for path in map(Path, matches):
            if not path.is_dir():
                yield path, False
                continue
            for folder, folders, files in os.walk(path, onerror=refuse):
                folders[:] = sorted(inner for inner in folders if not inner.startswith("."))
                yield from ((Path(folder, file), True) for file in sorted(files) if not file.startswith("."))


def read_image(path: Path, facts: NetworkFacts, *, in_folder: bool = False) -> Pixels | None:
    """Read an image file in the shape that the network takes; None for another file in a folder.

    Raises
    ------
    ZooError
        If the file cannot be read, or the image does not fit.
    """
    data = read_bytes(path)
    try:
        image, _ = decode_image(data)
        return _fitted(image, facts)
    except NoImageError as error:
        if in_folder and path.suffix.lower() not in ENDINGS:
            return None
        raise ZooError(f"{shown(path)} {error}") from None
    except ZooError as error:
        raise ZooError(f"{shown(path)} {error}") from None


def fit_array(image: Pixels, facts: NetworkFacts) -> Pixels:
    """Convert an array (height, width), with or without 1 or 3 channels, to the shape that the network takes."""
    fits = image.ndim in (2, 3) and image.shape[2:] in ((), (1,), (3,)) and image.size
    if image.dtype != np.uint8 or not fits:
        raise ZooError(
            f"an image is {image.dtype} of shape {image.shape}; expected uint8, 0-255, of shape (height, width) or "
            "(height, width, 3)"
        )
    return _fitted(pillow().fromarray(image[..., 0] if image.shape[2:] == (1,) else image), facts)


def _fitted(image: "Image", facts: NetworkFacts) -> Pixels:
    """Convert an image of mode L or RGB to the shape that the network takes, as in training."""
    height, width = facts.image_shape[:2]
    channels: Literal[1, 3] = 1 if len(facts.image_shape) == 2 else 3
    return fit_image(image, size=(width, height), mode=facts.mode, channels=channels)
