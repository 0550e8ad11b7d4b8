"""The list of runs: finished, failed and partial, local and shipped."""

from pathlib import Path
from typing import Literal

import msgspec

from modelzoo.errors import ZooError
from modelzoo.runs.checkpoint import epochs_done
from modelzoo.runs.repeats import SeedGroup, seed_groups
from modelzoo.runs.run import Origin, Run, load_runs
from modelzoo.runs.store import StartMarker, partial_folders, read_start_marker, runs_folder
from modelzoo.tables.table import Column, Table

_MOST_NOTES = 20

Outcome = Literal["finished", "failed", "partial"]


class ListedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run, as far as it got; accuracies in percent."""

    id: str
    outcome: Outcome
    name: str
    recipe: str
    dataset: str
    seed: int
    epochs: int
    validation_accuracy: float | None = None
    test_accuracy: float | None = None
    latency_ms: float | None = None
    started: str
    origin: Origin
    reason: str | None = None


class ListedRuns(msgspec.Struct, frozen=True, kw_only=True):
    """All runs, oldest first, the groups of seeds, and one problem for each record that cannot be read."""

    runs: tuple[ListedRun, ...]
    seeds: tuple[SeedGroup, ...]
    problems: tuple[str, ...] = msgspec.field(name="faults")
    folder: str


def list_runs(folder: Path | None = None, shipped: Path | None = None) -> ListedRuns:
    """List the runs that `load_runs` loads, and the partial runs of the local folder.

    Raises
    ------
    ZooError
        If `folder` is no folder.
    """
    local = runs_folder(folder)
    runs, problems = load_runs(folder, shipped)
    # The record of a failed run that can be resumed says more than its partial folder.
    failed = {run.id for run in runs if run.origin == "local" and run.record.outcome == "failed"}
    listed = [_whole(run) for run in runs]
    for path in partial_folders(local):
        if path.stem not in failed:
            partial, damaged = _partial(path)
            listed.append(partial)
            problems = (*problems, *damaged)
    return ListedRuns(
        runs=tuple(sorted(listed, key=lambda run: (run.started, run.id))),
        seeds=seed_groups(runs),
        problems=problems,
        folder=str(local),
    )


def runs_table(listed: ListedRuns) -> Table:
    """Return the table of all runs, with groups of seeds, failures and partial runs in its notes."""
    columns = (
        Column("id", "Run"),
        Column("outcome", "Outcome"),
        Column("recipe", "Recipe"),
        Column("dataset", "Data"),
        Column("seed", "Seed", right=True),
        Column("epochs", "Epochs", right=True),
        Column("validation_accuracy", "Val. %", "{:.2f}".format, right=True),
        Column("test_accuracy", "Test %", "{:.2f}".format, right=True),
        Column("latency_ms", "ms", "{:.2f}".format, right=True),
        Column("origin", "From"),
    )
    return Table(
        columns=columns,
        rows=[[getattr(run, column.key) for column in columns] for run in listed.runs],
        caption=f"Runs in {listed.folder} and shipped ones; ms is the median of one call with one image.",
        notes=[
            *_first("groups of seeds", [group.sentence for group in listed.seeds]),
            *_first("failed runs", [f"{run.id} failed: {run.reason}" for run in listed.runs if run.reason]),
            *_first(
                "partial runs",
                [
                    f"{run.id} is partial: the command that started it resumes it"
                    for run in listed.runs
                    if run.outcome == "partial"
                ],
            ),
        ],
    )


def _first(noun: str, notes: list[str]) -> list[str]:
    """Return the first notes and the number of the others."""
    others = len(notes) - _MOST_NOTES
    return [*notes[:_MOST_NOTES], f"and {others:,} more {noun}; --json has all of them"] if others > 0 else notes


def _whole(run: Run) -> ListedRun:
    record = run.record
    tested = record.tested_epoch
    return ListedRun(
        id=run.id,
        outcome=record.outcome,
        name=record.title,
        recipe=record.recipe_name,
        dataset=record.dataset.name,
        seed=record.seed,
        epochs=len(record.epochs),
        validation_accuracy=tested.val_accuracy if tested else None,
        test_accuracy=record.test.top1 if record.test else None,
        latency_ms=next((latency.p50_ms for latency in record.latency if latency.batch == 1), None),
        started=record.started,
        origin=run.origin,
        reason=record.reason,
    )


def _partial(folder: Path) -> tuple[ListedRun, list[str]]:
    """Return a partial run as far as it is known, and a problem if its start marker cannot be read."""
    name, problems = folder.stem, list[str]()
    marker = StartMarker(id=name, model="", name=name, recipe_name="", dataset="", seed=0, epochs=0, started="")
    try:
        marker = read_start_marker(folder) or marker
    except ZooError as error:
        problems.append(str(error))
    return ListedRun(
        id=name,
        outcome="partial",
        name=marker.name,
        recipe=marker.recipe_name,
        dataset=marker.dataset,
        seed=marker.seed,
        epochs=epochs_done(folder),
        started=marker.started,
        origin="local",
    ), problems
