"""Atomic writes: a reader sees the old file or the new one, never a part, also after a power loss."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from modelzoo.base.paths import shown
from modelzoo.base.text import reason
from modelzoo.errors import ZooError

# Half-written files are hidden and end so; a process that was killed leaves one.
_HALF = ".tmp"


def write_atomically(path: Path, content: str | bytes, *, follow_links: bool = False) -> None:
    """Replace a file by new content, text as UTF-8, as `atomic_file` does."""
    with atomic_file(path, follow_links=follow_links) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def atomic_file(path: Path, *, follow_links: bool = False) -> Iterator[BinaryIO]:
    """Yield a new file that replaces `path` in one rename after the block; the old file stays whole until then.

    The file and its folder are synchronized to the disk. The new file has the old one's permissions and, where the
    system allows it, its owner. An exception in the block leaves the old file alone.

    Parameters
    ----------
    follow_links : write the file that a symbolic link names, for a path that the user typed. Otherwise the link itself
        is replaced: another user may have put it there

    Raises
    ------
    ZooError
        If the folder is missing, read-only or full, or `path` is no regular file. No partial file remains.
    """
    partial: Path | None = None
    try:
        target = Path(os.path.realpath(path)) if follow_links else path
        old = _regular(target)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:50]}.", suffix=_HALF)
        partial = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            _take_over(file.fileno(), old)
            os.fsync(file.fileno())
        partial.replace(target)
        partial = None
        fsync_folder(target.parent)
    except OSError as error:
        raise ZooError(
            f"cannot write {shown(path)}: {reason(error)}; choose a folder that exists, can be written and has space"
        ) from error
    finally:
        if partial is not None:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def make_folder(folder: Path, *, advice: str = "choose one in a folder that can be written") -> None:
    """Make a folder, and the folders that contain it; an error ends with the `advice`.

    Raises
    ------
    ZooError
        If a file has its name, or it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ZooError(f"cannot make the folder {shown(folder)}: {reason(error)}; {advice}") from error


def fsync_folder(folder: Path) -> None:
    """Write the entries of a folder to the disk, so that a rename in it outlives a power loss."""
    if os.name == "nt":  # Windows opens no folder
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems do so by themselves
            raise
    finally:
        os.close(descriptor)


def _regular(path: Path) -> os.stat_result | None:
    """Return the status of the old file; None without one, or for a link. A device or a folder is an error."""
    try:
        status = path.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        return None
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is a folder or a device, no regular file")
    return status


def _take_over(descriptor: int, old: os.stat_result | None) -> None:
    """Set the permissions and the owner of a new file to the old one's, or the permissions to the umask's."""
    if old is None:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    else:
        mode = old.st_mode & 0o777
        with suppress(OSError, AttributeError):  # only root may give a file away
            os.chown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, mode)
