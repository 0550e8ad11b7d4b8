"""The runs there are: finished, failed, and partial ones, made here or shipped."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from modelzoo.base import paths
from modelzoo.errors import ZooError
from modelzoo.runs.checkpoint import epochs_done
from modelzoo.runs.record import Record, load_records
from modelzoo.runs.repeats import SeedGroup, seed_groups
from modelzoo.runs.store import partial_folders, read_begun, runs_folder
from modelzoo.tables.table import Column, Table

Outcome = Literal["finished", "failed", "partial"]
Whence = Literal["local", "shipped"]


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
    whence: Whence
    reason: str | None = None


@dataclass(frozen=True)
class Runs:
    """Every run that could be read, oldest first, and a line for each that could not."""

    runs: tuple[ListedRun, ...]
    faults: tuple[str, ...]
    folder: Path
    seeds: tuple[SeedGroup, ...] = ()

    def table(self) -> Table:
        """The runs for people."""
        return Table(
            columns=(
                Column("id", "Run"),
                Column("outcome", "Outcome"),
                Column("recipe", "Recipe"),
                Column("dataset", "Data"),
                Column("seed", "Seed", right=True),
                Column("epochs", "Epochs", right=True),
                Column("validation_accuracy", "Val. %", "{:.2f}".format, right=True),
                Column("test_accuracy", "Test %", "{:.2f}".format, right=True),
                Column("latency_ms", "ms", "{:.2f}".format, right=True),
                Column("whence", "From"),
            ),
            rows=[
                (
                    run.id,
                    run.outcome,
                    run.recipe,
                    run.dataset,
                    run.seed,
                    run.epochs,
                    run.validation_accuracy,
                    run.test_accuracy,
                    run.latency_ms,
                    run.whence,
                )
                for run in self.runs
            ],
            caption=f"Runs in {self.folder} and shipped ones; ms is the median of one call with one image.",
            notes=[group.sentence for group in self.seeds]
            + [f"{run.id} failed: {run.reason}" for run in self.runs if run.reason]
            + [
                f"{run.id} is partial: the command that began it goes on with it"
                for run in self.runs
                if run.outcome == "partial"
            ],
        )

    def to_dict(self) -> dict[str, Any]:
        """All of it, faults too."""
        return {
            "runs": msgspec.to_builtins(self.runs),
            "seeds": msgspec.to_builtins(self.seeds),
            "faults": list(self.faults),
            "folder": str(self.folder),
        }


def list_runs(runs: Path | None = None, shipped: Path | None = None) -> Runs:
    """The runs in a folder (ZOO_RUNS or ``./runs`` unless told) and the shipped ones."""
    local = runs_folder(runs)
    if runs is not None and not runs.is_dir():
        raise ZooError(f"{runs} is no folder; name the one that `zoo bench --runs` wrote to")
    records, faults = load_records(local)
    published, damaged = load_records(paths.BENCHMARKS / "results" if shipped is None else shipped)
    listed = [_whole(record, "shipped") for record in published]
    listed += [_whole(record, "local") for record in records]
    # Of a run that failed and can go on, the record says more than what it goes on from.
    failed = {record.id for record in records if record.outcome == "failed"}
    partial = partial_folders(local) if local.is_dir() else []
    listed += [_partial(folder) for folder in partial if folder.stem not in failed]
    in_order = tuple(sorted(listed, key=lambda run: (run.started, run.id)))
    return Runs(in_order, (*faults, *damaged), local, seed_groups((*records, *published)))


def _whole(record: Record, whence: Whence) -> ListedRun:
    best = record.epochs[record.best_epoch - 1] if record.best_epoch else None
    return ListedRun(
        id=record.id,
        outcome=record.outcome,
        name=record.title,
        recipe=record.recipe_name,
        dataset=record.dataset.name,
        seed=record.seed,
        epochs=len(record.epochs),
        validation_accuracy=best.val_accuracy if best else None,
        test_accuracy=record.test.top1 if record.test else None,
        latency_ms=next((latency.p50_ms for latency in record.latency if latency.batch == 1), None),
        started=record.started,
        whence=whence,
        reason=record.reason,
    )


def _partial(folder: Path) -> ListedRun:
    begun = read_begun(folder)
    return ListedRun(
        id=folder.stem,
        outcome="partial",
        name=begun.name if begun else folder.stem,
        recipe=begun.recipe_name if begun else "",
        dataset=begun.dataset if begun else "",
        seed=begun.seed if begun else 0,
        epochs=epochs_done(folder),
        started=begun.started if begun else "",
        whence="local",
    )
