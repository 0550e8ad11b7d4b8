"""Trainings of a search as ordinary runs without a test result, and their seconds by the records alone."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from statistics import median_low
from typing import TYPE_CHECKING

import msgspec

from modelzoo.benchmarking.network_input import StoredImages
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.queue import Claimed, Job, make_runs
from modelzoo.benchmarking.run_spec import RunSpec, make_run_spec
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs import store
from modelzoo.runs.events import Event, Note, Report, Resumed, Step, ignore
from modelzoo.runs.predictions import validation_correct
from modelzoo.runs.record import RECORD, Record, read_record
from modelzoo.tuning.costs import Failed, Trained
from modelzoo.tuning.fields import assignments

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Splits


class Clock:
    """The seconds of each run, by the records alone, so that a repeated search counts the same seconds.

    A run starts with its process, so it takes longer than its epochs. The lower median of this time is added to the
    epochs of each run. An interrupted run has a pause in it.
    """

    def __init__(self) -> None:
        self._others_s: list[float] = []

    def seconds(self, record: Record) -> float:
        """Return the seconds of a run that followed the ones before."""
        trained_s = sum(epoch.seconds for epoch in record.epochs)
        started, finished = (datetime.fromisoformat(time) for time in (record.started, record.finished))
        self._others_s.append(max(0.0, (finished - started).total_seconds() - trained_s))
        return trained_s + median_low(self._others_s)


@dataclass
class Trainings:
    """The trainings of one search: one run for each recipe, number of epochs and seed.

    Attributes
    ----------
    spec : the run of the base recipe
    file : the fields of the recipe file that the options change
    splits : as `export_splits` gives them
    ids : the run of each training that was asked for
    """

    spec: RunSpec
    file: Recipe
    options: BenchOptions
    images: StoredImages
    splits: "Splits"
    folder: Path
    report: Report
    ids: dict[tuple[Recipe, int, int], str] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)

    def __call__(self, recipe: Recipe, epochs: int, seed: int) -> Trained | Failed:
        """Train a recipe with so many epochs, as a run; a finished or failed run is read instead."""
        try:
            spec = self.spec_of(recipe, epochs, seed)
        except ZooError as error:
            return Failed(str(error), 0.0)
        self.ids[recipe, epochs, seed] = spec.id
        runs = store.runs_folder(self.options.runs)
        record = _failed_record(runs, spec.id) or self._made(spec, runs)
        seconds = self.clock.seconds(record)
        if record.outcome == "failed" or record.seconds_per_epoch is None:
            return Failed(record.reason or "it has no epochs", seconds)
        return Trained(
            epochs=epochs,
            correct=validation_correct(runs / spec.id, record),
            seconds=seconds,
            epoch_s=record.seconds_per_epoch,
        )

    def _made(self, spec: RunSpec, runs: Path) -> Record:
        """Make a run, or wait for another process that makes it."""
        jobs = [Job(spec, test=False)]
        made = make_runs(jobs, self.splits, runs, folder=self.folder, wait=True, report=self._filtered)
        outcome = next(outcome for _, outcome in made)
        if isinstance(outcome, Claimed):
            raise ZooError(outcome.text)
        if isinstance(outcome, ZooError):
            raise outcome
        return outcome

    def spec_of(self, recipe: Recipe, epochs: int, seed: int) -> RunSpec:
        """Return the run of a recipe with so many epochs.

        Raises
        ------
        ZooError
            If the network cannot be trained so.
        """
        changes = assignments(self.file, msgspec.structs.replace(recipe, epochs=epochs))
        options = msgspec.structs.replace(self.options, set=changes, weights=None, seed=seed)
        spec = make_run_spec(self.spec.model, self.spec.dataset, self.images, options, ignore)
        base = self.spec
        # The variant of an imported builder has digits of the network that it built.
        return replace(spec, variant=base.variant, invocation=base.invocation, manifest=base.manifest)

    def _filtered(self, event: Event) -> None:
        """Report steps, and what was decided for the user; the search reports the rest in a line for each training."""
        if isinstance(event, Step | Note | Resumed):
            self.report(event)


def _failed_record(runs: Path, run_id: str) -> Record | None:
    """Return the record of a run that failed and cannot be resumed; None for any other run."""
    if (runs / f"{run_id}{store.PARTIAL}").exists():
        return None
    try:
        record = read_record(runs / run_id / RECORD)
    except ZooError:
        return None
    return record if record.outcome == "failed" else None
