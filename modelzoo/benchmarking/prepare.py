"""The preparation of runs: data read and cut, each run resolved and checked before the first one is trained."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from modelzoo.benchmarking.network_input import stored_images
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.run_spec import RunSpec, make_run_spec, split_data
from modelzoo.datasets.dataset import DataSet, data_folder
from modelzoo.datasets.decoded import decode_splits, decoded_shape
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.load import find_dataset, load_dataset
from modelzoo.datasets.manifest import manifest_of
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.events import Note, Report, Waiting
from modelzoo.runs.invocation import Invocation
from modelzoo.runs.record import DatasetFacts

if TYPE_CHECKING:
    from modelzoo.catalog.models import Model
    from modelzoo.datasets.dataset import Splits


def prepare_runs(
    models: "Sequence[tuple[Model, str | Path | None]]",
    dataset: "str | DataSet",
    options: BenchOptions,
    *,
    command: str,
    report: Report,
) -> "tuple[Splits, list[RunSpec]]":
    """Load the data, and resolve and check the run of each model with its recipe.

    Parameters
    ----------
    command : resumes the runs
    """
    splits, facts = read_splits(dataset, options, report)
    specs = [
        prepare_run(model, splits, facts, msgspec.structs.replace(options, recipe=recipe), report)
        for model, recipe in models
    ]
    if len(specs) > 1:
        _require_changeable(specs, splits)
    return splits, with_origin(specs, splits, dataset, options, command)


def read_splits(dataset: "str | DataSet", options: BenchOptions, report: Report) -> "tuple[Splits, DatasetFacts]":
    """Load a data set and cut it as `split_data` does; report its notes."""
    loaded = dataset if isinstance(dataset, DataSet) else read_dataset(dataset, options, report)
    for note in loaded.notes:
        report(Note(note))
    return split_data(loaded, options.limit_train, report)


def prepare_run(
    model: "Model", splits: "Splits", facts: DatasetFacts, options: BenchOptions, report: Report
) -> RunSpec:
    """Resolve the run of a model on these images, and check that they fit its network."""
    spec = make_run_spec(model, facts, stored_images(splits.train), options, report)
    _require_fit(spec, splits)
    return spec


def with_origin(
    specs: Sequence[RunSpec], splits: "Splits", dataset: "str | DataSet", options: BenchOptions, command: str
) -> list[RunSpec]:
    """Return the specs with the command that resumes them, the place of the data set, and its image files."""
    invocation, manifest = _invocation(dataset, options, command), manifest_of(splits)
    return [replace(spec, invocation=invocation, manifest=manifest) for spec in specs]


def read_dataset(name: str, options: BenchOptions | Invocation, report: Report) -> DataSet:
    """Load a data set as options, or the invocation of a run, have it; report the wait."""
    report(Waiting(f"reading {name}"))
    return load_dataset(
        name,
        options.data_dir,
        split=options.split,
        skip_broken=options.skip_broken,
        report=lambda text: report(Note(text)),
    )


def in_geometry(recipe: Recipe, splits: "Splits", report: Report) -> "Splits":
    """Return the splits with the images of files decoded to the input of a resolved recipe."""
    side, mode, channels = recipe.input.geometry
    return decode_splits(
        splits, size=(side, side), mode=mode, channels=channels, report=lambda text: report(Note(text))
    )


def with_title(spec: RunSpec, error: ZooError) -> str:
    """Return the error's message with the run's title and recipe."""
    return f"{spec.title}, recipe {spec.recipe_name}: {error}"


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


def _require_fit(spec: RunSpec, splits: "Splits") -> None:
    """Raise a ZooError, before the run starts, where the images cannot be brought to the network's input."""
    import keras

    from modelzoo.datasets.splits import check_geometry, fit_geometry

    side, mode, channels = spec.recipe.input.geometry
    for split in (splits.train, splits.validation, splits.test):
        if isinstance(split.images, ImageFiles):
            width, height = split.images.sizes.max(axis=0).tolist()
            check_geometry((width, height), (side, side), mode)
    images = keras.KerasTensor((None, *image_shape(spec, splits)), dtype="uint8")
    fit_geometry(images, size=(side, side), mode=mode, channels=channels)


def image_shape(spec: RunSpec, splits: "Splits") -> tuple[int, ...]:
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
                image_shape=image_shape(spec, splits),
                classes=spec.dataset.classes,
            )
        except ZooError as error:
            raise ZooError(with_title(spec, error)) from None
