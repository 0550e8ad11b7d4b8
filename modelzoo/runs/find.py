"""The run that a person names: by its id or its beginning, its label, or the path of its folder."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from modelzoo.base import paths
from modelzoo.base.text import first_of, quote
from modelzoo.errors import PartialRunError, ZooError, unknown
from modelzoo.runs.invocation import describe_partial, read_invocation
from modelzoo.runs.label import read_label
from modelzoo.runs.record import RECORD, read_record
from modelzoo.runs.run import Run, load_runs
from modelzoo.runs.store import partial_folders, runs_folder

_MOST_IDS = 5


def find_run(name: str | Path, folder: str | Path | None = None, shipped_folder: str | Path | None = None) -> Run:
    """Return the run of this name among the runs of `load_runs`, or the run in the folder of this path.

    The beginning of an id selects local runs first. If two runs share an id, a finished run comes before a failed one,
    and then a local run first.

    Parameters
    ----------
    name : id of a run, its label, the beginning of one id, or path of a folder of a run
    folder, shipped_folder : folders of runs, as of `load_runs`

    Raises
    ------
    ZooError
        If no run or several runs have this name, the run is partial, or its record cannot be read.
    """
    if (Path(name) / RECORD).is_file():
        return _run_in(Path(name))
    text = str(name)
    runs, _ = load_runs(folder, shipped_folder)
    beginning = [run for run in runs if text and run.id.startswith(text)]
    own = [run for run in beginning if run.origin == "local"]
    found = [run for run in runs if run.id == text] or [run for run in runs if run.label == text] or own or beginning
    ids = sorted({run.id for run in found})
    if len(ids) > 1:
        raise several_begin(text, ids)
    if found:
        return min(found, key=lambda run: (not run.usable, run.origin != "local"))
    raise _not_found(text, runs_folder(folder), runs)


def several_begin(name: str, ids: Sequence[str]) -> ZooError:
    """Return the error for a name that several ids begin with."""
    return ZooError(f"{quote(name)} begins the ids of several runs: {first_of(ids, _MOST_IDS)}; write more of one")


def _run_in(folder: Path) -> Run:
    """Return the run in a folder."""
    shipped = folder.resolve().is_relative_to(paths.BENCHMARKS.resolve())
    return Run(read_record(folder / RECORD), folder, "shipped" if shipped else "local")


def _not_found(name: str, local: Path, runs: Iterable[Run]) -> ZooError:
    """Return the error for a name without a run; a damaged record of this name raises its own error."""
    if name and (local / name / RECORD).is_file():
        read_record(local / name / RECORD)
    partial = [folder for folder in partial_folders(local) if name and _is_named(folder, name)]
    if partial[1:]:
        return several_begin(name, [folder.stem for folder in partial])
    if partial:
        invocation = read_invocation(partial[0])
        return PartialRunError(describe_partial(partial[0].stem, invocation.command if invocation else None))
    return unknown("run", name, [run.id for run in runs], hint="`zoo runs` lists the runs")


def _is_named(partial: Path, name: str) -> bool:
    """Return whether the id of a partial run begins with the name, or its label is the name."""
    with suppress(ZooError):  # a damaged label
        return partial.stem.startswith(name) or read_label(partial) == name
    return False
