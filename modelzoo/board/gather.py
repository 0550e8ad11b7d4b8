"""The runs a leaderboard is made of: those made here, and those that came with the package."""

from dataclasses import dataclass
from pathlib import Path

from modelzoo import content
from modelzoo.training.record import Record, load_records

# Where runs lie unless --runs or ZOO_RUNS says otherwise.
RUNS = Path("runs")


@dataclass(frozen=True)
class Gathered:
    """All readable runs, and a sentence for each that is not."""

    local: tuple[Record, ...]
    shipped: tuple[Record, ...]
    faults: tuple[str, ...]


def gather(runs: Path = RUNS, shipped: Path | None = None) -> Gathered:
    """The runs in that folder and the shipped ones.

    A folder that was named and is not there is a fault; without the usual one, nothing has been benched yet.
    """
    shipped = content.BENCHMARKS / "results" if shipped is None else shipped
    local, faults = load_records(runs)
    if not runs.is_dir() and runs != RUNS:
        faults = (f"{runs} is no folder; only the shipped results are shown",)
    published, damaged = load_records(shipped)
    return Gathered(local, published, (*faults, *damaged))
