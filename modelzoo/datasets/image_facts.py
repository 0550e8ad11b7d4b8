"""The facts of image files, kept in the user's cache: an unchanged file is not decoded for them again."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import read_bytes
from modelzoo.datasets.dataset import image_cache
from modelzoo.datasets.image_pixels import pillow
from modelzoo.errors import ZooError

# Raise it when the same file gives other facts.
_REVISION = 1


class ImageFacts(msgspec.Struct, frozen=True, array_like=True):
    """The facts of an image: digests of its file and pixels, its upright size, and the kinds of `decode_image`."""

    digest: str
    pixel_digest: str
    width: int
    height: int
    gray: bool
    kinds: tuple[str, ...]


class KnownFile(msgspec.Struct, frozen=True, array_like=True):
    """The facts of a file, with its bytes and its time of change when it was read."""

    size: int
    changed_ns: int
    facts: ImageFacts

    def is_of(self, status: os.stat_result) -> bool:
        """Return whether a file has this size and time."""
        return (self.size, self.changed_ns) == (status.st_size, status.st_mtime_ns)


def read_known(origin: Path) -> dict[str, KnownFile]:
    """Read the facts of the files of a folder or manifest; none where the cache has none or is damaged."""
    try:
        return msgspec.json.decode(read_bytes(_path(origin)), type=dict[str, KnownFile])
    except (ZooError, msgspec.DecodeError):
        return {}


def write_known(origin: Path, known: Mapping[str, KnownFile]) -> None:
    """Write the facts of the files of a folder or manifest into the cache, where it can be written."""
    with suppress(ZooError, OSError, UnicodeError):  # the name of a file may not be UTF-8
        path = _path(origin)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, msgspec.json.encode(known))


def _path(origin: Path) -> Path:
    key = f"{_REVISION} {pillow().__version__} {origin.resolve()}"
    return image_cache() / f"facts-{hashlib.sha256(os.fsencode(key)).hexdigest()[:20]}.json"
