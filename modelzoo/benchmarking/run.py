"""One run: a model trained, tested and measured, and its record written, whatever happens on the way."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from modelzoo.base.atomic import write_atomically
from modelzoo.benchmarking.run_spec import Plan
from modelzoo.errors import ZooError
from modelzoo.machine import hardware
from modelzoo.machine.gpu_facts import on_gpu
from modelzoo.runs import events, store
from modelzoo.runs.checkpoint import TrainingState, load_checkpoint
from modelzoo.runs.events import Measuring, Report, ignore
from modelzoo.runs.predictions import VALIDATION, save_predictions
from modelzoo.runs.record import Epoch, Record, now, write_record
from modelzoo.timing.flops import flops_of_image
from modelzoo.timing.measure import BATCHES, Measured, measure_latency
from modelzoo.timing.peak import device_peak
from modelzoo.training.evaluate import predictions, score_test, softmax
from modelzoo.training.failure import Failure, TrainingFailedError, failure_of, is_out_of_memory

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split
    from modelzoo.training.engines.engine import Engine
    from modelzoo.training.trainer import Data

WEIGHTS = "weights.weights.h5"
HISTORY = "history.csv"


@dataclass(frozen=True)
class Images:
    """All that a run sees: what it trains on and chooses by, what it is tested on once, and the classes' names."""

    data: "Data"
    test: "Split"
    classes: tuple[str, ...]


def run(
    plan: Plan, images: Images, runs: Path, report: Report = ignore, *, latency_batches: Sequence[int] = BATCHES
) -> Record:
    """The record of the plan's run: found, gone on with, or made from the beginning.

    `latency_batches` are the numbers of images in a call whose latency is measured; they are no part of the run's id.

    An error of the training itself becomes a record that says so; a ZooError says what of the input or the disk to
    mend first.
    """
    known = store.finished(runs, plan.id)
    if known is not None:
        report(events.Begun(plan.id, plan.title, found=True))
        return known
    with store.held(runs, plan.id) as partial:
        # Another process may have finished it until the lock was had.
        known = store.finished(runs, plan.id) or store.publish_whole(partial)
        report(events.Begun(plan.id, plan.title, found=known is not None))
        return known or _make(plan, images, partial, report, latency_batches)


def record_failure(plan: Plan, failure: Failure, runs: Path, *, said: bytes = b"") -> Record:
    """Write and return the record of a run whose process is gone, with what that process printed last.

    The epochs since its last checkpoint are not known here.

    Raises
    ------
    ZooError
        If another process already goes on with the run.
    """
    with store.held(runs, plan.id) as partial:
        known = store.finished(runs, plan.id) or store.publish_whole(partial)
        if known is not None:  # it was ended when all was done
            return known
        begun = store.note_begun(partial, _begun(plan))
        record = _record(plan, _Built(), begun.started, _failed(plan, partial, failure))
        store.publish_failed(partial, record, repairable=failure.repairable, said=said)
        return record


def _make(plan: Plan, images: Images, partial: Path, report: Report, latency_batches: Sequence[int]) -> Record:
    hardware.find_devices()
    begun = store.note_begun(partial, _begun(plan))
    built, trained = _Built(), list[Epoch]()
    hardware.reset_peak_memory()
    try:
        engine = engine_of(plan, images.data, report)
        store.forget_failed(partial)
        built = _Built(_count(engine.network.trainable_weights), engine.network.count_params())
        telling = _collecting(trained, report)
        measured = _train_and_measure(plan, engine, images, partial, telling, latency_batches)
        record = _record(plan, built, begun.started, measured | {"on_gpu": on_gpu()})
        write_record(record, partial)
    except BrokenPipeError:  # the process that this one tells is gone
        raise
    except Exception as error:
        if isinstance(error, OSError) and not isinstance(error, FileNotFoundError):
            raise store.cannot_write(partial, error) from error
        if isinstance(error, ZooError) and not is_out_of_memory(error):
            store.forget_begun(partial)
            raise
        failure = failure_of(error, plan.recipe.batch_size)
        measured = _failed(plan, partial, failure, trained) | {"on_gpu": on_gpu()}
        record = _record(plan, built, begun.started, measured)
        store.publish_failed(partial, record, repairable=failure.repairable)
    else:
        store.publish(partial)
    return record


@dataclass(frozen=True)
class _Built:
    """What a record says of the network itself."""

    trainable_params: int = 0
    total_params: int = 0


