"""Benchmarks: one model, several, or several seeds, each run in a worker where there is more than one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from modelzoo.base.arguments import checked
from modelzoo.base.scratch import scratch_folder, temporary_files_in
from modelzoo.base.text import first_of, plural
from modelzoo.benchmarking.batch_size import with_largest_batch
from modelzoo.benchmarking.executors import executor_of
from modelzoo.benchmarking.models import best_ranked
from modelzoo.benchmarking.names import ModelRecipe, fetch_initial_weights, require_names, resolve_models
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.prepare import in_geometry, prepare_runs, with_title
from modelzoo.benchmarking.progress import Reporting, reporting
from modelzoo.benchmarking.queue import Claimed, Job
from modelzoo.benchmarking.run import run
from modelzoo.benchmarking.run_spec import RunSpec, with_built_network
from modelzoo.benchmarking.run_worker import build_in_worker
from modelzoo.benchmarking.worker import require_main_guard
from modelzoo.catalog.catalog import Catalog
from modelzoo.datasets.dataset import DataSet
from modelzoo.datasets.mapped import export_splits, load_splits
from modelzoo.errors import ClaimedError, ZooError, unknown
from modelzoo.machine import hardware
from modelzoo.machine.requirements import require_bench_extra, require_packages
from modelzoo.runs import store
from modelzoo.runs.events import Note, Report, ignore
from modelzoo.runs.record import Record
from modelzoo.runs.tables import records_table
from modelzoo.tables.result import Result
from modelzoo.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from modelzoo.catalog.models import Model
    from modelzoo.datasets.dataset import Splits

_LATER = "the same command reports them once they are done"


@dataclass(frozen=True, repr=False)
class BenchResult(Result):
    """The record of each run, None where there is none, and a problem for each None.

    `claimed` names the runs that other processes work on. They have neither a record nor a problem.
    """

    measured: tuple[Record | None, ...]
    problems: tuple[str, ...]
    claimed: tuple[str, ...] = ()

    _index: ClassVar[str] = "run"

    def tables(self) -> tuple[Table]:
        """Return the table of the runs that have a record, with the problems as its notes."""
        return (records_table(self.records, (*self.problems, *self.claimed)),)

    def plot(self, path: "str | Path | None" = None, *, top: int | None = None) -> "Figure":
        """Draw the learning curves of the `top` most accurate runs, 7 by default; write a file to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.runs.curves_chart import figure_of_many

        return plot(lambda: figure_of_many(self.records, top=top), path)

    def _summary(self) -> str:
        finished = [f"{record.title} {record.test.top1:.2f} %" for record in self.records if record.test]
        return f"{len(finished)} of {plural(len(self.measured), 'run')} finished: {first_of(finished, 3) or 'none'}"

    @property
    def records(self) -> tuple[Record, ...]:
        """Return the records of the runs that have one."""
        return tuple(record for record in self.measured if record is not None)

    @property
    def failed(self) -> bool:
        """Return whether a run failed."""
        return bool(self.problems) or any(record.outcome == "failed" for record in self.records)


@overload
def bench(
    models: str,
    *,
    dataset: "str | DataSet" = ...,
    catalog: "Catalog | None" = ...,
    report: Reporting = ...,
    **options: Any,
) -> Record: ...


@overload
def bench(
    models: Sequence[str],
    *,
    dataset: "str | DataSet" = ...,
    catalog: "Catalog | None" = ...,
    report: Reporting = ...,
    **options: Any,
) -> BenchResult: ...


@checked
def bench(
    models: str | Sequence[str],
    *,
    dataset: "str | DataSet" = "emnist-balanced",
    catalog: "Catalog | None" = None,
    report: Reporting = "progress",
    **options: Any,
) -> Record | BenchResult:
    """Train models, test them once, measure their latency, and write their records into the folder of runs.

    A finished run is not trained again, and gets the test result and the latency that it lacks. A partial run resumes
    from its checkpoint.

    Several runs, a time limit and the batch size ``auto`` use workers. A worker imports the script that calls this
    function: such a script calls it under ``if __name__ == "__main__":``.

    Parameters
    ----------
    models : names of models, variants or builders (``keras:NAME``, ``package.module:function``), as for `resolve_model`
    catalog : as `load_catalog` gives it; default: the shipped one
    dataset : a name, a file, or the images themselves
    report : ``"progress"`` shows progress, None shows none; a function receives the events
    options : the fields of `BenchOptions`: recipe, set, weights, epochs, batch_size, seed, seeds, time_limit_s,
        limit_train, split, skip_broken, image_size. Also latency_batches, test, workers, ray,
        data_dir, runs

    Returns
    -------
    The record of one model's run where `models` is one name; a `BenchResult` where it is a list of names.

    Raises
    ------
    ZooError
        If an argument cannot be used. A training that fails gives a record with the outcome ``failed``.
    """
    for name in options.keys() - set(BenchOptions.__struct_fields__):
        raise unknown("option of bench", name, BenchOptions.__struct_fields__)
    numbers = {name: value.item() for name, value in options.items() if isinstance(value, np.generic)}
    chosen = checked(BenchOptions)(**options | numbers)
    if isinstance(models, str) and chosen.seeds > 1:
        raise ZooError(f"`seeds` is {chosen.seeds}; name the model in a list, [{models!r}], for more than one record")
    named = [models] if isinstance(models, str) else models
    with reporting(report) as progress:
        result = bench_all(named, dataset, chosen, catalog=catalog, report=progress)
    return result.records[0] if isinstance(models, str) else result


