"""Benchmarks: one model, several, or several seeds, each run in a worker where there is more than one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import msgspec
import numpy as np

from modelzoo.base.arguments import checked
from modelzoo.base.scratch import scratch_folder, temporary_files_in
from modelzoo.benchmarking.batch_size import with_largest_batch
from modelzoo.benchmarking.models import best_ranked
from modelzoo.benchmarking.names import fetch_initial_weights, require_names, resolve_models
from modelzoo.benchmarking.network_input import stored_images
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.run import run
from modelzoo.benchmarking.run_spec import RunSpec, make_run_spec, split_data, with_built_network
from modelzoo.benchmarking.run_worker import build_in_worker, run_in_worker
from modelzoo.benchmarking.worker import require_main_guard
from modelzoo.catalog.catalog import Catalog
from modelzoo.datasets.dataset import DataSet, data_folder
from modelzoo.datasets.decoded import decode_splits, decoded_shape
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.load import find_dataset, load_dataset
from modelzoo.datasets.manifest import manifest_of
from modelzoo.datasets.mapped import export_splits, load_splits
from modelzoo.errors import ZooError, unknown
from modelzoo.machine import hardware
from modelzoo.machine.requirements import require_bench_extra, require_packages
from modelzoo.runs import events, store
from modelzoo.runs.events import Report, ignore
from modelzoo.runs.invocation import Invocation
from modelzoo.runs.record import Record

if TYPE_CHECKING:
    from modelzoo.catalog.models import Model
    from modelzoo.datasets.dataset import Splits


@dataclass(frozen=True)
class BenchResult:
    """The record of each run, None where there is none, and a problem for each None."""

    measured: tuple[Record | None, ...]
    problems: tuple[str, ...]

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
    report: Report = ...,
    **options: Any,
) -> Record: ...


@overload
def bench(
    models: Sequence[str],
    *,
    dataset: "str | DataSet" = ...,
    catalog: "Catalog | None" = ...,
    report: Report = ...,
    **options: Any,
) -> BenchResult: ...


@checked
def bench(
    models: str | Sequence[str],
    *,
    dataset: "str | DataSet" = "emnist-balanced",
    catalog: "Catalog | None" = None,
    report: Report = ignore,
    **options: Any,
) -> Record | BenchResult:
    """Train models, test them once, measure their latency, and write their records into the folder of runs.

    A finished run is not trained again, and gets the latency that it lacks. A partial run resumes from its checkpoint.

    Several runs, a time limit and the batch size ``auto`` use workers. A worker imports the script that calls this
    function: such a script calls it under ``if __name__ == "__main__":``.

    Parameters
    ----------
    models : names of models, variants or builders (``keras:NAME``, ``package.module:function``), as for `resolve_model`
    dataset : a name, a file, or the images themselves
    report : receives the events of the runs
    options : the fields of `BenchOptions`: recipe, set, weights, epochs, batch_size, seed, seeds, time_limit_s,
        limit_train, split, skip_broken, image_size, latency_batches, data_dir, runs

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
    if not isinstance(models, str):
        return bench_all(models, dataset, chosen, catalog=catalog, report=report)
    if chosen.seeds > 1:
        raise ZooError(f"`seeds` is {chosen.seeds}; name the model in a list, [{models!r}], for more than one record")
    return bench_all([models], dataset, chosen, catalog=catalog, report=report).records[0]


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
    require_packages()
    from modelzoo.catalog.catalog import load_catalog

    catalog = catalog or load_catalog()
    chosen = resolve_models(catalog, models) if top is None else best_ranked(catalog, top, by, report)
    return bench_each([(model, options.recipe) for model in chosen], dataset, options, command=command, report=report)


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
    auto = options.batch_size == "auto"
    in_worker = len(models) * options.seeds > 1 or options.time_limit_s is not None or auto or hardware.devices_left()
    if in_worker:
        hardware.leave_devices()
    splits, specs = _prepare(models, dataset, options, report)
    invocation = _invocation(dataset, options, command)
    manifest = manifest_of(splits)
    specs = [replace(spec, invocation=invocation, manifest=manifest) for spec in specs]
    runs, batches = store.runs_folder(options.runs), options.latency_batches
    if len(specs) > 1:
        _require_changeable(specs, splits)
    if not in_worker:
        images = load_splits(_in_geometry(specs[0], splits, report))
        with scratch_folder() as folder, temporary_files_in(folder):
            spec = with_built_network(specs[0], report)
            return BenchResult((run(spec, images, runs, report, latency_batches=batches),), ())
    measured: list[Record | None] = []
    problems = []
    limit_s = options.time_limit_s
    with scratch_folder() as folder:
        splits = export_splits(splits, folder)
        for spec in specs:
            records: list[Record | None] = [None] * options.seeds
            try:  # an error ends the runs of one spec alone
                images = _in_geometry(spec, splits, report)
                resolved = build_in_worker(spec, folder, limit_s, report=report)
                if auto:
                    resolved = with_largest_batch(resolved, images, report, folder=folder, limit_s=limit_s)
                for index in range(options.seeds):
                    seeded = replace(resolved, seed=resolved.seed + index)
                    records[index] = run_in_worker(
                        seeded,
                        images,
                        runs,
                        folder=folder,
                        limit_s=limit_s,
                        latency_batches=batches,
                        report=report,
                    )
            except ZooError as error:
                problems.append(_with_title(spec, error))
            measured += records
    if not any(measured):
        raise ZooError("; ".join(problems))
    return BenchResult(tuple(measured), tuple(problems))


