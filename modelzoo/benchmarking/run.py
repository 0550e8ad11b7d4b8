"""One run: a model trained, tested and measured, and its record, also of a failure."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from modelzoo.base.atomic import write_atomically
from modelzoo.base.claims import Claim
from modelzoo.benchmarking.charts import leave_charts
from modelzoo.benchmarking.complete import add_results, lacking_results
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.score import score_on_test, score_on_validation
from modelzoo.benchmarking.trained import WEIGHTS, engine_of, measure, save_weights
from modelzoo.datasets.dataset import sha256_of
from modelzoo.errors import ClaimedError, ZooError
from modelzoo.machine import hardware
from modelzoo.machine.gpu_facts import on_gpu
from modelzoo.runs import events, store
from modelzoo.runs.checkpoint import load_state
from modelzoo.runs.events import Report, ignore
from modelzoo.runs.invocation import write_invocation
from modelzoo.runs.predictions import PREDICTIONS, VALIDATION
from modelzoo.runs.record import Epoch, Record, now, write_record
from modelzoo.timing.flops import flops_of_image
from modelzoo.timing.measure import BATCHES
from modelzoo.training.failure import Failure, failure_of, is_out_of_memory

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Splits
    from modelzoo.training.engines.engine import Engine

HISTORY = "history.csv"


def run(
    spec: RunSpec,
    splits: "Splits",
    runs: Path,
    report: Report = ignore,
    *,
    latency_batches: Sequence[int] = BATCHES,
    test: bool = True,
    started: str | None = None,
) -> Record:
    """Return the record of a run: finished before, or resumed from its checkpoint, or trained from the start.

    A finished run is not trained again. It gets the test result and the latency that its record lacks.

    Parameters
    ----------
    latency_batches : images in a call whose latency is measured; no part of the run's id
    test : whether the test split is used; no part of the run's id
    started : when its process was started; by default the run starts now

    Raises
    ------
    ZooError
        If the input or the disk has to be mended first. An error of the training becomes a record of it.
    """
    known = store.finished_record(runs, spec.id)
    if known is None:
        with store.claim_run(runs, spec.id, report=lambda text: report(events.Waiting(text))) as claim:
            # Another process may have finished the run before this one got the claim.
            known = store.finished_record(runs, spec.id) or store.publish_complete(claim.folder)
            if known is None:
                report(events.RunStarted(spec.id, spec.title, spec.conditions))
                return _make(spec, splits, claim, report, latency_batches, test=test, started=started)
    store.remove_leftovers(runs / spec.id)
    report(events.RunStarted(spec.id, spec.title, spec.conditions, finished=True))
    lacking = lacking_results(spec, known, runs, latency_batches, test=test, report=report)
    if lacking is not None:
        known = add_results(spec, splits, runs, lacking, report)
    leave_charts(known, runs / spec.id, report)
    return known


def record_failure(spec: RunSpec, failure: Failure, runs: Path, *, stderr_tail: bytes = b"") -> Record:
    """Write and return the record of a run whose worker died, with the end of its stderr.

    The epochs since its last checkpoint are lost.

    Raises
    ------
    ZooError
        If another process works on the run.
    """
    with store.claim_run(runs, spec.id) as claim:
        partial = claim.folder
        known = store.finished_record(runs, spec.id) or store.publish_complete(partial)
        if known is not None:  # the worker died after its last step
            return known
        begun = store.write_start_marker(partial, _begun(spec))
        record = _record(spec, begun.started, _failed(spec, partial, failure))
        store.publish_failed(partial, record, repairable=failure.repairable, stderr_tail=stderr_tail)
        return record


def _make(
    spec: RunSpec,
    splits: "Splits",
    claim: Claim,
    report: Report,
    latency_batches: Sequence[int],
    *,
    test: bool,
    started: str | None,
) -> Record:
    """Train, test and measure; whoever lost the claim meanwhile writes neither checkpoint nor record."""
    partial = claim.folder
    hardware.find_devices()
    begun = store.write_start_marker(partial, _begun(spec, started))
    write_invocation(partial, spec.invocation)
    if spec.manifest:
        write_atomically(partial / store.SPLITS, spec.manifest)
    trained: list[Epoch] = []
    built: dict[str, Any] = {}
    hardware.reset_peak_memory()
    try:
        engine = engine_of(spec, splits, report)
        store.delete_failed_record(partial)
        built["image_shape"] = splits.train.images.shape[1:]
        built["trainable_params"] = sum(int(np.prod(part.shape)) for part in engine.network.trainable_weights)
        built["total_params"] = engine.network.count_params()
        built["train_counts"] = tuple(np.bincount(splits.train.labels, minlength=spec.dataset.classes).tolist())
        reporting = _collecting(trained, report)
        with store.disk_errors(partial, (ZooError,)):  # any other OSError is a failure of the training
            measured = _train_and_measure(spec, engine, splits, claim, reporting, latency_batches, test=test)
            record = _record(spec, begun.started, measured | built | {"on_gpu": on_gpu()})
            claim.require()
            write_record(record, partial)
    except (BrokenPipeError, ClaimedError):  # the parent process is gone, or another one has the run
        raise
    except Exception as error:
        claim.require()
        if isinstance(error, ZooError) and not is_out_of_memory(error):
            store.delete_start_marker(partial)
            raise
        failure = failure_of(error, spec.recipe.batch_size)
        measured = _failed(spec, partial, failure, trained) | built | {"on_gpu": on_gpu()}
        record = _record(spec, begun.started, measured)
        store.publish_failed(partial, record, repairable=failure.repairable)
    else:
        leave_charts(record, store.publish(partial), report)
    return record


def _train_and_measure(
    spec: RunSpec,
    engine: "Engine",
    splits: "Splits",
    claim: Claim,
    report: Report,
    latency_batches: Sequence[int],
    *,
    test: bool,
) -> dict[str, Any]:
    from modelzoo.training.trainer import train

    partial = claim.folder
    state = train(
        engine,
        splits,
        spec.recipe,
        seed=spec.seed,
        epochs=spec.epochs,
        folder=partial,
        report=report,
        peak_memory=hardware.peak_memory_mb,
        before_save=claim.require,
    )
    temperature = score_on_validation(engine, splits, partial)
    result = score_on_test(engine, splits, partial, temperature, report) if test else None
    write_atomically(partial / HISTORY, _history(state.epochs))
    save_weights(engine.network, partial / WEIGHTS)
    flops = _flops(engine.network, report)
    measured = measure(spec, engine, splits.test, latency_batches, flops, report)
    return {
        "epochs": tuple(state.epochs),
        "best_epoch": state.best_epoch,
        "stopped_by": state.stopped_by,
        "temperature": temperature,
        "test": result,
        "latency": measured.latency,
        "no_latency": measured.missing,
        "peak_memory_mb": state.peak_memory_mb,
        "saved_model_bytes": (partial / WEIGHTS).stat().st_size,
        "flops": flops,
        "files": {
            name: sha256_of(partial / name)
            for name in (*((PREDICTIONS,) if test else ()), VALIDATION, HISTORY, WEIGHTS)
        },
        "outcome": "finished",
    }


def _flops(network: Any, report: Report) -> float | None:
    """Count the FLOPs of one image; an error becomes a note, because it must not lose the training."""
    try:
        return flops_of_image(network)
    except Exception as error:
        report(events.Note(f"the FLOPs of one image could not be counted: {type(error).__name__}: {error}"))
        return None


def _record(spec: RunSpec, started: str, measured: dict[str, Any]) -> Record:
    """Return the record; a network that was not built has no parameters."""
    return Record(
        id=spec.id,
        model=spec.model.slug,
        name=spec.model.name,
        variant=spec.variant,
        recipe_name=spec.recipe_name,
        recipe=spec.recipe,
        dataset=spec.dataset,
        seed=spec.seed,
        input_shape=spec.input_shape,
        backend=spec.backend,
        versions=hardware.versions(spec.backend),
        precision=spec.precision,
        weights_sha256=spec.weights_sha256,
        build=spec.model.build,
        hardware=hardware.hardware(),
        started=started,
        finished=now(),
        **({"trainable_params": 0, "total_params": 0} | measured),
    )


def _begun(spec: RunSpec, started: str | None = None) -> store.StartMarker:
    return store.StartMarker(
        id=spec.id,
        model=spec.model.slug,
        name=spec.title,
        recipe_name=spec.recipe_name,
        dataset=spec.dataset.name,
        seed=spec.seed,
        epochs=spec.epochs,
        started=started or now(),
    )


def _collecting(trained: list[Epoch], report: Report) -> Report:
    """Return a report that also adds each trained epoch to the list."""

    def collect(event: events.Event) -> None:
        if isinstance(event, events.EpochDone):
            trained.append(event.epoch)
        report(event)

    return collect


def _failed(spec: RunSpec, partial: Path, failure: Failure, trained: Sequence[Epoch] = ()) -> dict[str, Any]:
    """Return the fields of a failed run, with the epochs of its checkpoint and those trained after it."""
    from modelzoo.training.trainer import add_epoch

    state = load_state(partial)
    for epoch in trained:
        if epoch.epoch > len(state.epochs):
            add_epoch(spec.recipe, state, epoch)
    return {
        "epochs": tuple(state.epochs),
        "best_epoch": state.best_epoch,
        "outcome": "failed",
        "reason": failure.reason,
    }


def _history(epochs: list[Epoch]) -> str:
    """Return the learning curve as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(field.name for field in msgspec.structs.fields(Epoch))
    writer.writerows(msgspec.structs.astuple(epoch) for epoch in epochs)
    return out.getvalue()
