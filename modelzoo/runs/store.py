"""The folder of runs: a run is ``<id>.partial/`` under a claim, and ``<id>/`` once it is whole."""

import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from modelzoo.base import paths
from modelzoo.base.atomic import fsync_folder, write_atomically
from modelzoo.base.claim_files import claim_files
from modelzoo.base.claims import Claim, take_claim
from modelzoo.base.files import is_missing
from modelzoo.base.paths import from_environment
from modelzoo.base.text import reason
from modelzoo.errors import DamagedFileError, ZooError
from modelzoo.runs.checkpoint import has_checkpoint, remove_checkpoints
from modelzoo.runs.files import read_if_there
from modelzoo.runs.invocation import INVOCATION
from modelzoo.runs.record import RECORD, Record, read_record, write_record

# The folder of runs unless an option or ZOO_RUNS names another one.
DEFAULT_FOLDER = Path("runs")

STDERR = "stderr.txt"
# The split of each image file: a manifest, kept in the local folder of the run alone.
SPLITS = "splits.csv"

PARTIAL = ".partial"
# The claims of a whole run, for as long as a test result or latency is added to it.
RESULTS_CLAIM = "results"
_START_MARKER = "begun.json"

# Half-written files of a killed process; files and locks of earlier versions come last.
_HALF_WRITTEN = re.compile(
    r"\.((record|begun|invocation|label)\.json|(predictions|validation|checkpoint|best-\d+)\.npz|history\.csv|"
    r"stderr\.txt|weights\.weights\.h5)\.\w{8}(\.tmp)?|(checkpoint|best-\d+)\.tmp|\.(latency\.)?lock(\.soft)?|"
    r"\.(claim|results)-\d+\.json\.\w+"
)

# A chart that a killed process left half-written; charts are drawn into the folder of a whole run.
_HALF_CHART = ".*.svg.*"
# Locks of earlier versions.
_OLD_LOCKS = ".*lock*"

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


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
    return Path(folder) if folder else from_environment("ZOO_RUNS") or DEFAULT_FOLDER


def finished_record(runs: Path, run_id: str) -> Record | None:
    """Return the record of a finished run; None for a failed or missing run, or a damaged record.

    Raises
    ------
    ZooError
        If a later version wrote the record, or it cannot be read now: neither must be replaced.
    """
    try:
        record = read_record(runs / run_id / RECORD)
    except DamagedFileError:
        return None
    except ZooError as error:
        if is_missing(error):
            return None
        raise
    return record if record.outcome == "finished" else None


def publish_complete(partial: Path) -> Record | None:
    """Return the record of a run that was killed before its publication, and publish it; None otherwise."""
    record = finished_record(partial.parent, partial.name)
    if record is not None:
        publish(partial)
    return record


@contextmanager
def claim_run(
    runs: Path,
    run_id: str,
    *,
    advice: str = "wait for it, or choose another --seed",
    report: Callable[[str], None] = lambda text: None,
) -> Iterator[Claim]:
    """Claim a run for this process; the claim's folder is the partial one, without half-written files.

    Parameters
    ----------
    report : receives a text if this process has to find out whether another one still works on the run

    Raises
    ------
    ClaimedError
        If another process works on the same run.
    ZooError
        If the folder cannot be written.
    """
    partial = runs / f"{run_id}{PARTIAL}"
    with claim_folder(partial, advice=advice, report=report) as claim:
        with disk_errors(partial):
            remove_half_written(partial)
        yield claim


@contextmanager
def claim_folder(
    folder: Path, *, advice: str = "wait for it", report: Callable[[str], None] = lambda text: None
) -> Iterator[Claim]:
    """Make a folder and claim it for this process; an empty one is removed afterwards. Errors as `claim_run`."""
    claim = _make_and_claim(folder, advice, report)
    try:
        yield claim
    finally:
        claim.release()
        with suppress(OSError):  # its files, or a newer claim, are in it
            folder.rmdir()


