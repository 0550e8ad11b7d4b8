"""Files as input: regular files alone, opened and read with errors that name the file and the reason."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from modelzoo.base.paths import shown
from modelzoo.base.text import reason
from modelzoo.errors import ZooError

# A text that a person wrote or a program made for zoo is far smaller.
MOST_BYTES = 1 << 30


def open_regular(path: str | Path) -> BinaryIO:
    """Open a regular file for reading; a pipe, which would block, and a device, which may never end, are refused.

    Raises
    ------
    ZooError
        If there is no file, it is not a regular one, or it cannot be opened. Its cause is the OSError, if there is one.
    """
    path = Path(path)
    try:
        # Without blocking: another process may put a pipe in place of a file that was tested before.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        if stat.S_ISREG(mode := path.stat().st_mode):
            descriptor = os.open(path, flags)
            if stat.S_ISREG(mode := os.fstat(descriptor).st_mode):
                return os.fdopen(descriptor, "rb")
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise cannot_read(path, error) from error
    kind = "folder" if stat.S_ISDIR(mode) else "pipe" if stat.S_ISFIFO(mode) else "device or socket"
    raise ZooError(f"{shown(path)} is a {kind}; expected a regular file")


def read_bytes(path: str | Path, *, at_most: int = MOST_BYTES) -> bytes:
    """Read a regular file of `at_most` bytes.

    Raises
    ------
    ZooError
        If the file is larger, or `open_regular` refuses it, or it cannot be read.
    """
    data = bytearray()
    with open_regular(path) as file:
        try:
            # In pieces: read(n) reserves n bytes, and the stated size of a growing file is not its last.
            while part := file.read(1 << 20):
                data += part
                if len(data) > at_most:
                    raise ZooError(f"{shown(Path(path))} is larger than {at_most:,} bytes; expected a smaller file")
        except OSError as error:
            raise cannot_read(Path(path), error) from error
    return bytes(data)


def read_text(path: str | Path, *, at_most: int = MOST_BYTES) -> str:
    """Read a regular file as UTF-8, with or without a byte-order mark; line ends become ``\\n``.

    Raises
    ------
    ZooError
        If the file is in another encoding, or `read_bytes` refuses it.
    """
    data = read_bytes(path, at_most=at_most)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        kind = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else f"not UTF-8 (byte 0x{data[error.start]:02x})"
        raise ZooError(f"{shown(Path(path))}:{line}: the text is {kind}; save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def cannot_read(path: Path, error: OSError | ValueError | MemoryError) -> ZooError:
    """Return the error for a file that cannot be opened or read."""
    return ZooError(f"{shown(path)} cannot be read: {reason(error)}; check the path and its permissions")


def is_missing(error: ZooError) -> bool:
    """Return whether a file could not be read because there is none."""
    return isinstance(error.__cause__, FileNotFoundError | NotADirectoryError)


def read_present(path: Path, *, at_most: int = MOST_BYTES) -> bytes | None:
    """Return the content of a file as `read_bytes` does; None where there is no file."""
    if _is_absent(path):
        return None
    try:
        return read_bytes(path, at_most=at_most)
    except ZooError as error:
        if is_missing(error):
            return None
        raise


def _is_absent(path: Path) -> bool:
    """Return whether nothing has this path, sooner than an error of `read_bytes` says so."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):  # `read_bytes` names it
        return False
    return False
