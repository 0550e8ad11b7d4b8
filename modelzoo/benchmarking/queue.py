"""The queue: a list of runs that one process makes, or that several processes share by their claims."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import sleep

from modelzoo.base.claims import Watch, end_stale_claim
from modelzoo.base.paths import shown
from modelzoo.benchmarking.prepare import in_geometry
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.run_worker import run_in_worker
from modelzoo.datasets.dataset import Splits
from modelzoo.errors import ClaimedError, ZooError
from modelzoo.runs import store
from modelzoo.runs.events import Report, ignore
from modelzoo.runs.record import RECORD, Record, read_record

# A claimed run is looked at again after this time.
_AGAIN_S = 1.0


@dataclass(frozen=True)
class Job:
    """One run to make, and what is measured after its training."""

    spec: RunSpec
    latency_batches: tuple[int, ...] = ()
    test: bool = True


@dataclass(frozen=True)
class Claimed:
    """A run that another process works on, which `text` names."""

    text: str


Outcome = Record | ZooError | Claimed


def make_runs(
    jobs: Iterable[Job],
    splits: Splits,
    runs: Path,
    *,
    folder: Path,
    limit_s: float | None = None,
    wait: bool = False,
    report: Report = ignore,
) -> Iterator[tuple[int, Outcome]]:
    """Make each run in a worker, and yield its index and outcome when it ends.

    An error ends one run alone. A claimed run is skipped, and tried again after the others. Several processes that make
    the same list share its work. A run whose claim is stale is taken over.

    Parameters
    ----------
    jobs : taken one by one, as the runs before them end
    splits : as `export_splits` returns them; files of images are decoded to the input of each network
    folder : for temporary files of the workers
    limit_s : seconds for each run
    wait : wait for the runs of other processes; otherwise they are yielded as `Claimed` at the end
    """
    queue = RunQueue(splits, runs, folder=folder, limit_s=limit_s, report=report)
    claimed: dict[int, Attempt] = {}
    for index, job in enumerate(jobs):
        attempt = Attempt(job, runs)
        outcome = queue.make(attempt)
        if isinstance(outcome, Claimed):
            claimed[index] = attempt
        else:
            yield index, outcome
    while claimed:
        for index, attempt in list(claimed.items()):
            outcome = queue.make(attempt)
            if not isinstance(outcome, Claimed) or (attempt.held and not wait):
                del claimed[index]
                yield index, outcome
        if claimed:
            sleep(_AGAIN_S)


class Attempt:
    """A job, and the claim of its run as this process has observed it so far."""

    def __init__(self, job: Job, runs: Path) -> None:
        self.job = job
        self._partial = runs / f"{job.spec.id}{store.PARTIAL}"
        self._final = runs / job.spec.id / RECORD
        self._watch = Watch(self._partial)
        self._failed_before: str | None = None  # the end of a failed run, as of the first look at another's claim
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
        return self._remember(str(error))

    def failed_elsewhere(self) -> Record | None:
        """Return the record of a run that failed in the process that had claimed it; it is not tried twice."""
        failed = self._failed() if self._was_claimed else None
        return failed if failed is not None and failed.finished != self._failed_before else None

    def _remember(self, text: str) -> Claimed:
        if not self._was_claimed:
            failed = self._failed()
            self._was_claimed, self._failed_before = True, failed.finished if failed else None
        return Claimed(text)

    def _failed(self) -> Record | None:
        with suppress(ZooError):
            record = read_record(self._final)
            return record if record.outcome == "failed" else None
        return None


class RunQueue:
    """The work on jobs: images decoded once for each geometry, and runs in workers."""

    def __init__(self, splits: Splits, runs: Path, *, folder: Path, limit_s: float | None, report: Report) -> None:
        self._splits, self._runs, self._folder, self._limit_s = splits, runs, folder, limit_s
        self._report = report
        self._decoded: dict[tuple[object, ...], Splits] = {}

    def make(self, attempt: Attempt) -> Outcome:
        """Make the run of a job, unless another process works on it."""
        job = attempt.job
        try:
            outcome = attempt.claimed() or attempt.failed_elsewhere()
            return outcome or run_in_worker(
                job.spec,
                self.decoded(job.spec),
                self._runs,
                folder=self._folder,
                limit_s=self._limit_s,
                latency_batches=job.latency_batches,
                test=job.test,
                report=self._report,
            )
        except ClaimedError as error:
            return attempt.lost(error)
        except ZooError as error:
            return error

    def decoded(self, spec: RunSpec) -> Splits:
        """Return the images in the geometry of the run's network."""
        geometry = spec.recipe.input.geometry
        if geometry not in self._decoded:
            self._decoded[geometry] = in_geometry(spec.recipe, self._splits, self._report)
        return self._decoded[geometry]
