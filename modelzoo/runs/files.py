"""Files of a run, whatever they hold: each becomes a struct or arrays, or an error that names the file."""

import hashlib
import io
import math
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from modelzoo.base.files import cannot_read, open_regular, read_bytes
from modelzoo.base.paths import shown
from modelzoo.base.text import cut
from modelzoo.errors import ZooError, with_kind

if TYPE_CHECKING:
    from modelzoo.runs.record import FileFacts

Array = npt.NDArray[Any]
Struct = TypeVar("Struct")

# The record of 100,000 epochs has 20 MB; the best five classes of a million images have 10 MB.
MOST_JSON = 1 << 26
MOST_ARRAYS = 1 << 28

_LONGEST = 200


@contextmanager
def named_if_damaged(path: Path, kind: str, advice: str) -> Iterator[None]:
    """Raise a ZooError with the path, the reason and the next step in place of any error of a decoder.

    Parameters
    ----------
    kind : noun for the expected content, as in ``record.json: not a record: …``
    """
    try:
        yield
    except ZooError:
        raise
    except OSError as error:
        raise cannot_read(path, error) from error
    except Exception as error:  # of msgspec, zipfile, zlib and NumPy, none of which lists its errors
        text = str(error) if isinstance(error, ValueError) and str(error) else with_kind(error)
        raise ZooError(f"{shown(path)}: not {kind}: {cut(text, _LONGEST)}; {advice}") from None


def is_missing(error: ZooError) -> bool:
    """Return whether an error of reading a file is that there is none."""
    return isinstance(error.__cause__, FileNotFoundError | NotADirectoryError)


def read_json(path: Path, kind: type[Struct]) -> Struct:
    """Return the struct in a JSON file; an error of its content is msgspec's, for `named_if_damaged`."""
    return msgspec.json.decode(read_bytes(path, at_most=MOST_JSON), type=kind)


def read_arrays(path: Path, facts: "FileFacts | None" = None) -> dict[str, Array]:
    """Return the arrays in an .npz file, by name.

    No array takes more memory than the archive announces and holds, and nothing is unpickled. An error of the content
    is of many types, for `named_if_damaged`.

    Parameters
    ----------
    facts : size and checksum of the file, as the record of the run has them
    """
    with open_regular(path) as file:
        _check_facts(file, facts)
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if (size := sum(info.file_size for info in members)) > MOST_ARRAYS:
                raise ValueError(f"its arrays take {size:,} bytes, more than {MOST_ARRAYS:,}")
            return {info.filename.removesuffix(".npy"): _array(_content(archive, info)) for info in members}


def _check_facts(file: BinaryIO, facts: "FileFacts | None") -> None:
    size = os.fstat(file.fileno()).st_size
    if size > MOST_ARRAYS:
        raise ValueError(f"it has {size:,} bytes, more than {MOST_ARRAYS:,}")
    if facts is not None:
        if size != facts.bytes:
            raise ValueError(f"it has {size:,} bytes, and {facts.bytes:,} by the record")
        if hashlib.sha256(file.read()).hexdigest() != facts.sha256:
            raise ValueError("its SHA-256 is not the one in the record")


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return the content of a member, decompressed no further than its announced size."""
    with archive.open(info) as member:
        return member.read(info.file_size + 1)


def _array(data: bytes) -> Array:
    """Return the array in the content of an .npy file."""
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, fortran, dtype = read_header(stream)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(data) - stream.tell():
        raise ValueError(f"an array of shape {shape} and type {dtype} is announced, in {len(data):,} bytes")
    return np.frombuffer(data, dtype, offset=stream.tell()).reshape(shape, order="F" if fortran else "C")
