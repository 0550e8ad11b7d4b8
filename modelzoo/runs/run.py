"""Runs: the record of each with its folder and origin, loaded from the local folder and from the package."""

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec

from modelzoo.base import paths
from modelzoo.base.arguments import checked
from modelzoo.base.text import first_of, plural
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import identity_of
from modelzoo.runs.label import read_label
from modelzoo.runs.predictions import VALIDATION, Predictions, read_predictions
from modelzoo.runs.protocol import Protocol, protocol_of
from modelzoo.runs.record import Record, load_records_by_folder
from modelzoo.runs.store import DEFAULT_FOLDER, runs_folder
from modelzoo.runs.tables import epochs_table, facts_table, records_table
from modelzoo.tables.result import Result
from modelzoo.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Origin = Literal["local", "shipped"]


@dataclass(frozen=True, repr=False)
class Run(Result):
    """One run: its record, the folder that holds it, and its origin."""

    record: Record
    folder: Path
    origin: Origin

    _index: ClassVar[str] = "epoch"

    def tables(self) -> tuple[Table]:
        """Return the table of the main facts."""
        return (facts_table(self.record),)

    def _flat_table(self) -> Table:
        return epochs_table(self.record)

    def _summary(self) -> str:
        return f"{self.record._summary()}, {self.origin}"

    @property
    def id(self) -> str:
        """Return the id of the run."""
        return self.record.id

    @cached_property
    def label(self) -> str | None:
        """Return the label of a local run; None without one, or if it is damaged."""
        with suppress(ZooError):
            return read_label(self.folder) if self.origin == "local" else None
        return None

    @cached_property
    def protocol(self) -> Protocol:
        """Return the conditions of the run."""
        return protocol_of(self.record)

    @cached_property
    def recipe_identity(self) -> bytes:
        """Return the identity of the recipe: texts and names do not count, initial weights count by their content."""
        return msgspec.json.encode(identity_of(self.record.recipe, self.record.weights_sha256), order="sorted")

    @property
    def usable(self) -> bool:
        """Return whether the run has a test result; a failed run has none."""
        return self.record.outcome == "finished" and self.record.test is not None

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw the learning curves; write .svg, .png or .pdf to `path`, if given."""
        return self.record.plot(path)

    def predictions(self) -> Predictions | None:
        """Read the predictions for the test images; None where the run keeps none."""
        return read_predictions(self.folder, record=self.record)

    def validation_predictions(self) -> Predictions | None:
        """Read the predictions for the validation images; None where the run keeps none."""
        return read_predictions(self.folder, VALIDATION, self.record)


class Runs(Result, tuple[Run, ...]):
    """Runs in the order of `load_runs`: a tuple that a notebook shows as a table."""

    __slots__ = ()

    _index: ClassVar[str] = "run"

    def tables(self) -> tuple[Table]:
        """Return the table of the runs."""
        return (records_table(run.record for run in self),)

    def plot(self, path: "str | Path | None" = None, *, top: int | None = None) -> "Figure":
        """Draw the learning curves of the `top` most accurate runs, 7 by default; write a file to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.runs.curves_chart import figure_of_many

        return plot(lambda: figure_of_many([run.record for run in self], top=top), path)

    def _summary(self) -> str:
        models = plural(len({run.record.model for run in self}), "model")
        datasets = list(dict.fromkeys(run.record.dataset.name for run in self))
        return f"{plural(len(self), 'run')} of {models}{' on ' if datasets else ''}{first_of(datasets, 3)}"


@checked
def load_runs(
    folder: str | Path | None = None, shipped_folder: str | Path | None = None
) -> tuple[Runs, tuple[str, ...]]:
    """Load the local runs, the shipped runs, and one problem for each record that cannot be read.

    Of a run that is in both folders the local copy counts.

    Parameters
    ----------
    folder : of the local runs; by default the folder that ``ZOO_RUNS`` names, or ``./runs``
    shipped_folder : folder of the shipped runs; by default the one in the package

    Raises
    ------
    ZooError
        If a given folder is none, or cannot be read. A folder that ZOO_RUNS names is a problem instead.
    """
    local, problems = _load(runs_folder(folder), "local", given=folder is not None)
    published, damaged = _load(
        Path(shipped_folder or paths.BENCHMARKS / "results"), "shipped", given=shipped_folder is not None
    )
    return Runs(unique_runs((*local, *published))), (*problems, *damaged)


def unique_runs(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return each run once: of several copies the first.

    Copies share the id and the protocol. The same id on another machine is another measurement. A failed run measured
    nothing, so it is no copy of a finished one.
    """
    copies: dict[tuple[str, Protocol, bool], Run] = {}
    for run in runs:
        copies.setdefault((run.id, run.protocol, run.usable), run)
    return tuple(copies.values())


def by_protocol(runs: Iterable[Run]) -> dict[Protocol, list[Run]]:
    """Group runs by protocol, those with local runs first.

    Then the protocol with most models precedes, then real images precede synthetic ones, then the newest precedes.
    """
    groups: dict[Protocol, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.protocol, []).append(run)
    newest_first = sorted(
        groups, key=lambda protocol: max(run.record.finished for run in groups[protocol]), reverse=True
    )

    def order(protocol: Protocol) -> tuple[bool, int, bool]:
        of_protocol = groups[protocol]
        return all_shipped(of_protocol), -len({run.record.model for run in of_protocol}), protocol.synthetic

    return {protocol: groups[protocol] for protocol in sorted(newest_first, key=order)}


def all_shipped(runs: Iterable[Run]) -> bool:
    """Return whether none of the runs is local."""
    return all(run.origin == "shipped" for run in runs)


def _load(folder: Path, origin: Origin, *, given: bool) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    usual = folder == DEFAULT_FOLDER or origin == "shipped"
    if usual and not given and not os.path.lexists(folder):
        return (), ()
    try:
        records, problems = load_records_by_folder(folder)
    except ZooError as error:
        if given:
            raise
        return (), (f"{error}; the other runs are shown",)
    return tuple(Run(record, path, origin) for record, path in records), problems
