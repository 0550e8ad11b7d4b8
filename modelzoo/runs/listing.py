"""The list of runs: finished, failed and partial, local ones first."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from modelzoo.catalog.models import slugify
from modelzoo.errors import ZooError, unknown
from modelzoo.runs.checkpoint import epochs_done
from modelzoo.runs.choose import is_named
from modelzoo.runs.invocation import read_invocation
from modelzoo.runs.label import read_label
from modelzoo.runs.local import run_folders, size_mb
from modelzoo.runs.repeats import SeedGroup, seed_groups
from modelzoo.runs.run import Origin, Run, load_runs
from modelzoo.runs.store import StartMarker, partial_folders, read_start_marker, runs_folder

Read = TypeVar("Read")

Outcome = Literal["finished", "failed", "partial"]


class ListedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run, as far as it got; accuracies in percent, the size of its files in MB.

    `command` resumes a partial run.
    """

    id: str
    outcome: Outcome
    model: str
    name: str
    label: str | None = None
    recipe: str
    dataset: str
    seed: int
    epochs: int
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    latency_ms: float | None = None
    size_mb: float
    started: str
    origin: Origin
    reason: str | None = None
    command: str | None = None


class ListedRuns(msgspec.Struct, frozen=True, kw_only=True):
    """The runs, groups of seeds, and a problem for each file that cannot be read.

    Local runs precede, then older ones. `size_mb` is the size of all runs in the local folder. `hidden` is the number
    of shipped runs that are not listed.
    """

    runs: tuple[ListedRun, ...]
    seeds: tuple[SeedGroup, ...]
    problems: tuple[str, ...] = msgspec.field(name="faults")
    folder: str
    size_mb: float
    hidden: int


def list_runs(
    folder: Path | None = None,
    shipped_folder: Path | None = None,
    *,
    dataset: str | None = None,
    model: str | None = None,
    shipped: bool = False,
) -> ListedRuns:
    """List the runs that `load_runs` loads, and the partial runs of the local folder.

    Shipped runs are listed where no local run matches, or with `shipped`.

    Parameters
    ----------
    dataset : name or path of the only data set
    model : name of the only model, in any spelling

    Raises
    ------
    ZooError
        If `folder` is no folder, or no run has this data set or model.
    """
    local = runs_folder(folder)
    loaded, problems = load_runs(folder, shipped_folder)
    # The record of a failed run that can be resumed says more than its partial folder.
    failed = {run.id for run in loaded if run.origin == "local" and run.record.outcome == "failed"}
    partial = [_partial(path) for path in partial_folders(local) if path.stem not in failed]
    every = [*map(_whole, loaded), *(run for run, _ in partial)]
    listed = _of_model(_of_dataset(every, dataset), model)
    own = [run for run in listed if run.origin == "local"]
    shown = listed if shipped or not own else own
    kept = {(run.id, run.origin) for run in shown}
    return ListedRuns(
        runs=tuple(sorted(shown, key=lambda run: (run.origin != "local", run.started, run.id))),
        seeds=seed_groups(run for run in loaded if (run.id, run.origin) in kept),
        problems=(*problems, *(problem for _, found in partial for problem in found)),
        folder=str(local),
        size_mb=sum(run.size_mb for run in every if run.origin == "local"),
        hidden=len(listed) - len(shown),
    )


def _of_dataset(listed: list[ListedRun], dataset: str | None) -> list[ListedRun]:
    chosen = [run for run in listed if dataset is None or is_named(run.dataset, dataset)]
    if listed and not chosen:
        raise unknown("data set of a run", str(dataset), {run.dataset for run in listed if run.dataset})
    return chosen


def _of_model(listed: list[ListedRun], model: str | None) -> list[ListedRun]:
    if model is None:
        return listed
    chosen = [run for run in listed if slugify(model) == run.model]
    if listed and not chosen:
        raise unknown("model of a run", model, {run.model for run in listed if run.model})
    return chosen


def _whole(run: Run) -> ListedRun:
    record = run.record
    tested = record.tested_epoch
    return ListedRun(
        id=run.id,
        outcome=record.outcome,
        model=record.model,
        name=record.title,
        label=run.label,
        recipe=record.recipe_name,
        dataset=record.dataset.name,
        seed=record.seed,
        epochs=len(record.epochs),
        validation_accuracy=tested.val_accuracy if tested else None,
        test_accuracy=record.test.top1 if record.test else None,
        latency_ms=next((latency.p50_ms for latency in record.latency if latency.batch == 1), None),
        size_mb=sum(map(size_mb, run_folders(run.folder))),
        started=record.started,
        origin=run.origin,
        reason=record.reason,
    )


def _partial(folder: Path) -> tuple[ListedRun, list[str]]:
    """Return a partial run as far as it is known, and a problem for each file that cannot be read."""
    name, problems = folder.stem, list[str]()
    unknown_marker = StartMarker(id=name, model="", name=name, recipe_name="", dataset="", seed=0, epochs=0, started="")

    def read(reader: Callable[[Path], Read | None]) -> Read | None:
        try:
            return reader(folder)
        except ZooError as error:
            problems.append(str(error))
            return None

    marker = read(read_start_marker) or unknown_marker
    invocation = read(read_invocation)
    return ListedRun(
        id=name,
        outcome="partial",
        model=marker.model,
        name=marker.name,
        label=read(read_label),
        recipe=marker.recipe_name,
        dataset=marker.dataset,
        seed=marker.seed,
        epochs=epochs_done(folder),
        size_mb=size_mb(folder),
        started=marker.started,
        origin="local",
        command=(invocation and invocation.command) or None,
    ), problems