def _make_and_claim(folder: Path, advice: str, report: Callable[[str], None]) -> Claim:
    if folder.is_symlink():
        raise ZooError(f"{paths.shown(folder)} is a symbolic link, which zoo never makes; remove it")
    while True:
        # mkdir finds the folder of another process, and raises if it is gone when mkdir looks what it is.
        with disk_errors(folder.parent), suppress(FileExistsError):
            _make_folder(folder)
        with disk_errors(folder), suppress(FileNotFoundError):  # its holder ended and removed the empty folder
            return take_claim(folder, f"works on {paths.shown(folder)}", advice=advice, report=report)


def _make_folder(folder: Path) -> None:
    """Make a folder, and those above it, so that they outlive a power loss."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        fsync_folder(path.parent)


def remove_half_written(folder: Path) -> None:
    """Remove the half-written files that a killed process left in the folder of a run, which is claimed."""
    for path in folder.iterdir():
        if _HALF_WRITTEN.fullmatch(path.name):
            path.unlink(missing_ok=True)


def publish(partial: Path) -> Path:
    """Move a whole run to its final name, replacing a failed run, then remove the files for resuming.

    The files of the run are on the disk already. Its checkpoint is removed after its final name is there too. A power
    loss therefore leaves a whole run, or one that can be resumed.
    """
    final = partial.with_suffix("")
    with disk_errors(final):
        if final.exists():
            shutil.rmtree(final)
        partial.rename(final)
        fsync_folder(final.parent)
    remove_leftovers(final)
    return final


def remove_leftovers(final: Path) -> None:
    """Remove the files of a published run that served to make it; a process killed during `publish` leaves them."""
    with suppress(OSError):
        remove_checkpoints(final)
        for path in (final / _START_MARKER, *claim_files(final), *final.glob(_OLD_LOCKS), *final.glob(_HALF_CHART)):
            path.unlink(missing_ok=True)


def publish_failed(partial: Path, record: Record, *, repairable: bool, stderr_tail: bytes = b"") -> None:
    """Write the record of a failed run under its final name; a repairable run keeps its folder with the checkpoint.

    `stderr_tail` is the end of the stderr of its process, which is written next to the record.
    """
    with disk_errors(partial):
        resumable = repairable and has_checkpoint(partial)
        folder = partial.with_suffix("") if resumable else partial
        _make_folder(folder)
        if stderr_tail:
            write_atomically(folder / STDERR, stderr_tail)
        write_record(record, folder)
    if not resumable:
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
    """Read the start marker, as `read_if_there` does."""
    advice = "the command that started the run replaces it"
    return read_if_there(partial / _START_MARKER, StartMarker, "a start marker", advice)


def delete_start_marker(partial: Path) -> None:
    """Delete the start marker of a run that was rejected before its first checkpoint, so that no list names it."""
    if not has_checkpoint(partial):
        remove_checkpoints(partial)  # the best weights, which are written first
        for name in (_START_MARKER, INVOCATION, SPLITS):
            (partial / name).unlink(missing_ok=True)


def partial_folders(runs: Path) -> list[Path]:
    """Return the folders of the partial runs."""
    return sorted(path for path in runs.glob(f"*{PARTIAL}") if os.path.isdir(path))  # noqa: PTH112 (is_dir may raise)


@contextmanager
def disk_errors(folder: Path, kinds: tuple[type[Exception], ...] = (OSError, ZooError)) -> Iterator[None]:
    """Raise an error with the folder and the next step for an OSError, or a ZooError that one caused."""
    try:
        yield
    except kinds as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(cause, OSError):
            raise
        advice = (
            "make space, then repeat the command, which resumes"
            if cause.errno in _NO_SPACE
            else "choose a folder with --runs that can be written, or mend this one and repeat the command"
        )
        raise ZooError(f"cannot write {paths.shown(folder)}: {reason(cause)}; {advice}") from error
