"""The choice of the place where runs are made: workers of this machine, or a Ray cluster."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

from modelzoo.benchmarking.on_ray import make_runs_on_ray
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.queue import Job, Outcome, make_runs
from modelzoo.datasets.dataset import Splits
from modelzoo.runs.events import Report, ignore


class MakeRuns(Protocol):
    """A function that makes runs, as `make_runs` does."""

    def __call__(
        self, jobs: Iterable[Job], splits: Splits, runs: Path, *, wait: bool = False, report: Report = ignore
    ) -> Iterator[tuple[int, Outcome]]:
        """Make each run, and yield its index and outcome when it ends."""


def executor_of(options: BenchOptions, folder: Path) -> MakeRuns:
    """Return the function that makes runs where the options say; `folder` is for temporary files."""
    if options.ray is not None:
        return partial(make_runs_on_ray, address=options.ray, limit_s=options.time_limit_s)
    return partial(make_runs, folder=folder, workers=options.workers, limit_s=options.time_limit_s)
