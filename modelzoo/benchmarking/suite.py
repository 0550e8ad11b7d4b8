"""Benchmarks of a suite: its runs, each with its own recipe, under the same options for the rest."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelzoo.benchmarking import bench
from modelzoo.benchmarking.models import resolve_model
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.machine.requirements import require_bench_extra
from modelzoo.recipes.suite import Suite, SuiteRun, load_suite
from modelzoo.runs.events import Report, ignore
from modelzoo.runs.record import Record

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet


@dataclass(frozen=True)
class BenchedSuite:
    """A suite and the result of its runs, one for each seed."""

    suite: Suite
    benched: bench.BenchResult

    @property
    def rows(self) -> tuple[tuple[SuiteRun, Record | None], ...]:
        """Return each run with its record, None where there is none."""
        seeds = len(self.benched.measured) // len(self.suite.runs)
        runs = [run for run in self.suite.runs for _ in range(seeds)]
        return tuple(zip(runs, self.benched.measured, strict=True))


def bench_suite(
    name: str | Path, dataset: "str | DataSet", options: BenchOptions, *, report: Report = ignore
) -> BenchedSuite:
    """Bench every run of a suite, each with its own recipe; a run that fails does not end the others.

    Every run is checked before the first one is trained.

    Raises
    ------
    ZooError
        If the suite, the data set or one of the runs cannot be used as it is.
    """
    require_bench_extra(report)
    from modelzoo.catalog.catalog import load_catalog

    suite, catalog = load_suite(name), load_catalog()
    models = [(resolve_model(catalog, run.model), run.recipe) for run in suite.runs]
    return BenchedSuite(suite, bench.bench_each(models, dataset, options, report=report))
