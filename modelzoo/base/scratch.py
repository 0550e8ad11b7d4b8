"""Scratch folders: temporary folders under the claim of their owner; a killed owner's folder goes at the next start."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import time

from modelzoo.base.claim_files import Watch, claim_files
from modelzoo.base.claims import claimed
from modelzoo.base.paths import shown
from modelzoo.base.text import reason
from modelzoo.errors import ZooError

_PREFIX = "zoo-"
_CLAIM = "owner"

# An owner in another container gave no sign of life for a day. Temporary files are of one machine, and of one clock.
_SILENT_S = 86_400.0


@contextmanager
def scratch_folder(parent: Path | None = None, prefix: str = _PREFIX) -> Iterator[Path]:
    """Make a temporary folder for the block, and remove the folders that killed processes of this user left.

    Parameters
    ----------
    parent : folder that gets it; default: the system's for temporary files
    prefix : of its name, by which those of killed processes are found

    Raises
    ------
    ZooError
        If no folder can be made.
    """
    with ExitStack() as stack:
        try:
            _remove_abandoned(parent or Path(tempfile.gettempdir()), prefix)
            made = tempfile.TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True)
            name = stack.enter_context(made)
        except OSError as error:
            place, advice = ("", "TMPDIR names a folder") if parent is None else (f" in {shown(parent)}", "choose one")
            raise ZooError(
                f"no temporary folder can be made{place}: {reason(error)}; {advice} that can be written"
            ) from error
        stack.enter_context(claimed(Path(name), "uses the folder", name=_CLAIM))
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


def _remove_abandoned(parent: Path, prefix: str) -> None:
    """Remove this user's scratch folders whose owner is gone."""
    for folder in parent.glob(f"{prefix}*"):
        with suppress(OSError):
            status = folder.lstat()
            mine = stat.S_ISDIR(status.st_mode) and (not hasattr(os, "getuid") or status.st_uid == os.getuid())
            if mine and _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    """Return whether the owner of a folder is gone; a folder without a claim may get one soon."""
    state = Watch(folder, _CLAIM).look().state
    if state == "unsure":
        beats = [path.stat().st_mtime for path in claim_files(folder, _CLAIM)]  # none if it was released meanwhile
        return bool(beats) and time() - max(beats) > _SILENT_S
    return state == "stale"
