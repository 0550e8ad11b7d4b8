"""Running: one model trained, tested and measured, and its record written, whatever happens on the way."""

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from modelzoo.errors import ZooError
from modelzoo.files import write_atomically
from modelzoo.training import events, folder, machine
from modelzoo.training.checkpoint import TrainingState, load_checkpoint
from modelzoo.training.evaluate import predictions, score_test, softmax
from modelzoo.training.events import Measuring, Report, ignore
from modelzoo.training.latency import measure_latency
from modelzoo.training.lookup import best_ranked, find_model, require_builder
from modelzoo.training.machine import BACKENDS
from modelzoo.training.plan import Plan, Settings, make_plan, split_data
from modelzoo.training.predictions import save_predictions
from modelzoo.training.record import Epoch, Record, write_record

if TYPE_CHECKING:
    from modelzoo.catalog.catalog import Catalog
    from modelzoo.catalog.models import Model
    from modelzoo.datasets.dataset import DataSet
    from modelzoo.training.engine import Engine
    from modelzoo.training.trainer import Data

WEIGHTS = "weights.weights.h5"
HISTORY = "history.csv"


def bench(
    model: str,
    *,
    dataset: "str | DataSet" = "emnist-balanced",
    data_dir: str | Path | None = None,
    recipe: str | Path | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    limit_train: int | None = None,
    image_size: int | None = None,
    runs: str | Path | None = None,
    catalog: "Catalog | None" = None,
    report: Report = ignore,
) -> Record:
    """Train a model, test it once, measure its latency; the record of it, which also lies in `runs`.

    A run that was finished before is not run again, one that was begun goes on from its last whole epoch.

    Parameters
    ----------
    model : a model of the catalog, a variant, a builder (``keras:NAME``, ``package.module:function``), as `find_model`
        takes it
    recipe : a name in ``benchmarks/recipes`` or a TOML file; the one named like the model unless told, else default
    epochs : the most to train; below the recipe's own, the run counts as stopped at a limit
    limit_train : train on so many images only, drawn evenly from the classes
    image_size : height and width in pixels that the network sees
    runs : folder of the runs; ``ZOO_RUNS`` or ``./runs`` unless told
    report : is told what happens meanwhile

    Raises
    ------
    ZooError
        If something given cannot be used. A training that fails gives a record with outcome ``failed``.
    """
    settings = Settings(recipe, epochs, batch_size, seed, limit_train, image_size)
    require_bench_extra()
    from modelzoo.catalog.catalog import load_catalog

    chosen = find_model(catalog or load_catalog(), model)
    loaded, data, plans = _prepare((chosen,), dataset, settings, data_dir, report)
    return run(plans[0], data, loaded, folder.runs_folder(runs), report)


@dataclass(frozen=True)
class Benched:
    """The records of several runs, and one line for each that could not be made at all."""

    records: tuple[Record, ...]
    faults: tuple[str, ...]

    @property
    def failed(self) -> bool:
        """Whether any of them failed."""
        return bool(self.faults) or any(record.outcome == "failed" for record in self.records)


def bench_all(
    models: Sequence[str],
    dataset: "str | DataSet",
    settings: Settings,
    *,
    top: int | None = None,
    by: Sequence[str] | None = None,
    data_dir: str | Path | None = None,
    runs: str | Path | None = None,
    report: Report = ignore,
) -> Benched:
    """Bench several models, or the `top` best ranked `by` those criteria that can be built.

    All that was asked for is checked before the first one is trained; one that fails does not keep back the others.
    """
    require_bench_extra()
    from modelzoo.catalog.catalog import load_catalog

    catalog = load_catalog()
    chosen = [find_model(catalog, name) for name in models] if top is None else best_ranked(catalog, top, by, report)
    loaded, data, plans = _prepare(chosen, dataset, settings, data_dir, report)
    records, faults = [], []
    for plan in plans:
        try:
            records.append(run(plan, data, loaded, folder.runs_folder(runs), report))
        except ZooError as error:
            faults.append(f"{plan.model.name}: {error}")
    if not records:
        raise ZooError(faults[0])
    return Benched(tuple(records), tuple(faults))


def _prepare(
    models: "Sequence[Model]", dataset: "str | DataSet", settings: Settings, data_dir: str | Path | None, report: Report
) -> "tuple[DataSet, Data, list[Plan]]":
    """Load the data and resolve what is to be run."""
    from modelzoo.datasets.load import load_dataset

    for model in models:
        require_builder(model)
    loaded = load_dataset(dataset, data_dir) if isinstance(dataset, str) else dataset
    for note in loaded.notes:
        report(events.Note(note))
    data, facts = split_data(loaded, settings.limit_train, report)
    plans = [make_plan(model, facts, settings, report) for model in models]
    for plan in plans:
        _require_fit(plan, data)
    return loaded, data, plans


def _require_fit(plan: Plan, data: "Data") -> None:
    """Raise a ZooError now where the pictures cannot be brought to the network's input, not when the run has begun."""
    import keras

    from modelzoo.datasets.prepare import fit_geometry

    pictures = keras.KerasTensor((None, *data.train.images.shape[1:]), dtype="uint8")
    side, channels = plan.recipe.input.size, plan.recipe.input.channels
    fit_geometry(pictures, size=(side, side), mode=plan.recipe.input.mode, channels=channels)


def require_bench_extra() -> None:
    """Raise a ZooError that names what to install where training is not possible."""
    try:
        if "KERAS_BACKEND" not in os.environ:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        for needed in ("keras", "filelock"):  # who has neither is told of Keras
            import_module(needed)
    except ModuleNotFoundError as error:
        extra = BACKENDS.get(os.environ.get("KERAS_BACKEND", "tensorflow"), "bench")
        raise ZooError(f"training needs {error.name}; pip install 'cnn-zoo[{extra}]'") from None
    except (ImportError, ValueError) as error:  # a broken installation, a backend that Keras does not know
        first = str(error).strip().split("\n", 1)[0]
        raise ZooError(f"Keras does not load: {first}; `zoo doctor` says what is missing") from error


