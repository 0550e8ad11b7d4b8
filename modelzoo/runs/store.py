"""The folder of runs: each worked on as ``<id>.partial/`` under a lock, renamed to ``<id>/`` when whole."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from modelzoo.base import paths
from modelzoo.base.atomic import write_atomically
from modelzoo.errors import ZooError
from modelzoo.runs.checkpoint import has_checkpoint, remove_checkpoints
from modelzoo.runs.record import RECORD, LaterSchemaError, Record, read_record, write_record

# The folder of runs unless an option or ZOO_RUNS names another one.
DEFAULT_FOLDER = Path("runs")

STDERR = "stderr.txt"

_LOCK = ".lock"
_BEGUN = "begun.json"
_PARTIAL = ".partial"


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """What a partial run is, for listing it; written when it begins."""

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


def finished(runs: Path, run_id: str) -> Record | None:
    """The run's record where it was finished before; None where it failed, or its record cannot be read.

    Raises
    ------
    LaterSchemaError
        If a later version made it: it is whole, and not to be replaced.
    """
    return _finished(runs / run_id)


def publish_whole(partial: Path) -> Record | None:
    """Publish a run whose process was killed when only that was left to do, and give its record."""
    record = _finished(partial)
    if record is not None:
        publish(partial)
    return record


@contextmanager
def held(runs: Path, run_id: str) -> Iterator[Path]:
    """The run's partial folder, for this process alone.

    Raises
    ------
    ZooError
        If another process works on the same run, or the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    partial = runs / f"{run_id}{_PARTIAL}"
    lock = FileLock(partial / _LOCK)
    try:
        partial.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise ZooError(
            f"another process works on {paths.shown(partial)}; wait for it, or choose another --seed"
        ) from None
    except OSError as error:
        raise cannot_write(runs, error) from error
    try:
        yield partial
    finally:
        # A run that another process finished meanwhile leaves nothing to do here. Removed while the lock is held, so
        # that it is not a third process's.
        if partial.is_dir() and {path.name for path in partial.iterdir()} <= {_LOCK}:
            shutil.rmtree(partial, ignore_errors=True)
        lock.release()


def publish(partial: Path) -> Path:
    """Give a whole run its final name, in the place of a failed one; what served to go on with it is removed."""
    final = partial.with_suffix("")
    try:
        remove_checkpoints(partial)
        for path in (partial / _BEGUN, *partial.glob(".*.*")):  # the latter: half-written files of a killed process
            path.unlink(missing_ok=True)
        if final.exists():
            shutil.rmtree(final)
        partial.rename(final)
        (final / _LOCK).unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(final, error) from error
    return final


def publish_failed(partial: Path, record: Record, *, repairable: bool, said: bytes = b"") -> None:
    """Give a failed run's record its final name; where it can be repaired, the partial run stays, to go on from.

    `said` is what its process printed last, kept beside the record.
    """
    final = partial.with_suffix("")
    if repairable:
        try:
            final.mkdir(exist_ok=True)
        except OSError as error:
            raise cannot_write(final, error) from error
    folder = final if repairable else partial
    if said:
        write_atomically(folder / STDERR, said)
    write_record(record, folder)
    if not repairable:
        publish(partial)


def forget_failed(partial: Path) -> None:
    """Remove the record of a failure that the run is now to go on after."""
    final = partial.with_suffix("")
    try:
        failed = read_record(final / RECORD).outcome == "failed"
    except ZooError:
        return  # none, or one that cannot be read, which stays until there is another
    if failed:
        shutil.rmtree(final, ignore_errors=True)


def note_begun(partial: Path, begun: Begun) -> Begun:
    """Write down what the run is; where it was begun before, give what was written then."""
    known = read_begun(partial)
    if known is None:
        write_atomically(partial / _BEGUN, msgspec.json.encode(begun))
    return known or begun


def read_begun(partial: Path) -> Begun | None:
    """What a partial run is; None where it was killed before it said so."""
    try:
        return msgspec.json.decode((partial / _BEGUN).read_bytes(), type=Begun)
    except (OSError, msgspec.DecodeError):
        return None


def forget_begun(partial: Path) -> None:
    """Delete the start marker of a run that was refused before its first checkpoint: it is not listed as partial."""
    if not has_checkpoint(partial):
        remove_checkpoints(partial)  # what was half written of the first
        (partial / _BEGUN).unlink(missing_ok=True)


def partial_folders(runs: Path) -> list[Path]:
    """The runs that were begun and are not whole."""
    return sorted(path for path in runs.glob(f"*{_PARTIAL}") if path.is_dir())


def _finished(folder: Path) -> Record | None:
    path = folder / RECORD
    if not path.exists():
        return None
    try:
        record = read_record(path)
    except LaterSchemaError:
        raise
    except ZooError:
        return None
    return record if record.outcome == "finished" else None


def cannot_write(path: Path, error: OSError) -> ZooError:
    """The error for a folder that is read-only or full."""
    return ZooError(
        f"cannot write {paths.shown(path)}: {error.strerror or error}; choose a folder with --runs that can be "
        "written and has space, the same command then goes on"
    )
