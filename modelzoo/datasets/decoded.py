"""Images in files, decoded once to the input of a network into the user's cache, or at each access."""

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from modelzoo.base.atomic import atomic_file
from modelzoo.base.claim_files import claim_files
from modelzoo.base.claims import claimed
from modelzoo.base.paths import shown
from modelzoo.base.text import byte_size, plural, reason
from modelzoo.base.threads import map_in_threads
from modelzoo.datasets.dataset import Splits, image_cache
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.image_pixels import Mode
from modelzoo.datasets.mapped import ImageRows, MappedImages, map_splits
from modelzoo.errors import ZooError

Tell = Callable[[str], None]

# Raise it when the same files give other pixels.
_REVISION = 1
# The cache takes at most this share of the disk's free space.
_SHARE_OF_FREE = 0.5
_CLAIM = "images"
_STREAMING = "the images are decoded at each access, which is slower than from a cache"
# Images that a thread decodes at a time.
_PIECE = 16


@dataclass(frozen=True)
class StreamedImages(ImageRows):
    """Images in files as an array that decodes the rows of an index.

    Its shape is (n, height, width), or (n, height, width, 3) in color.

    Parameters
    ----------
    size : width and height in pixels
    channels : 1 or 3; gray files have one in any case
    """

    files: ImageFiles
    size: tuple[int, int]
    mode: Mode
    channels: Literal[1, 3]

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of images, then the shape of each."""
        return len(self.files), *decoded_shape(self.files, self.size, self.channels)

    def __getitem__(self, rows: Any) -> npt.NDArray[np.uint8]:
        indices = np.arange(len(self))[rows]
        pixels = np.concatenate([np.empty((0, *self.shape[1:]), np.uint8), *self.pieces(np.atleast_1d(indices))])
        return pixels.reshape(*indices.shape, *self.shape[1:])

    def pieces(self, indices: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.uint8]]:
        """Yield the images of an index in order, a few at a time, decoded in threads."""
        return map_in_threads(self._decode, np.split(indices, range(_PIECE, len(indices), _PIECE)))

    def _decode(self, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
        channels: Literal[1, 3] = 1 if self.ndim == 3 else 3
        return self.files.decode(rows, size=self.size, mode=self.mode, channels=channels)


def decoded_shape(files: ImageFiles, size: tuple[int, int], channels: Literal[1, 3]) -> tuple[int, ...]:
    """Return the shape of one decoded image; a network with three channels repeats the one of gray images."""
    width, height = size
    return (height, width) if 1 in (files.channels, channels) else (height, width, 3)


def decode_splits(
    splits: Splits, *, size: tuple[int, int], mode: Mode, channels: Literal[1, 3], report: Tell
) -> Splits:
    """Return the splits with images of a network's input size; images that are arrays stay as they are.

    The decoded images of each split are a file in the user's cache, which is mapped. The file is found again by the
    digests of the images, the size, the mode and the channels. Without space for it, the images are decoded at each
    access.

    Raises
    ------
    ZooError
        If a file changed since the data set was loaded, or cannot be read.
    """
    streamed = {
        part: StreamedImages(files, size, mode, channels)
        for part in ("train", "validation", "test")
        if isinstance(files := getattr(splits, part).images, ImageFiles)
    }
    if not streamed:
        return splits
    images: dict[str, StreamedImages | MappedImages] = {**streamed, **_cached(streamed)}
    if missing := {part: streamed[part] for part in streamed if images[part] is streamed[part]}:
        images |= _decode(missing, report)
    return map_splits(lambda part, split: replace(split, images=images.get(part, split.images)), splits)


def clear_decoded() -> int:
    """Delete all decoded images in the user's cache; return their bytes.

    Raises
    ------
    ZooError
        If another process decodes images now, or a file cannot be deleted.
    """
    folder = image_cache()
    if not folder.is_dir():
        return 0
    with claimed(folder, f"decodes images into {shown(folder)}", name=_CLAIM):
        files = sorted(set(folder.iterdir()) - set(claim_files(folder, _CLAIM)))
        freed = sum(path.lstat().st_size for path in files)
        try:
            for path in files:
                path.unlink()
        except OSError as error:
            raise ZooError(f"cannot delete {shown(path)}: {reason(error)}; delete it by hand") from None
    return freed


def _decode(missing: Mapping[str, StreamedImages], report: Tell) -> dict[str, MappedImages]:
    """Decode images into the cache; report why where the cache cannot take them, and return none."""
    with ExitStack() as stack:
        try:
            folder = image_cache()
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(claimed(folder, "decodes images", name=_CLAIM, wait=True, report=report))
            free = shutil.disk_usage(folder).free
        except (OSError, ZooError) as error:
            report(f"{_STREAMING}: {reason(error)}")
            return {}
        for leftover in folder.glob(".*.npy.*.tmp"):  # of killed processes
            leftover.unlink(missing_ok=True)
        decoded = _cached(missing)  # by another process, meanwhile
        missing = {part: images for part, images in missing.items() if part not in decoded}
        needed = sum(images.nbytes for images in missing.values())
        if needed > _SHARE_OF_FREE * free:
            report(
                f"{_STREAMING}: they take {byte_size(needed)}, more than {_SHARE_OF_FREE:.0%} of the "
                f"{byte_size(free)} that are free in {shown(folder)}"
            )
            return decoded
        if missing:
            report(_announcement(missing, needed, folder))
        return decoded | {part: _write(images) for part, images in missing.items()}


def _announcement(missing: Mapping[str, StreamedImages], needed: int, folder: Path) -> str:
    count, (width, height) = sum(map(len, missing.values())), next(iter(missing.values())).size
    return (
        f"decoding {plural(count, 'image')} to {width}×{height} ({byte_size(needed)}) into {shown(folder)}; "
        "`zoo data clear` deletes them"
    )


def _cached(streamed: Mapping[str, StreamedImages]) -> dict[str, MappedImages]:
    """Return the decoded images that are in the cache and whole."""
    found = {}
    for part, images in streamed.items():
        with suppress(ZooError):  # no cache, no file yet, or a damaged one
            mapped = MappedImages(_path(images))
            if mapped.shape == images.shape:
                found[part] = mapped
    return found


def _path(images: StreamedImages) -> Path:
    """Return the path of decoded images in the cache, whether they are there or not."""
    from PIL import __version__ as pillow

    how = {"revision": _REVISION, "pillow": pillow, "size": images.size, "mode": images.mode, "shape": images.shape}
    digest = hashlib.sha256(msgspec.json.encode([how, images.files.digests.tolist()])).hexdigest()
    width, height = images.size
    return image_cache() / f"{width}x{height}-{digest[:20]}.npy"


def _write(images: StreamedImages) -> MappedImages:
    """Write decoded images into the cache, whole or not at all."""
    path = _path(images)
    with atomic_file(path) as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": images.shape}
        np.lib.format.write_array_header_1_0(file, header)
        for pixels in images.pieces(np.arange(len(images))):
            file.write(pixels.data)
    return MappedImages(path)
