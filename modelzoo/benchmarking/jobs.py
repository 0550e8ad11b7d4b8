"""Jobs: runs to make, and the claims of other processes on them."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from modelzoo.base.claim_files import Watch
from modelzoo.base.claims import end_stale_claim
from modelzoo.base.paths import shown
from modelzoo.benchmarking.prepare import in_geometry
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.run_worker import run_in_worker
from modelzoo.benchmarking.worker import Stop
from modelzoo.datasets.dataset import Splits
from modelzoo.errors import ClaimedError, ZooError
from modelzoo.runs import store
from modelzoo.runs.events import Note, Report
from modelzoo.runs.record import RECORD, Record, read_record

# A claimed run is looked at again after this time.
AGAIN_S = 1.0


@dataclass(frozen=True)
class Job:
    """One run to make, and what is measured after its training.

    `memory_mb` is the memory of its worker, if a trial has measured it.
    """

    spec: RunSpec
    latency_batches: tuple[int, ...] = ()
    test: bool = True
    memory_mb: float | None = None


@dataclass(frozen=True)
class Claimed:
    """A run that another process works on, which `text` names."""

    text: str


Outcome = Record | ZooError | Claimed


class Attempt:
    """A job, and the claim of its run as this process has observed it so far."""

    def __init__(self, job: Job, runs: Path) -> None:
        self.job = job
        self._partial = runs / f"{job.spec.id}{store.PARTIAL}"
        self._final = runs / job.spec.id / RECORD
        self._watch = Watch(self._partial)
        self._failed_before: str | None = None  # the end of a failed run, as of the first look at another's claim
        self._claim = Claimed("")
        self._was_claimed = self.held = False

    def claimed(self) -> Claimed | None:
        """Return the claim of another process; a stale claim is ended.

        `held` then says whether the other process has given a sign of life.
        """
        with store.disk_errors(self._partial):
            sight = self._watch.look()
            if sight.state == "stale":
                end_stale_claim(self._partial, sight)
        self.held = sight.state == "held"
        return self._remember(f"{sight.holder} works on {shown(self._partial)}") if sight.in_force else None

    def lost(self, error: ClaimedError) -> Claimed:
        """Return the claim of a process that was faster."""
        self.held = True
        return self._remember(str(error).partition(";")[0])

    def failed_elsewhere(self) -> Record | None:
        """Return the record of a run that failed in the process that had claimed it; it is not tried twice."""
        failed = self._failed() if self._was_claimed else None
        return failed if failed is not None and failed.finished != self._failed_before else None

    def report_wait(self, report: Report) -> None:
        """Report that this process waits for the one that holds the run."""
        report(Note(f"{self._claim.text}; waiting for it"))

    def _remember(self, text: str) -> Claimed:
        if not self._was_claimed:
            failed = self._failed()
            self._was_claimed, self._failed_before = True, failed.finished if failed else None
        self._claim = Claimed(text)
        return self._claim

    def _failed(self) -> Record | None:
        with suppress(ZooError):
            record = read_record(self._final)
            return record if record.outcome == "failed" else None
        return None


@dataclass(frozen=True)
class Slot:
    """The place of one worker: its folder for temporary files, its listener, its variables, and a request to stop."""

    folder: Path
    report: Report
    environment: Mapping[str, str] | None = None
    stop: Stop | None = None


class JobMaker:
    """The work on jobs, also from several threads: images decoded once for each geometry, and runs in workers."""

    def __init__(self, splits: Splits, runs: Path, *, limit_s: float | None) -> None:
        self._splits, self._runs, self._limit_s = splits, runs, limit_s
        self._decoded: dict[tuple[object, ...], Splits] = {}
        self._decoding = threading.Lock()

    def make(self, attempt: Attempt, slot: Slot, *, latency: bool = True) -> Outcome:
        """Make the run of a job, unless another process works on it; `latency` is false to measure none yet."""
        job = attempt.job
        try:
            return (
                attempt.claimed()
                or attempt.failed_elsewhere()
                or run_in_worker(
                    job.spec,
                    self._images(job.spec, slot.report),
                    self._runs,
                    folder=slot.folder,
                    limit_s=self._limit_s,
                    latency_batches=job.latency_batches if latency else (),
                    test=job.test,
                    report=slot.report,
                    environment=slot.environment,
                    stop=slot.stop,
                )
            )
        except ClaimedError as error:
            return attempt.lost(error)
        except ZooError as error:
            return error

    def _images(self, spec: RunSpec, report: Report) -> Splits:
        """Return the images in the geometry of the run's network."""
        geometry = spec.recipe.input.geometry
        with self._decoding:
            if geometry not in self._decoded:
                self._decoded[geometry] = in_geometry(spec.recipe, self._splits, report)
            return self._decoded[geometry]
