"""The values to rank: those of the caller, of the catalog, or measured ones of runs."""

from pathlib import Path
from typing import Any

from msgspec.structs import replace

from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.errors import ZooError
from modelzoo.scoring.criterion_spec import By

# The criteria of measured models, where none are named.
MEASURED_BY = "accuracy,latency,params"

# The parameters of public functions that choose measured values.
MEASURED_OPTIONS = ("measured", "runs", "dataset", "hardware", "shipped")


def chosen_values(
    data: Any, by: By | None, *, measured: bool = False, runs: str | Path | None = None, **selection: Any
) -> tuple[Any, By | None]:
    """Return the data to rank, and the criteria; None where the caller of this function has default ones.

    Parameters
    ----------
    data, by : as `rank` takes them
    measured : load measured runs instead of the catalog
    runs, selection : as `load_measured` takes them
    """
    if measured:
        if data is not None:
            raise ZooError("`measured` ranks runs, and data are given too; give one of them")
        return load_measured(runs, **selection), MEASURED_BY if by is None else by
    for name, value in {"runs": runs, **selection}.items():
        if value:
            raise ZooError(f"`{name}` is for `measured`; give both, or rank published values without it")
    return load_catalog() if data is None else data, by


def load_measured(
    runs: str | Path | None = None,
    *,
    dataset: str | None = None,
    hardware: str | None = None,
    shipped: bool = False,
) -> DecisionTable:
    """Load the measured values of one protocol, the one with most models.

    `problems` of the table name the records that cannot be read, its `note` the runs that are left out.

    Parameters
    ----------
    runs : folder of the local runs; by default the folder that ``ZOO_RUNS`` names, or ``./runs``
    dataset, hardware, shipped : which of the runs, as `choose_runs` takes them

    Raises
    ------
    ZooError
        If no run matches, or none was completed.
    """
    from modelzoo.runs.measured import measured_table
    from modelzoo.runs.run import load_runs  # ranking published values starts sooner without

    loaded, problems = load_runs(runs)
    table, note = measured_table(loaded, dataset=dataset, hardware=hardware, shipped=shipped)
    return replace(table, problems=problems, note=note)
