"""Atomic writes: a reader sees the old file or the new one, never a part."""

import os
import tempfile
from pathlib import Path

from modelzoo.errors import ZooError


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace a file by new content, text as UTF-8, in one rename. The old file stays whole until then.

    Raises
    ------
    ZooError
        If the folder is missing, read-only or full. No partial file remains.
    """
    data = content.encode() if isinstance(content, str) else content
    partial: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        partial = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.chmod(_mode_of(path))
        partial.replace(path)
    except OSError as error:
        if partial is not None:
            partial.unlink(missing_ok=True)
        raise ZooError(
            f"cannot write {path}: {error.strerror}; choose a folder that exists, can be written and has space"
        ) from error


def _mode_of(path: Path) -> int:
    """Return the permission bits of the old file, or the bits that the umask gives a new one."""
    if path.exists():
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
