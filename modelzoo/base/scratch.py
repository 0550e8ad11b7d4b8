"""Scratch folders: temporary folders under the lock of their owner; a killed owner's folder goes at the next start."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import time

from modelzoo.base.locks import lock_file
from modelzoo.base.text import reason
from modelzoo.errors import ZooError

_PREFIX = "zoo-"
_LOCK = "owner.lock"
_BUSY = "another process uses the folder"

# The owner of a younger folder may be about to lock it.
_YOUNG_S = 60.0


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a temporary folder for the block, and remove the folders that killed processes of this user left.

    Raises
    ------
    ZooError
        If no folder can be made.
    """
    with ExitStack() as stack:
        try:
            _remove_abandoned(Path(tempfile.gettempdir()))
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True))
        except OSError as error:
            raise ZooError(
                f"no temporary folder can be made: {reason(error)}; TMPDIR names a folder that can be written"
            ) from error
        with suppress(ZooError):  # a file system without locks: no other process takes it either
            stack.enter_context(lock_file(Path(name) / _LOCK, _BUSY))
        yield Path(name)


@contextmanager
def temporary_files_in(folder: Path) -> Iterator[None]:
    """Make Python's temporary files in the folder: TensorFlow's autograph leaves some in a killed process."""
    before = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before


def _remove_abandoned(parent: Path) -> None:
    """Remove this user's scratch folders whose lock no process holds."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with suppress(OSError, ZooError):
            status = folder.lstat()
            mine = stat.S_ISDIR(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())
            if mine and time() - status.st_mtime > _YOUNG_S and (folder / _LOCK).is_file():
                with lock_file(folder / _LOCK, _BUSY):
                    shutil.rmtree(folder, ignore_errors=True)
