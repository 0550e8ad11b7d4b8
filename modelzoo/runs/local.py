"""Local runs as folders: found by name, deleted, and named; a run may have a whole and a partial folder."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from modelzoo.architectures.registry import find_variant
from modelzoo.base import paths
from modelzoo.base.claim_files import claim_files
from modelzoo.base.claims import claimed
from modelzoo.base.text import quote
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.models import slugify
from modelzoo.errors import ZooError, unknown
from modelzoo.runs.find import several_begin
from modelzoo.runs.label import read_label, require_label, write_label
from modelzoo.runs.record import RECORD
from modelzoo.runs.store import PARTIAL, RESULTS_CLAIM, claim_run, disk_errors, partial_folders, runs_folder

_MEGABYTE = 1e6
_ADVICE = "wait for it, or stop it, then delete the run"


class DeletedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A deleted run, and the size that its files had, in MB."""

    id: str
    size_mb: float


def delete_runs(names: Sequence[str], folder: str | Path | None = None) -> tuple[DeletedRun, ...]:
    """Delete local runs, whole and partial ones, with all their files.

    Every name is looked up before the first run is deleted.

    Parameters
    ----------
    names : whole ids, or labels; the beginning of an id deletes nothing
    folder : of the local runs; by default the folder that ``ZOO_RUNS`` names, or ``./runs``

    Raises
    ------
    ZooError
        If a name is no local run, or another process works on the run.
    """
    runs = _own_folder(folder)
    ids = {find_local(name, runs): name for name in names}
    for run_id, name in ids.items():
        if name.removesuffix(PARTIAL) not in (run_id, label_of(run_id, runs)):
            raise ZooError(f"{quote(name)} begins the id {run_id}; write the whole id to delete the run")
    return tuple(_delete(run_id, runs) for run_id in ids)


def name_run(name: str, label: str, folder: str | Path | None = None) -> str:
    """Label a local run, so that every command finds it by the label, and return the run's id.

    Raises
    ------
    ZooError
        If `name` is no local run, or the label cannot be one, names a model, or names another run.
    """
    require_label(label)
    runs = _own_folder(folder)
    run_id = find_local(name, runs)
    if slugify(label) in load_catalog().models or find_variant(label):
        raise ZooError(f"{quote(label)} is the name of a model; choose another name for the run")
    for other in local_ids(runs):
        if (label == label_of(other, runs) and other != run_id) or other.startswith(label):
            raise ZooError(f"{quote(label)} already means {other}; choose another name")
    for place in run_folders(runs / run_id):
        with disk_errors(place):
            write_label(place, label)
    return run_id


def find_local(name: str, runs: Path) -> str:
    """Return the id of the local run of this id, label or beginning of an id.

    Raises
    ------
    ZooError
        If no run or several runs have this name.
    """
    ids = local_ids(runs)
    found = (
        [run_id for run_id in ids if run_id == name.removesuffix(PARTIAL)]
        or [run_id for run_id in ids if label_of(run_id, runs) == name]
        or [run_id for run_id in ids if name and run_id.startswith(name)]
    )
    if len(found) > 1:
        raise several_begin(name, found)
    if not found:
        raise unknown("run", name, ids, hint=f"`zoo runs` lists the runs in {paths.shown(runs)}")
    return found[0]


def local_ids(runs: Path) -> list[str]:
    """Return the ids of all runs in a folder, whole or partial, with a readable record or without."""
    whole = {path.parent.name for path in runs.glob(f"*/{RECORD}") if path.parent.suffix != PARTIAL}
    return sorted(whole | {path.stem for path in partial_folders(runs)})


def run_folders(whole: Path) -> list[Path]:
    """Return the whole and the partial folder of a run, as far as they exist."""
    return [path for path in (whole, whole.with_name(f"{whole.name}{PARTIAL}")) if path.is_dir()]


def label_of(run_id: str, runs: Path) -> str | None:
    """Return the label of a run; None without one, or if it is damaged."""
    for folder in run_folders(runs / run_id):
        with suppress(ZooError):
            if label := read_label(folder):
                return label
    return None


def size_mb(folder: Path) -> float:
    """Return the size of the files in a folder, in MB of 1,000,000 bytes, without files that vanish meanwhile."""
    return _size(folder) / _MEGABYTE


def _size(folder: Path | os.DirEntry[str]) -> int:
    """Return the size of the files in a folder, and in the folders in it, in bytes."""
    size = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError):
                is_folder = entry.is_dir(follow_symlinks=False)
                size += _size(entry) if is_folder else entry.stat(follow_symlinks=False).st_size
    return size


def _own_folder(folder: str | Path | None) -> Path:
    """Return the folder of the local runs; raise a ZooError if it is the one of the shipped runs."""
    runs = runs_folder(folder)
    if runs.resolve() == (paths.BENCHMARKS / "results").resolve():
        raise ZooError(f"{paths.shown(runs)} holds the shipped runs; only local runs can be named or deleted")
    return runs


def _delete(run_id: str, runs: Path) -> DeletedRun:
    whole = runs / run_id
    with claim_run(runs, run_id, advice=_ADVICE) as claim, _claim_whole(whole), disk_errors(whole):
        size = sum(map(size_mb, run_folders(runs / run_id)))
        if whole.is_dir():
            # A folder without a record is no run, so that a kill leaves no half of one.
            (whole / RECORD).unlink(missing_ok=True)
            shutil.rmtree(whole)
        _clear(claim.folder)
    return DeletedRun(id=run_id, size_mb=size)


@contextmanager
def _claim_whole(folder: Path) -> Iterator[None]:
    """Claim the whole folder of a run, if there is one."""
    if folder.is_symlink():
        raise ZooError(f"{paths.shown(folder)} is a symbolic link, which zoo never makes; remove it")
    if not folder.is_dir():
        yield
        return
    with claimed(folder, f"adds results to {paths.shown(folder)}", name=RESULTS_CLAIM, advice=_ADVICE):
        yield


def _clear(partial: Path) -> None:
    """Remove everything in a partial folder except its claim, which its holder removes with the folder."""
    claims = claim_files(partial)
    for path in partial.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path not in claims:
            path.unlink(missing_ok=True)
