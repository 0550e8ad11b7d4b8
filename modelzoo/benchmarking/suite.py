"""Benchmarks of a suite: its runs, each with its own recipe, under the same options for the rest."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modelzoo.benchmarking import bench
from modelzoo.benchmarking.names import ModelRecipe, resolve_models
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.catalog.models import BUILDERS
from modelzoo.errors import ZooError
from modelzoo.machine.requirements import require_packages
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
    name: str | Path,
    dataset: "str | DataSet",
    options: BenchOptions,
    *,
    allow_code: bool = False,
    command: str = "",
    report: Report = ignore,
) -> BenchedSuite:
    """Bench every run of a suite, each with its own recipe; a run that fails does not end the others.

    Every run is checked before the first one is trained.

    Parameters
    ----------
    allow_code : import the functions that a TOML file names as builders (``package.module:function``), which runs the
        code of their modules

    Raises
    ------
    ZooError
        If the suite, the data set or one of the runs cannot be used as it is.
    """
    suite, models = suite_models(name, allow_code=allow_code)
    return BenchedSuite(suite, bench.bench_each(models, dataset, options, command=command, report=report))


def suite_models(name: str | Path, *, allow_code: bool = False) -> tuple[Suite, list[ModelRecipe]]:
    """Load a suite, and resolve the model and the recipe of each run, as for `bench_suite`."""
    require_packages()
    from modelzoo.catalog.catalog import load_catalog

    suite, catalog = load_suite(name), load_catalog()
    for index, run in enumerate(suite.runs):
        if ":" in run.model and run.model.partition(":")[0] not in BUILDERS and not allow_code:
            raise ZooError(
                f"{name}: runs[{index}]: model is {run.model!r}, whose module runs its code when it is imported; "
                "if you trust it, add --allow-code (allow_code=True)"
            )
    resolved = resolve_models(catalog, [run.model for run in suite.runs])
    return suite, [(model, run.recipe) for model, run in zip(resolved, suite.runs, strict=True)]
