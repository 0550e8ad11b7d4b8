"""Benching a suite: its runs, each with its own recipe, under the same settings for the rest."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelzoo.benchmarking import bench
from modelzoo.benchmarking.models import find_model
from modelzoo.benchmarking.run_spec import Settings
from modelzoo.machine.requirements import require_bench_extra
from modelzoo.recipes.suite import Suite, SuiteRun, load_suite
from modelzoo.runs.record import Record

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet


@dataclass(frozen=True)
class BenchedSuite:
    """A suite and what came of its runs; with several seeds each of them was run as many times."""

    suite: Suite
    benched: bench.Benched

    @property
    def rows(self) -> tuple[tuple[SuiteRun, Record | None], ...]:
        """Each run with its record, None where there is none."""
        seeds = len(self.benched.measured) // len(self.suite.runs)
        runs = [run for run in self.suite.runs for _ in range(seeds)]
        return tuple(zip(runs, self.benched.measured, strict=True))


def bench_suite(name: str | Path, dataset: "str | DataSet", settings: Settings, **how: Any) -> BenchedSuite:
    """Bench every run of a suite; one that fails does not keep back the others.

    All are checked before the first one is trained. The settings' limits apply to each run, its recipe is its own.

    Parameters
    ----------
    how : as in `bench_each`

    Raises
    ------
    ZooError
        If the suite, the data set or one of the runs cannot be used as it is.
    """
    require_bench_extra()
    from modelzoo.catalog.catalog import load_catalog

    suite, catalog = load_suite(name), load_catalog()
    asked = [(find_model(catalog, run.model), replace(settings, recipe=run.recipe)) for run in suite.runs]
    return BenchedSuite(suite, bench.bench_each(asked, dataset, **how))