def _invocation(dataset: "str | DataSet", options: BenchOptions, command: str) -> Invocation:
    """Return the command and the place of the data set."""
    if not isinstance(dataset, str):
        return Invocation(command=command)
    return Invocation(
        command=command,
        dataset=find_dataset(dataset, options.data_dir),
        data_dir=str(data_folder(options.data_dir).absolute()),
        split=options.split,
        skip_broken=options.skip_broken,
    )


def _in_geometry(spec: RunSpec, splits: "Splits", report: Report) -> "Splits":
    """Return the splits with the images of files decoded to the input of the spec's network."""
    side, mode, channels = spec.recipe.input.geometry
    return decode_splits(
        splits, size=(side, side), mode=mode, channels=channels, report=lambda text: report(events.Note(text))
    )


def _with_title(spec: RunSpec, error: ZooError) -> str:
    """Return the error's message with the run's title and recipe."""
    return f"{spec.title}, recipe {spec.recipe_name}: {error}"


def _prepare(
    models: "Sequence[tuple[Model, str | Path | None]]",
    dataset: "str | DataSet",
    options: BenchOptions,
    report: Report,
) -> "tuple[Splits, list[RunSpec]]":
    """Load the data, and resolve and check the run of each model with its recipe."""
    loaded = dataset if isinstance(dataset, DataSet) else _load(dataset, options, report)
    for note in loaded.notes:
        report(events.Note(note))
    splits, facts = split_data(loaded, options.limit_train, report)
    images = stored_images(splits.train)
    specs = [
        make_run_spec(model, facts, images, msgspec.structs.replace(options, recipe=recipe), report)
        for model, recipe in models
    ]
    for spec in specs:
        _require_fit(spec, splits)
    return splits, specs


def _load(name: str, options: BenchOptions, report: Report) -> DataSet:
    report(events.Waiting(f"reading {name}"))
    return load_dataset(
        name,
        options.data_dir,
        split=options.split,
        skip_broken=options.skip_broken,
        report=lambda text: report(events.Note(text)),
    )


def _require_fit(spec: RunSpec, splits: "Splits") -> None:
    """Raise a ZooError, before the run starts, where the images cannot be brought to the network's input."""
    import keras

    from modelzoo.datasets.splits import check_geometry, fit_geometry

    side, mode, channels = spec.recipe.input.geometry
    for split in (splits.train, splits.validation, splits.test):
        if isinstance(split.images, ImageFiles):
            width, height = split.images.sizes.max(axis=0).tolist()
            check_geometry((width, height), (side, side), mode)
    images = keras.KerasTensor((None, *_image_shape(spec, splits)), dtype="uint8")
    fit_geometry(images, size=(side, side), mode=mode, channels=channels)


def _image_shape(spec: RunSpec, splits: "Splits") -> tuple[int, ...]:
    """Return the shape of one image of the run: as stored, or as decoded from its file."""
    images = splits.train.images
    if isinstance(images, ImageFiles):
        side, _, channels = spec.recipe.input.geometry
        return decoded_shape(images, (side, side), channels)
    return tuple(images.shape[1:])


def _require_changeable(specs: Sequence[RunSpec], splits: "Splits") -> None:
    """Raise a ZooError, before the first run starts, where a recipe changes a part that its network lacks."""
    import keras

    from modelzoo.architectures.builder import find_builder
    from modelzoo.architectures.changes import UNCHANGED
    from modelzoo.training.network import whole_network

    # The first of several recipes that change a network in the same way.
    changed = {(spec.model.build, spec.recipe.changes): spec for spec in reversed(specs)}
    for (build, changes), spec in changed.items():
        # A custom builder may have any side effect, and has it in the worker of its run.
        if changes == UNCHANGED or find_builder(build).imported:
            continue
        keras.utils.clear_session(free_memory=True)
        try:
            whole_network(
                find_builder(build),
                spec.recipe,
                image_shape=_image_shape(spec, splits),
                classes=spec.dataset.classes,
            )
        except ZooError as error:
            raise ZooError(_with_title(spec, error)) from None