def bench_all(
    models: Sequence[str],
    dataset: "str | DataSet",
    options: BenchOptions,
    *,
    top: int | None = None,
    by: Sequence[str] | None = None,
    catalog: "Catalog | None" = None,
    command: str = "",
    report: Report = ignore,
) -> BenchResult:
    """Bench several models, or the `top` best ranked models, by the criteria `by`, that have a builder.

    The runs keep the command that resumes them.
    """
    named = named_models(models, options, top=top, by=by, catalog=catalog, report=report)
    return bench_each(named, dataset, options, command=command, report=report)


def named_models(
    models: Sequence[str],
    options: BenchOptions,
    *,
    top: int | None = None,
    by: Sequence[str] | None = None,
    catalog: "Catalog | None" = None,
    report: Report = ignore,
) -> list[ModelRecipe]:
    """Return the models that `bench_all` benches, each with the recipe of the options."""
    require_packages()
    from modelzoo.catalog.catalog import load_catalog

    catalog = catalog or load_catalog()
    chosen = resolve_models(catalog, models) if top is None else best_ranked(catalog, top, report, by=by)
    return [(model, options.recipe) for model in chosen]


def bench_each(
    models: "Sequence[tuple[Model, str | Path | None]]",
    dataset: "str | DataSet",
    options: BenchOptions,
    *,
    command: str = "",
    report: Report = ignore,
) -> BenchResult:
    """Bench each model with its recipe, all on the same images.

    Every model is checked before the first one is trained. Each of several runs has a worker. A run with a time limit
    or with the batch size ``auto`` has one too. A crash, or the limit, ends one worker alone.
    """
    require_main_guard()
    if not models:
        raise ZooError("no model is named; name one at least")
    require_names(models, dataset, options)
    require_bench_extra(report)
    fetch_initial_weights(models, options)
    several, limited = len(models) * options.seeds > 1, options.time_limit_s is not None
    elsewhere = options.workers > 1 or options.ray is not None
    in_worker = several or limited or options.batch_size == "auto" or elsewhere or hardware.devices_left()
    if in_worker:
        hardware.leave_devices()
    splits, specs = prepare_runs(models, dataset, options, command=command, report=report)
    if in_worker:
        return _run_in_workers(specs, splits, options, report)
    images = load_splits(in_geometry(specs[0].recipe, splits, report))
    with scratch_folder() as folder, temporary_files_in(folder):
        spec = with_built_network(specs[0], report)
        runs, batches = store.runs_folder(options.runs), options.latency_batches
        return BenchResult((run(spec, images, runs, report, latency_batches=batches, test=options.test),), ())


def _run_in_workers(specs: Sequence[RunSpec], splits: "Splits", options: BenchOptions, report: Report) -> BenchResult:
    """Make the runs of each spec, one for each seed; an error ends the runs of one spec alone."""
    runs = store.runs_folder(options.runs)
    measured = list[Record | None]([None] * len(specs) * options.seeds)
    problems, claimed, places = list[str](), list[str](), list[int]()
    with scratch_folder() as folder:
        splits = export_splits(splits, folder)

        def jobs() -> Iterator[Job]:
            for index, spec in enumerate(specs):
                try:
                    resolved = _resolve(spec, splits, options, folder, report)
                except ZooError as error:
                    problems.append(with_title(spec, error))
                    continue
                for seed in range(options.seeds):
                    places.append(index * options.seeds + seed)
                    seeded = replace(resolved, seed=resolved.seed + seed)
                    yield Job(seeded, tuple(options.latency_batches), options.test)

        for index, outcome in executor_of(options, folder)(jobs(), splits, runs, report=report):
            spec = specs[places[index] // options.seeds]
            match outcome:
                case Claimed():
                    claimed.append(f"{spec.title}: {outcome.text}")
                case ZooError():
                    problems.append(with_title(spec, outcome))
                case _:
                    measured[places[index]] = outcome
    if claimed and len(measured) == 1:
        raise ClaimedError(f"{claimed[0]}; wait for it, or choose another --seed")
    if problems and not claimed and not any(measured):
        raise ZooError("; ".join(dict.fromkeys(problems)))
    if claimed:
        count = f"{len(claimed)} of {plural(len(measured), 'run')}"
        report(Note(f"{count} made elsewhere: {first_of(claimed, 3)}; {_LATER}"))
    return BenchResult(tuple(measured), tuple(dict.fromkeys(problems)), tuple(claimed))


def _resolve(spec: RunSpec, splits: "Splits", options: BenchOptions, folder: Path, report: Report) -> RunSpec:
    """Return the spec with its built network, and with the largest batch size if the options ask for it."""
    limit_s = options.time_limit_s
    resolved = build_in_worker(spec, folder, limit_s, report=report)
    if options.batch_size != "auto":
        return resolved
    images = in_geometry(spec.recipe, splits, report)
    return with_largest_batch(resolved, images, report, folder=folder, limit_s=limit_s, workers=options.workers)
