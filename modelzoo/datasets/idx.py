"""IDX, the format of MNIST and EMNIST: read strictly, gzipped or plain, never trusting the header with memory."""

import gzip
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from modelzoo.content import shown
from modelzoo.errors import ZooError

_UNSIGNED_BYTE = 0x08
_AGAIN = "get the file again"


def read_images(path: Path) -> npt.NDArray[np.uint8]:
    """The images of one file as they are stored: (n, height, width), 0-255."""
    return _read(path, dimensions=3, what="images")


def read_labels(path: Path) -> npt.NDArray[np.uint8]:
    """The labels of one file as they are stored: (n,)."""
    return _read(path, dimensions=1, what="labels")


def _read(path: Path, *, dimensions: int, what: str) -> npt.NDArray[np.uint8]:
    """The array of one file.

    Raises
    ------
    ZooError
        If the file is truncated, empty, not gzip, no IDX, or holds other than its header says; the error names the
        file, what was found and what was expected.
    """
    data = _bytes_of(path)
    header = 4 + 4 * dimensions
    if len(data) < header:
        raise ZooError(f"{shown(path)}: holds {len(data)} bytes; an IDX file of {what} begins with {header}; {_AGAIN}")
    if data[:2] != b"\0\0" or data[2] != _UNSIGNED_BYTE or data[3] != dimensions:
        raise ZooError(
            f"{shown(path)}: begins with {data[:4].hex(' ')}; an IDX file of {what} with 8 bits each begins with "
            f"00 00 08 {dimensions:02x}"
        )
    shape = tuple(int(size) for size in np.frombuffer(data, ">u4", dimensions, offset=4))
    # Python's integers: the product of a forged header may pass 2**64.
    expected = 1
    for size in shape:
        expected *= size
    if len(data) - header != expected:
        raise ZooError(
            f"{shown(path)}: the header says {'×'.join(map(str, shape))} = {expected:,} bytes of {what}, "
            f"the file holds {len(data) - header:,}; {_AGAIN}"
        )
    if not expected:
        raise ZooError(f"{shown(path)}: holds no {what}; {_AGAIN}")
    return np.frombuffer(data, np.uint8, offset=header).reshape(shape)


def _bytes_of(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        if path.suffix != ".gz":
            return data
        if not data:
            raise ZooError(f"{shown(path)}: is empty; {_AGAIN}")
        return gzip.decompress(data)
    except gzip.BadGzipFile as error:
        raise ZooError(f"{shown(path)}: is not gzip ({error}); {_AGAIN}") from None
    except (EOFError, zlib.error) as error:
        raise ZooError(f"{shown(path)}: is truncated or damaged ({error}); {_AGAIN}") from None
    except OSError as error:
        raise ZooError(f"{shown(path)}: cannot be read: {error.strerror}") from None
