"""The one reader of ``.npz`` files: arrays of plain types, each as large as the file holds, or an error."""

import math
import zipfile
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from modelzoo.base.files import cannot_read, open_regular
from modelzoo.base.paths import shown
from modelzoo.base.text import cut
from modelzoo.errors import DamagedFileError, with_kind

Array = npt.NDArray[Any]

_LONGEST = 200
# A highly repetitive content is deflated to a thousandth of its size, never further.
_MOST_DEFLATED = 1100
_LAST_CHARACTER = 0x10FFFF


def read_npz(path: Path, *, only: str | None = None) -> dict[str, Array]:
    """Read the arrays of an ``.npz`` file by their names, all or only the one of a name.

    An array takes memory only after the file was found to hold as many bytes. Nothing is unpickled.

    Raises
    ------
    DamagedFileError
        If the content is damaged or no ``.npz`` file.
    ZooError
        If the file is missing, no regular file, or cannot be read now.
    """
    with open_regular(path) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
                return {name: _array(archive, info) for name, info in members.items() if only in (None, name)}
        except (OSError, MemoryError) as error:
            # A wrong offset is an invalid argument, EINVAL, of seek. Sizes that a file cannot hold are found before.
            if isinstance(error, MemoryError) or error.errno not in (None, 22):
                raise cannot_read(path, error) from error
            cause: Exception = error
        except Exception as error:  # of zipfile, zlib, ast, tokenize and NumPy, none of which lists its errors
            cause = error
    raise DamagedFileError(f"{shown(path)} is damaged or no .npz file: {cut(with_kind(cause), _LONGEST)}") from None


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Array:
    """Return the array of one member of an archive."""
    if info.file_size > _MOST_DEFLATED * (info.compress_size + 1):
        raise ValueError(f"{info.filename} announces {info.file_size:,} bytes, packed in {info.compress_size:,}")
    with archive.open(info) as member:
        shape, fortran, dtype = _header(member)
        size = info.file_size - member.tell()
        # NumPy makes a longer type of one without length.
        if dtype.kind not in "biufcUV" or not dtype.itemsize or dtype.hasobject or dtype.names or dtype.subdtype:
            raise ValueError(f"{info.filename} has values of type {dtype}")
        if min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != size:
            raise ValueError(f"{info.filename} announces shape {shape} of {dtype}, and has {size:,} bytes")
        array = np.empty(math.prod(shape), dtype)
        view = array.view(np.uint8).data if size else memoryview(b"")
        filled = 0
        while filled < size and (count := member.readinto(view[filled:])):  # type: ignore[attr-defined]
            filled += count
        if filled != size or member.read(1):  # the checksum is tested at the end
            raise ValueError(f"{info.filename} has {filled:,} of {size:,} bytes")
    if dtype.kind == "U" and size and array.view(np.uint32 if dtype.isnative else ">u4").max() > _LAST_CHARACTER:
        raise ValueError(f"{info.filename} has codes that are no characters")
    return array.reshape(shape, order="F" if fortran else "C")


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(member)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(member)
    return np.lib.format.read_array_header_2_0(member)
