"""Arrays in an .npz file; a forged header takes no memory."""

import math
import os
import zipfile
from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

# DEFLATE packs at best 258 bytes into 2 bits (RFC 1951). A compressed file holds at most 1,032 times its size.
BEST_PACKING = 1032


def read_arrays(file: BinaryIO, names: Iterable[str]) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays of these names; missing ones are left out.

    No array takes more memory than the file can hold, and nothing is unpickled. zipfile, zlib and numpy raise errors of
    many types for a damaged file.
    """
    on_disk = os.fstat(file.fileno()).st_size
    with zipfile.ZipFile(file) as archive:
        members = {info.filename: info for info in archive.infolist()}
        return {name: _array(archive, info, on_disk) for name in names if (info := members.get(f"{name}.npy"))}


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo, on_disk: int) -> npt.NDArray[Any]:
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"{info.filename} is compressed in a way that numpy does not write")
    packing = 1 if info.compress_type == zipfile.ZIP_STORED else BEST_PACKING
    with archive.open(info) as member:
        version = np.lib.format.read_magic(member)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(member)
        size = math.prod(shape) * dtype.itemsize
        if size != info.file_size - member.tell() or info.file_size > packing * on_disk:
            raise ValueError(f"{info.filename} announces {size:,} bytes, and the file cannot hold as many")
    with archive.open(info) as member:
        array: npt.NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
    return array
