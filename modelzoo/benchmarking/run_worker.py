"""Runs and trials in workers, and the record of a run whose worker died."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from modelzoo.architectures.builder import find_builder
from modelzoo.benchmarking.complete import describe, lacking_results
from modelzoo.benchmarking.run import record_failure, run
from modelzoo.benchmarking.run_spec import RunSpec, with_built_network
from modelzoo.benchmarking.trial import try_steps
from modelzoo.benchmarking.worker import Stop, WorkerDied, call_in_worker
from modelzoo.datasets.dataset import Splits
from modelzoo.datasets.mapped import load_splits
from modelzoo.errors import ZooError
from modelzoo.machine.requirements import loading, require_bench_extra
from modelzoo.runs import events, store
from modelzoo.runs.events import Event, Report, ignore
from modelzoo.runs.record import Record, now
from modelzoo.timing.measure import BATCHES
from modelzoo.training.failure import Failure, ended_by_itself, over_limit


def run_in_worker(
    spec: RunSpec,
    splits: Splits,
    runs: Path,
    *,
    folder: Path,
    limit_s: float | None = None,
    latency_batches: Sequence[int] = BATCHES,
    test: bool = True,
    report: Report = ignore,
    environment: Mapping[str, str] | None = None,
    stop: Stop | None = None,
) -> Record:
    """Return the record of the spec's run, as `run` does, made in a worker within `limit_s` seconds.

    A worker that dies leaves the record of a failed run; the checkpoint of the run stays.

    Parameters
    ----------
    splits : with images in files, since the worker gets a copy of arrays
    folder : for temporary files of the worker
    environment, stop : as for `call_in_worker`
    """
    known = store.finished_record(runs, spec.id)
    lacking = None
    if known is not None:
        lacking = lacking_results(spec, known, runs, latency_batches, test=test, report=report)
    if known is not None and lacking is None:
        store.remove_leftovers(runs / spec.id)
        report(events.RunStarted(spec.id, spec.title, spec.conditions, finished=True))
        return known
    progress = _Progress(report)
    report(loading(spec.backend))
    record = call_in_worker(
        work,
        spec,
        splits,
        runs.absolute(),
        tuple(latency_batches),
        test,
        now(),
        folder=folder,
        backend=spec.backend,
        limit_s=limit_s,
        report=progress,
        environment=environment,
        stop=stop,
    )
    if not isinstance(record, WorkerDied):
        return record
    failure = failure_of_worker(record, spec, progress.position, limit_s)
    if lacking is not None:
        raise ZooError(f"{describe(lacking)} is not added to the finished run: {failure.reason}")
    return record_failure(spec, failure, runs, stderr_tail=record.stderr_tail)


def try_in_worker(spec: RunSpec, splits: Splits, *, folder: Path, limit_s: float | None) -> float | Failure | None:
    """Return the peak memory of a few training steps, as `try_steps` does, made in a worker as by `run_in_worker`."""
    progress = _Progress(ignore)
    peak_mb = call_in_worker(
        try_work, spec, splits, folder=folder, backend=spec.backend, limit_s=limit_s, report=progress
    )
    return failure_of_worker(peak_mb, spec, progress.position, limit_s) if isinstance(peak_mb, WorkerDied) else peak_mb


def build_in_worker(spec: RunSpec, folder: Path, limit_s: float | None, *, report: Report = ignore) -> RunSpec:
    """Return the spec with its built network, as `with_built_network` does; an imported builder is called in a worker.

    Raises
    ------
    ZooError
        If the builder fails, crashes or takes longer.
    """
    if not find_builder(spec.model.build).imported:
        return spec
    report(events.Waiting(f"building {spec.title}"))
    built = call_in_worker(build_work, spec, folder=folder, backend=spec.backend, limit_s=limit_s, report=report)
    if isinstance(built, WorkerDied):
        raise ZooError(failure_of_worker(built, spec, " while its network was built", limit_s).reason)
    return built


def build_work(report: Report, spec: RunSpec) -> RunSpec:
    """Build the network, in the worker."""
    require_bench_extra(precision=spec.precision)
    return with_built_network(spec, report)


def work(
    report: Report, spec: RunSpec, splits: Splits, runs: Path, latency_batches: Sequence[int], test: bool, started: str
) -> Record:
    """Make the run, in the worker that was started then."""
    require_bench_extra(precision=spec.precision)
    images = load_splits(splits)
    return run(spec, images, runs, report, latency_batches=latency_batches, test=test, started=started)


def try_work(report: Report, spec: RunSpec, splits: Splits) -> float | None:
    """Make the trial, in the worker."""
    require_bench_extra(precision=spec.precision)
    return try_steps(spec, load_splits(splits))


def failure_of_worker(died: WorkerDied, spec: RunSpec, position: str, limit_s: float | None) -> Failure:
    """Return the failure of a run whose worker died at this position of it."""
    if died.late and limit_s is not None:
        return over_limit(limit_s, position)
    return ended_by_itself(died.exit_code, position, batch_size=spec.recipe.batch_size, oom_kills=died.oom_kills)


class _Progress:
    """Reports the events of a run, and keeps its position for the message of a failure."""

    def __init__(self, report: Report) -> None:
        self.position = " before its first step"
        self._report = report

    def __call__(self, event: Event) -> None:
        match event:
            case events.Resumed():
                self.position = f" in epoch {event.epochs + 1}"
            case events.Step():
                self.position = f" in epoch {event.epoch}"
            case events.EpochDone():
                self.position = f" after epoch {event.epoch.epoch}"
            case events.Measuring():
                self.position = f" while measuring {event.what}"
        self._report(event)