def run(plan: Plan, data: "Data", dataset: "DataSet", runs: Path, report: Report = ignore) -> Record:
    """The record of the plan's run: found, gone on with, or made from the beginning."""
    known = folder.finished(runs, plan.id)
    if known is not None:
        report(events.Begun(plan.id, plan.model.name, found=True))
        return known
    with folder.held(runs, plan.id) as partial:
        # Another process may have finished it until the lock was had.
        known = folder.finished(runs, plan.id) or folder.publish_whole(partial)
        report(events.Begun(plan.id, plan.model.name, found=known is not None))
        return known or _make(plan, data, dataset, partial, report)


def _make(plan: Plan, data: "Data", dataset: "DataSet", partial: Path, report: Report) -> Record:
    begun = folder.note_begun(partial, _begun(plan))
    try:
        record = _work(plan, data, dataset, partial, begun.started, report)
    except OSError as error:
        raise folder.cannot_write(partial, error) from error
    folder.publish(partial)
    return record


@dataclass(frozen=True)
class _Built:
    """What a record says of the network itself."""

    trainable_params: int = 0
    total_params: int = 0


def _work(plan: Plan, data: "Data", dataset: "DataSet", partial: Path, started: str, report: Report) -> Record:
    """Train and measure; an error of the training itself becomes a record that says so."""
    from modelzoo.training.engine import make_engine

    built = _Built()
    machine.reset_peak_memory()
    try:
        engine = make_engine(
            plan.model.build,
            plan.recipe,
            picture_shape=data.train.images.shape[1:],
            classes=plan.dataset.classes,
            seed=plan.seed,
            steps=-(-len(data.train.labels) // plan.recipe.batch_size),
        )
        built = _Built(_count(engine.network.trainable_weights), engine.network.count_params())
        measured = _train_and_measure(plan, engine, data, dataset, partial, report)
    except (ZooError, OSError):
        raise
    except Exception as error:
        measured = {**_epochs_so_far(partial), "outcome": "failed", "reason": _reason(error)}
    record = _record(plan, built, started, measured)
    write_record(record, partial)
    return record


def _train_and_measure(
    plan: Plan, engine: "Engine", data: "Data", dataset: "DataSet", partial: Path, report: Report
) -> dict[str, Any]:
    from modelzoo.training.trainer import TrainingFailedError, train

    state = train(
        engine,
        data,
        plan.recipe,
        seed=plan.seed,
        epochs=plan.epochs,
        folder=partial,
        report=report,
        peak_memory=machine.peak_memory_mb,
    )
    report(Measuring("accuracy on the test split"))
    probabilities = softmax(engine.logits(dataset.test))
    if not np.isfinite(probabilities).all():
        raise TrainingFailedError("the network's output is not finite on some test images; try a lower learning rate")
    save_predictions(partial, predictions(probabilities, dataset.test.labels, dataset.classes))
    write_atomically(partial / HISTORY, _history(state.epochs))
    report(Measuring("latency"))
    engine.network.save_weights(partial / WEIGHTS)
    return {
        "epochs": tuple(state.epochs),
        "best_epoch": state.best_epoch,
        "stopped_by": state.stopped_by,
        "test": score_test(probabilities, dataset.test.labels),
        "latency": measure_latency(engine.network, dataset.test.images[:32]),
        "peak_memory_mb": state.peak_memory_mb,
        "saved_model_bytes": (partial / WEIGHTS).stat().st_size,
        "flops": machine.flops(engine.network),
        "outcome": "finished",
    }


def _record(plan: Plan, built: _Built, started: str, measured: dict[str, Any]) -> Record:
    return Record(
        id=plan.id,
        model=plan.model.slug,
        name=plan.model.name,
        variant=plan.variant,
        trainable_params=built.trainable_params,
        total_params=built.total_params,
        recipe_name=plan.recipe_name,
        recipe=plan.recipe,
        dataset=plan.dataset,
        seed=plan.seed,
        input_shape=plan.input_shape,
        backend=plan.backend,
        versions=machine.versions(plan.backend),
        precision=plan.precision,
        hardware=machine.hardware(),
        started=started,
        finished=_now(),
        **measured,
    )


def _begun(plan: Plan) -> folder.Begun:
    return folder.Begun(
        id=plan.id,
        model=plan.model.slug,
        name=plan.model.name,
        recipe_name=plan.recipe_name,
        dataset=plan.dataset.name,
        seed=plan.seed,
        epochs=plan.epochs,
        started=_now(),
    )


def _epochs_so_far(partial: Path) -> dict[str, Any]:
    state, _ = load_checkpoint(partial) or (TrainingState(), [])
    return {"epochs": tuple(state.epochs), "best_epoch": state.best_epoch}


def _reason(error: Exception) -> str:
    """The first line of what went wrong; frameworks add a trace of their own below it."""
    from modelzoo.training.trainer import TrainingFailedError

    first = str(error).strip().split("\n", 1)[0]
    return first if isinstance(error, TrainingFailedError) else f"{type(error).__name__}: {first}"


def _count(variables: list[Any]) -> int:
    return sum(int(np.prod(variable.shape)) for variable in variables)


def _history(epochs: list[Epoch]) -> str:
    """The learning curve as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in msgspec.structs.fields(Epoch))
    writer.writerows(msgspec.structs.astuple(epoch) for epoch in epochs)
    return out.getvalue()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
