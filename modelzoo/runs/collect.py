"""The runs a leaderboard is made of: those made here, and those that came with the package."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from modelzoo.base import paths
from modelzoo.runs.protocol import Protocol, protocol_of
from modelzoo.runs.record import Record, load_records_by_folder

if TYPE_CHECKING:
    from modelzoo.runs.predictions import Predictions

# Where runs lie unless --runs or ZOO_RUNS says otherwise.
RUNS = Path("runs")


@dataclass(frozen=True)
class Gathered:
    """All readable runs, a sentence for each that is not, and the folder that each lies in."""

    local: tuple[Record, ...]
    shipped: tuple[Record, ...]
    faults: tuple[str, ...]
    folders: Mapping[tuple[str, Protocol], Path] = field(default_factory=dict)

    def predictions(self, record: Record) -> "Predictions | None":
        """What the run predicted for each test image; None where it does not keep that."""
        from modelzoo.runs.predictions import read_predictions

        return read_predictions(self.folders[record.id, protocol_of(record)])


def gather(runs: Path = RUNS, shipped: Path | None = None) -> Gathered:
    """The runs in that folder and the shipped ones.

    A folder that was named and is not there is a fault; without the usual one, nothing has been benched yet.
    """
    shipped = paths.BENCHMARKS / "results" if shipped is None else shipped
    local, faults = load_records_by_folder(runs)
    if not runs.is_dir() and runs != RUNS:
        faults = (f"{runs} is no folder; only the shipped results are shown",)
    published, damaged = load_records_by_folder(shipped)
    # Of a run that is in both, the local copy counts, as in the leaderboard.
    folders = {(record.id, protocol_of(record)): folder for record, folder in (*published, *local)}
    return Gathered(_records(local), _records(published), (*faults, *damaged), folders)


def _records(found: tuple[tuple[Record, Path], ...]) -> tuple[Record, ...]:
    return tuple(record for record, _ in found)
