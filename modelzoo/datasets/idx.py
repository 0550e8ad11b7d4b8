"""IDX, the format of MNIST and EMNIST, gzipped or plain, read strictly: a forged header takes no memory."""

import gzip
import math
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from modelzoo.base.files import open_regular
from modelzoo.base.paths import shown
from modelzoo.base.text import reason
from modelzoo.errors import ZooError

_UNSIGNED_BYTE = 0x08
_AGAIN = "remove the file and get it again (EMNIST's with `zoo data get emnist`)"
_CHUNK = 1 << 20

# DEFLATE packs at best 258 bytes into 2 bits (RFC 1951). A gzip file holds at most 1,032 times its size.
_BEST_PACKING = 1032

# Parts by their names in file names: MNIST calls test t10k. By preference, the last one first.
_PARTS = {"t10k": "test", "train": "train", "test": "test"}


def idx_files(folder: Path, prefix: str = "", endings: Sequence[str] = ("", ".gz")) -> dict[str, Path]:
    """Return the IDX files of a data set in a folder by part and kind, such as ``train-images``.

    Parameters
    ----------
    prefix : of all names
    endings : by preference, the last one first
    """
    return {
        f"{part}-{kind}": path
        for name, part in _PARTS.items()
        for kind, dimensions in (("images", 3), ("labels", 1))
        for dot in (".", "-")
        for ending in endings
        if (path := folder / f"{prefix}{name}-{kind}{dot}idx{dimensions}-ubyte{ending}").is_file()
    }


def read_images(path: Path) -> npt.NDArray[np.uint8]:
    """Read the images of a file as they are stored: (n, height, width), 0-255."""
    return _read(path, dimensions=3, what="images")


def read_labels(path: Path) -> npt.NDArray[np.uint8]:
    """Read the labels of a file as they are stored: (n,)."""
    return _read(path, dimensions=1, what="labels")


def _read(path: Path, *, dimensions: int, what: str) -> npt.NDArray[np.uint8]:
    """Read the array of a file; raise a ZooError if it is not whole, or contradicts its header."""
    try:
        with open_regular(path) as stored, gzip.open(stored) if path.suffix == ".gz" else stored as file:
            shape = _shape(file, path, os.fstat(stored.fileno()).st_size, dimensions, what)
            size = math.prod(shape)
            # One more byte shows that a file is too long, without reading a decompression bomb to its end.
            data = _at_most(file, size + 1)
    except gzip.BadGzipFile as error:
        raise ZooError(f"{shown(path)}: is not gzip ({error}); {_AGAIN}") from None
    except (EOFError, zlib.error) as error:
        raise ZooError(f"{shown(path)}: is truncated or damaged ({error}); {_AGAIN}") from None
    except OSError as error:
        raise ZooError(f"{shown(path)}: cannot be read: {reason(error)}") from None
    except MemoryError:
        raise ZooError(f"{shown(path)}: holds {size:,} bytes, more than there is memory; {_AGAIN}") from None
    if len(data) != size:
        length = f"{len(data):,}" if len(data) < size else "more"
        raise ZooError(f"{shown(path)}: {_stated(shape, what)}, the file holds {length}; {_AGAIN}")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _shape(file: IO[bytes] | gzip.GzipFile, path: Path, on_disk: int, dimensions: int, what: str) -> tuple[int, ...]:
    """Read the shape from the header, and check that a file of this size can hold it."""
    length = 4 + 4 * dimensions
    header = file.read(length)
    if not header:
        raise ZooError(f"{shown(path)}: is empty; {_AGAIN}")
    if len(header) < length:
        raise ZooError(
            f"{shown(path)}: holds {len(header)} bytes; an IDX file of {what} begins with {length}; {_AGAIN}"
        )
    if header[:4] != bytes((0, 0, _UNSIGNED_BYTE, dimensions)):
        raise ZooError(
            f"{shown(path)}: begins with {header[:4].hex(' ')}; an IDX file of {what} with 8 bits each begins with "
            f"00 00 08 {dimensions:02x}; {_AGAIN}"
        )
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4", dimensions, offset=4))
    if not math.prod(shape):
        raise ZooError(f"{shown(path)}: holds no {what}; {_AGAIN}")
    if math.prod(shape) > on_disk * (_BEST_PACKING if path.suffix == ".gz" else 1):
        raise ZooError(f"{shown(path)}: {_stated(shape, what)}, more than {on_disk:,} bytes on disk can hold; {_AGAIN}")
    return shape


def _stated(shape: tuple[int, ...], what: str) -> str:
    return f"the header says {'×'.join(map(str, shape))} = {math.prod(shape):,} bytes of {what}"


def _at_most(file: IO[bytes] | gzip.GzipFile, limit: int) -> bytearray:
    data = bytearray()
    while chunk := file.read(min(_CHUNK, limit - len(data))):
        data += chunk
    return data
