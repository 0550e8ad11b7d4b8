"""Several runs at a time on one machine: a thread for each worker, events and outcomes in the main thread."""

import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from time import sleep

from modelzoo.benchmarking.jobs import AGAIN_S, Attempt, Claimed, JobMaker, Outcome, Slot
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.shares import Share
from modelzoo.benchmarking.worker import Stop
from modelzoo.errors import ZooError
from modelzoo.runs.events import Event, OfRun, Report, RunEnded, RunStarted
from modelzoo.runs.record import Record


def make_in_parallel(
    attempts: Sequence[Attempt],
    maker: JobMaker,
    shares: Sequence[Share],
    folder: Path,
    report: Report,
    *,
    wait: bool,
) -> Iterator[tuple[int, Outcome]]:
    """Make runs as `make_runs` does, one for each share at a time.

    Latency would be wrong while other workers run. It is measured after all trainings, one run at a time.
    """
    untimed: deque[int] = deque()
    with _Pool(attempts, maker, shares, folder, report) as pool:
        left: Sequence[int] = range(len(attempts))
        first = True
        while left:
            claimed = []
            for index, outcome in pool.make(left):
                if isinstance(outcome, Claimed) and (first or wait or not attempts[index].held):
                    claimed.append(index)
                elif _is_finished(outcome) and attempts[index].job.latency_batches:
                    untimed.append(index)
                else:
                    yield index, outcome
            for index in claimed if first and wait else ():
                attempts[index].report_wait(report)
            if claimed and not first:
                sleep(AGAIN_S)
            left, first = claimed, False
        for index in untimed:
            yield from pool.make([index], timing=True)


@dataclass(frozen=True)
class _Ended:
    """A job that left its slot with an outcome, or with an error that is a defect."""

    index: int
    slot: int
    outcome: Outcome | BaseException


class _Pool:
    """Threads that each wait for one worker; a context manager, so that no worker outlives it."""

    def __init__(
        self, attempts: Sequence[Attempt], maker: JobMaker, shares: Sequence[Share], folder: Path, report: Report
    ) -> None:
        self._attempts, self._maker, self._shares, self._report = attempts, maker, shares, report
        self._names = unique_names([attempt.job.spec for attempt in attempts])
        self._folders = [folder / f"worker-{number}" for number in range(1, len(shares) + 1)]
        self._inbox: SimpleQueue[OfRun | _Ended] = SimpleQueue()
        self._stop = Stop()
        self._running: set[int] = set()

    def __enter__(self) -> "_Pool":
        """Make a folder for each worker."""
        for folder in self._folders:
            folder.mkdir(exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the workers that still run, as Ctrl-C does: each saves its whole epochs. Ctrl-C now kills them."""
        self._stop.requests = 1
        while self._running:
            try:
                message = self._inbox.get()
                if isinstance(message, OfRun):
                    self._report(message)
                else:
                    self._running.discard(message.slot)
            except KeyboardInterrupt:
                self._stop.requests += 1

    def make(self, indices: Sequence[int], *, timing: bool = False) -> Iterator[tuple[int, Outcome]]:
        """Make these jobs, and yield each outcome as its run ends; `timing` measures the latency of finished runs."""
        left = deque(indices)
        while left or self._running:
            while left and len(self._running) < len(self._shares):
                self._start(left.popleft(), timing)
            message = self._inbox.get()
            if isinstance(message, OfRun):
                if not (timing and isinstance(message.event, RunStarted)):
                    self._report(message)
                continue
            self._running.discard(message.slot)
            if isinstance(message.outcome, BaseException) and not isinstance(message.outcome, ZooError):
                raise message.outcome
            if not timing and not isinstance(message.outcome, Claimed):
                self._report(self._of(message.index, RunEnded(result_of(message.outcome))))
            yield message.index, message.outcome

    def _start(self, index: int, timing: bool) -> None:
        slot = min(set(range(len(self._shares))) - self._running)
        self._running.add(slot)
        threading.Thread(target=self._work, args=(index, slot, timing), daemon=True).start()

    def _work(self, index: int, slot: int, timing: bool) -> None:
        share = self._shares[slot]

        def report(event: Event) -> None:
            self._inbox.put(self._of(index, event))

        outcome: Outcome | BaseException
        try:
            share.use_cores()
            place = Slot(self._folders[slot], report, share.environment, self._stop)
            outcome = self._maker.make(self._attempts[index], place, latency=timing)
        except BaseException as error:  # of a request to stop, or a defect, which the main thread raises
            outcome = error
        self._inbox.put(_Ended(index, slot, outcome))

    def _of(self, index: int, event: Event) -> OfRun:
        return OfRun(self._attempts[index].job.spec.id, self._names[index], event)


def unique_names(specs: Sequence[RunSpec]) -> list[str]:
    """Return a name for each run: its title, and the seed, the recipe or both where titles are the same."""
    names = [spec.title for spec in specs]
    for part in ("seed {0.seed}", "recipe {0.recipe_name}", "{0.id}"):
        count = Counter(names)
        names = [
            f"{name}, {part.format(spec)}" if count[name] > 1 and _differ(part, name, names, specs) else name
            for name, spec in zip(names, specs, strict=True)
        ]
    return names


def _differ(part: str, name: str, names: Sequence[str], specs: Sequence[RunSpec]) -> bool:
    """Return whether the runs of one name differ by this part."""
    return len({part.format(spec) for spec, other in zip(specs, names, strict=True) if other == name}) > 1


def _is_finished(outcome: Outcome) -> bool:
    return isinstance(outcome, Record) and outcome.outcome == "finished"


def result_of(outcome: Outcome) -> str:
    """Return the outcome of a run in words."""
    if not isinstance(outcome, Record):
        return f"not made: {outcome}"
    if outcome.outcome == "failed":
        return f"failed: {outcome.reason}"
    if outcome.test is not None:
        return f"finished, test accuracy {outcome.test.top1:.2f} %"
    best = outcome.tested_epoch
    return "finished" if best is None else f"finished, validation accuracy {best.val_accuracy:.2f} %"
