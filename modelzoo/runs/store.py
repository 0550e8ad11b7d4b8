"""The folder of runs: a run is ``<id>.partial/`` under a lock, and ``<id>/`` once it is whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from modelzoo.base import paths
from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import read_bytes
from modelzoo.base.text import reason
from modelzoo.errors import ZooError
from modelzoo.runs.checkpoint import has_checkpoint, remove_checkpoints
from modelzoo.runs.files import MOST_JSON, decode, is_missing
from modelzoo.runs.record import RECORD, LaterSchemaError, Record, read_record, write_record

# The folder of runs unless an option or ZOO_RUNS names another one.
DEFAULT_FOLDER = Path("runs")

STDERR = "stderr.txt"

_LOCK = ".lock"
_START_MARKER = "begun.json"
_PARTIAL = ".partial"


class StartMarker(msgspec.Struct, frozen=True, kw_only=True):
    """The start marker of a partial run, for the list of runs."""

    id: str
    model: str
    name: str
    recipe_name: str
    dataset: str
    seed: int
    epochs: int
    started: str


def runs_folder(folder: str | Path | None = None) -> Path:
    """Return the folder of the local runs: `folder`, else the one that ZOO_RUNS names, else ``./runs``."""
    return Path(folder or os.environ.get("ZOO_RUNS") or DEFAULT_FOLDER)


def finished_record(runs: Path, run_id: str) -> Record | None:
    """Return the record of a finished run; None for a failed or missing run, or an unreadable record.

    Raises
    ------
    LaterSchemaError
        If a later version wrote the record, which must not be replaced.
    """
    try:
        record = read_record(runs / run_id / RECORD)
    except LaterSchemaError:
        raise
    except ZooError:
        return None
    return record if record.outcome == "finished" else None


def publish_complete(partial: Path) -> Record | None:
    """Return the record of a run that was killed before its publication, and publish it; None otherwise."""
    record = finished_record(partial.parent, partial.name)
    if record is not None:
        publish(partial)
    return record


@contextmanager
def lock_run(runs: Path, run_id: str) -> Iterator[Path]:
    """Lock a run for this process, and yield its partial folder.

    Raises
    ------
    ZooError
        If another process works on the same run, or the folder cannot be written.
    """
    partial = runs / f"{run_id}{_PARTIAL}"
    try:
        partial.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(runs, error) from error
    busy = f"another process works on {paths.shown(partial)}; wait for it, or choose another --seed"
    with lock_file(partial / _LOCK, busy):
        try:
            yield partial
        finally:
            # Nothing is left to do if another process finished the run. The folder is removed under the lock, so no
            # third process can use it.
            if partial.is_dir() and {path.name for path in partial.iterdir()} <= {_LOCK}:
                shutil.rmtree(partial, ignore_errors=True)


@contextmanager
def lock_file(path: Path, busy: str) -> Iterator[None]:
    """Lock a file for this process; raise a ZooError with the text `busy` where another process has the lock."""
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ZooError(busy) from None
    except OSError as error:
        raise cannot_write(path.parent, error) from error
    try:
        yield
    finally:
        lock.release()


def publish(partial: Path) -> Path:
    """Move a whole run to its final name, replacing a failed run; files for resuming are removed."""
    final = partial.with_suffix("")
    try:
        remove_checkpoints(partial)
        for path in (partial / _START_MARKER, *partial.glob(".*.*")):  # half-written files of a killed process
            path.unlink(missing_ok=True)
        if final.exists():
            shutil.rmtree(final)
        partial.rename(final)
        (final / _LOCK).unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(final, error) from error
    return final


def publish_failed(partial: Path, record: Record, *, repairable: bool, stderr_tail: bytes = b"") -> None:
    """Write the record of a failed run under its final name; a repairable run keeps its partial folder.

    `stderr_tail` is the end of the stderr of its process, which is written next to the record.
    """
    folder = partial.with_suffix("") if repairable else partial
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    if stderr_tail:
        write_atomically(folder / STDERR, stderr_tail)
    write_record(record, folder)
    if not repairable:
        publish(partial)


def delete_failed_record(partial: Path) -> None:
    """Remove the record of a failed run that is resumed now."""
    final = partial.with_suffix("")
    try:
        failed = read_record(final / RECORD).outcome == "failed"
    except ZooError:
        return  # no record, or an unreadable one, which stays until it is replaced
    if failed:
        shutil.rmtree(final, ignore_errors=True)


def write_start_marker(partial: Path, marker: StartMarker) -> StartMarker:
    """Write the start marker, unless there is a readable one; return the marker in the folder."""
    earlier = None
    with suppress(ZooError):
        earlier = read_start_marker(partial)
    if earlier is None:
        write_atomically(partial / _START_MARKER, msgspec.json.encode(marker))
    return earlier or marker


def read_start_marker(partial: Path) -> StartMarker | None:
    """Read the start marker; None without one.

    Raises
    ------
    ZooError
        If it cannot be read or is damaged.
    """
    path = partial / _START_MARKER
    try:
        data = read_bytes(path, at_most=MOST_JSON)
    except ZooError as error:
        if is_missing(error):
            return None
        raise
    return decode(data, StartMarker, path, "a start marker", "the command that started the run replaces it")


def delete_start_marker(partial: Path) -> None:
    """Delete the start marker of a run that was rejected before its first checkpoint, so that no list names it."""
    if not has_checkpoint(partial):
        remove_checkpoints(partial)  # a half-written first one
        (partial / _START_MARKER).unlink(missing_ok=True)


def partial_folders(runs: Path) -> list[Path]:
    """Return the folders of the partial runs."""
    return sorted(path for path in runs.glob(f"*{_PARTIAL}") if os.path.isdir(path))  # noqa: PTH112 (is_dir may raise)


def cannot_write(path: Path, error: OSError) -> ZooError:
    """Return the error for a folder that is read-only or full."""
    return ZooError(
        f"cannot write {paths.shown(path)}: {reason(error)}; choose a folder with --runs that can be "
        "written and has space; the same command then resumes"
    )