def engine_of(plan: Plan, data: "Data", report: Report = ignore) -> "Engine":
    """The network of the plan, ready to be trained on these images."""
    from modelzoo.training.engines.choose import make_engine
    from modelzoo.training.losses import log_prior
    from modelzoo.training.trainer import epoch_steps

    classes, labels = plan.dataset.classes, data.train.labels
    return make_engine(
        plan.model.build,
        plan.recipe,
        image_shape=data.train.images.shape[1:],
        classes=classes,
        seed=plan.seed,
        steps=epoch_steps(plan.recipe, len(labels)),
        prior=log_prior(labels, classes) if plan.recipe.balanced else None,
        report=report,
    )


def _train_and_measure(
    plan: Plan, engine: "Engine", images: Images, partial: Path, report: Report, latency_batches: Sequence[int]
) -> dict[str, Any]:
    from modelzoo.training.trainer import train

    state = train(
        engine,
        images.data,
        plan.recipe,
        seed=plan.seed,
        epochs=plan.epochs,
        folder=partial,
        report=report,
        peak_memory=hardware.peak_memory_mb,
    )
    report(Measuring("accuracy on the test split"))
    test = images.test
    probabilities = softmax(engine.logits(test))
    if not np.isfinite(probabilities).all():
        raise TrainingFailedError("the network's output is not finite on some test images; try a lower learning rate")
    save_predictions(partial, predictions(probabilities, test.labels, images.classes))
    validation = images.data.validation
    save_predictions(
        partial, predictions(softmax(engine.logits(validation)), validation.labels, images.classes), VALIDATION
    )
    write_atomically(partial / HISTORY, _history(state.epochs))
    engine.network.save_weights(partial / WEIGHTS)
    flops, measured = _flops(engine.network, report), Measured()
    if latency_batches:
        report(Measuring("latency"))
        peak = device_peak(hardware.hardware(), plan.precision)
        measured = measure_latency(
            engine.network, test.images[:32], latency_batches, flops=flops, peak=peak, make_call=engine.traced()
        )
    return {
        "epochs": tuple(state.epochs),
        "best_epoch": state.best_epoch,
        "stopped_by": state.stopped_by,
        "test": score_test(probabilities, test.labels),
        "latency": measured.latency,
        "no_latency": measured.missing,
        "peak_memory_mb": state.peak_memory_mb,
        "saved_model_bytes": (partial / WEIGHTS).stat().st_size,
        "flops": flops,
        "outcome": "finished",
    }


def _flops(network: Any, report: Report) -> float | None:
    """FLOPs of one image; that they cannot be counted must not lose the training."""
    try:
        return flops_of_image(network)
    except Exception as error:
        report(events.Note(f"the FLOPs of one image could not be counted: {type(error).__name__}: {error}"))
        return None


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
        versions=hardware.versions(plan.backend),
        precision=plan.precision,
        weights_sha256=plan.weights_sha256,
        hardware=hardware.hardware(),
        started=started,
        finished=now(),
        **measured,
    )


def _begun(plan: Plan) -> store.Begun:
    return store.Begun(
        id=plan.id,
        model=plan.model.slug,
        name=plan.title,
        recipe_name=plan.recipe_name,
        dataset=plan.dataset.name,
        seed=plan.seed,
        epochs=plan.epochs,
        started=now(),
    )


def _collecting(trained: list[Epoch], report: Report) -> Report:
    """Report every event, and add each epoch that is done to the list."""

    def tell(event: events.Event) -> None:
        if isinstance(event, events.EpochDone):
            trained.append(event.epoch)
        report(event)

    return tell


def _failed(plan: Plan, partial: Path, failure: Failure, trained: Sequence[Epoch] = ()) -> dict[str, Any]:
    """Return what is known of a failed run: the checkpoint's epochs, and those that this process trained after it."""
    from modelzoo.training.trainer import add_epoch

    state, _ = load_checkpoint(partial) or (TrainingState(), [])
    for epoch in trained:
        if epoch.epoch > len(state.epochs):
            add_epoch(plan.recipe, state, epoch)
    return {
        "epochs": tuple(state.epochs),
        "best_epoch": state.best_epoch,
        "outcome": "failed",
        "reason": failure.reason,
    }


def _count(variables: list[Any]) -> int:
    return sum(int(np.prod(variable.shape)) for variable in variables)


def _history(epochs: list[Epoch]) -> str:
    """The learning curve as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in msgspec.structs.fields(Epoch))
    writer.writerows(msgspec.structs.astuple(epoch) for epoch in epochs)
    return out.getvalue()
