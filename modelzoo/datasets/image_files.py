"""Images in files, decoded when they are needed."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from modelzoo.base.files import read_bytes
from modelzoo.base.paths import shown
from modelzoo.base.threads import map_in_threads
from modelzoo.datasets.image_pixels import Mode, Pixels, decode_image, fit_image
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class ImageFiles:
    """Images in files, in the order of their labels; an index array or a slice selects some of them.

    Parameters
    ----------
    paths : (n,), of Path
    digests : (n,), the SHA-256 of the bytes of each file, in hexadecimal digits
    pixel_digests : (n,), digests of the decoded pixels, equal for equal images
    sizes : (n, 2), width and height in pixels, upright
    channels : 1 where all images of the data set are gray, else 3
    """

    paths: npt.NDArray[np.object_]
    digests: npt.NDArray[np.str_]
    pixel_digests: npt.NDArray[np.str_]
    sizes: npt.NDArray[np.int64]
    channels: Literal[1, 3]

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, rows: Any) -> "ImageFiles":
        columns = ("paths", "digests", "pixel_digests", "sizes")
        return replace(self, **{column: getattr(self, column)[rows] for column in columns})

    @property
    def one_size(self) -> tuple[int, int] | None:
        """Return width and height of all images; None where they differ."""
        if not len(self) or (self.sizes != self.sizes[0]).any():
            return None
        width, height = self.sizes[0].tolist()
        return width, height

    def read(self) -> Pixels:
        """Decode images of one size as they are, gray to (n, height, width), color to (n, height, width, 3).

        Raises
        ------
        ZooError
            If a file changed since it was read first, or cannot be read.
        """
        mode = "L" if self.channels == 1 else "RGB"

        def pixels(file: tuple[Path, str]) -> Pixels:
            return np.asarray(_decode(*file).convert(mode))

        return np.stack(list(map_in_threads(pixels, zip(self.paths, self.digests, strict=True))))

    def decode(self, rows: Any, *, size: int | tuple[int, int], mode: Mode, channels: Literal[1, 3]) -> Pixels:
        """Decode the images of `rows`, an index array or a slice, and fit them as `fit_image` does.

        It uses one thread; several threads can call it at once.

        Parameters
        ----------
        size : side in pixels, or width and height

        Returns
        -------
        (n, height, width) for one channel, else (n, height, width, 3): uint8, 0-255

        Raises
        ------
        ZooError
            If a file changed since it was read first, or cannot be read. If an image is too large to be padded.
        """
        chosen = self[rows]
        width, height = (size, size) if isinstance(size, int) else size
        shape = (height, width) if channels == 1 else (height, width, 3)
        images: Pixels = np.empty((len(chosen), *shape), np.uint8)
        for row, (path, digest) in enumerate(zip(chosen.paths, chosen.digests, strict=True)):
            image = _decode(path, digest)
            try:
                images[row] = fit_image(image, size=size, mode=mode, channels=channels)
            except ZooError as error:
                raise ZooError(f"{shown(path)} {error}") from None
        return images


def _decode(path: Path, digest: str) -> "Image":
    data = read_bytes(path)
    if hashlib.sha256(data).hexdigest() != digest:
        raise ZooError(
            f"{shown(path)} changed since it was read first; repeat the command, after `zoo data clear` if this comes "
            "again"
        )
    try:
        return decode_image(data)[0]
    except ZooError as error:
        raise ZooError(f"{shown(path)} {error}") from None
