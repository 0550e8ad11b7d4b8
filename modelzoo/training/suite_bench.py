"""Benching a suite: each of its runs in turn, all under the same settings."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelzoo.errors import ZooError
from modelzoo.training import runner
from modelzoo.training.events import Report, ignore
from modelzoo.training.lookup import find_model
from modelzoo.training.plan import Settings, make_plan, split_data
from modelzoo.training.record import Record
from modelzoo.training.suite import Suite, SuiteRun, load_suite

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet


@dataclass(frozen=True)
class BenchedSuite:
    """A suite with the record of each of its runs, None where there is none, and a line for each of these."""

    suite: Suite
    measured: tuple[Record | None, ...]
    faults: tuple[str, ...]

    @property
    def records(self) -> tuple[Record, ...]:
        """Those there are."""
        return tuple(record for record in self.measured if record is not None)

    @property
    def failed(self) -> bool:
        """Whether any of the runs failed."""
        return bool(self.faults) or any(record.outcome == "failed" for record in self.records)


def bench_suite(
    name: str | Path,
    dataset: "str | DataSet",
    settings: Settings,
    *,
    data_dir: str | Path | None = None,
    report: Report = ignore,
    **more: Any,
) -> BenchedSuite:
    """Bench every run of a suite; one that fails does not keep back the others.

    All are checked before the first one is trained. The settings' limits apply to each run, its recipe is its own.

    Parameters
    ----------
    more : what `bench_all` takes beside these

    Raises
    ------
    ZooError
        If the suite, the data set or one of the runs cannot be used as it is.
    """
    runner.require_bench_extra()
    suite = load_suite(name)
    _require_plans(suite, dataset, settings, data_dir)
    measured: list[Record | None] = []
    faults: list[str] = []
    for run in suite.runs:
        try:
            benched = runner.bench_all(
                (run.model,), dataset, _own(settings, run), data_dir=data_dir, report=report, **more
            )
            measured.append(benched.records[0])
            faults += benched.faults
        except ZooError as error:
            measured.append(None)
            faults.append(f"{run.model}, recipe {run.recipe or 'of its name'}: {error}")
    return BenchedSuite(suite, tuple(measured), tuple(faults))


def _require_plans(suite: Suite, dataset: "str | DataSet", settings: Settings, data_dir: str | Path | None) -> None:
    """Raise a ZooError now for what only the last run would come to otherwise."""
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.datasets.load import load_dataset

    catalog = load_catalog()
    loaded = load_dataset(dataset, data_dir) if isinstance(dataset, str) else dataset
    _, facts = split_data(loaded, settings.limit_train, ignore)
    for run in suite.runs:
        make_plan(find_model(catalog, run.model), facts, _own(settings, run), ignore)


def _own(settings: Settings, run: SuiteRun) -> Settings:
    return replace(settings, recipe=run.recipe)
