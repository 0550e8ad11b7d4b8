"""The queue: a list of runs that one process makes, or that several processes share by their claims."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from time import sleep

from modelzoo.benchmarking.jobs import AGAIN_S, Attempt, Claimed, Job, JobMaker, Outcome, Slot
from modelzoo.benchmarking.parallel import make_in_parallel
from modelzoo.benchmarking.shares import divide_machine
from modelzoo.datasets.dataset import Splits
from modelzoo.runs.events import Report, ignore

__all__ = ["Claimed", "Job", "Outcome", "make_runs"]


def make_runs(
    jobs: Iterable[Job],
    splits: Splits,
    runs: Path,
    *,
    folder: Path,
    workers: int = 1,
    limit_s: float | None = None,
    wait: bool = False,
    report: Report = ignore,
) -> Iterator[tuple[int, Outcome]]:
    """Make each run in a worker, and yield its index and outcome when it ends.

    An error ends one run alone. A claimed run is skipped, and tried again after the others. Several processes that make
    the same list share its work. A run whose claim is stale is taken over.

    Parameters
    ----------
    jobs : taken one by one, as the runs before them end; with several workers all at once
    splits : as `export_splits` returns them; files of images are decoded to the input of each network
    folder : for temporary files of the workers
    workers : runs at a time, each with its own GPU or its share of the cores. Their latency is measured one run at a
        time, after all trainings. Their events are wrapped in `OfRun`
    limit_s : seconds for each run
    wait : wait for the runs of other processes; otherwise they are yielded as `Claimed` at the end

    Raises
    ------
    ZooError
        If the machine has too few GPUs, cores or memory for the workers.
    """
    maker = JobMaker(splits, runs, limit_s=limit_s)
    if workers > 1:
        listed = list(jobs)
        worker_mb = max([job.memory_mb or 0.0 for job in listed], default=0.0)
        shares = divide_machine(max(1, min(workers, len(listed))), worker_mb=worker_mb)
        yield from make_in_parallel([Attempt(job, runs) for job in listed], maker, shares, folder, report, wait=wait)
        return
    slot = Slot(folder, report)
    claimed: dict[int, Attempt] = {}
    for index, job in enumerate(jobs):
        attempt = Attempt(job, runs)
        outcome = maker.make(attempt, slot)
        if isinstance(outcome, Claimed):
            claimed[index] = attempt
        else:
            yield index, outcome
    for attempt in claimed.values() if wait else ():
        attempt.report_wait(report)
    while claimed:
        for index, attempt in list(claimed.items()):
            outcome = maker.make(attempt, slot)
            if not isinstance(outcome, Claimed) or (attempt.held and not wait):
                del claimed[index]
                yield index, outcome
        if claimed:
            sleep(AGAIN_S)
