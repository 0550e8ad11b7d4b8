"""Runs that are not tested, as the rounds of a race: listed below the leaderboard, without a rank."""

from collections.abc import Hashable, Iterable, Sequence
from statistics import fmean

from msgspec import Struct

from modelzoo.runs.measured import validation_accuracy
from modelzoo.runs.run import Run
from modelzoo.tables.table import Column, Table


class UntestedRuns(Struct, frozen=True, kw_only=True):
    """The runs of one recipe that are not tested: their seeds, and their mean validation accuracy in percent."""

    model: str
    name: str
    recipe: str
    dataset: str
    epochs: int
    seeds: tuple[int, ...]
    validation_accuracy: float | None
    runs: tuple[str, ...]


def untested_runs(runs: Iterable[Run]) -> tuple[UntestedRuns, ...]:
    """Return the untested runs, grouped by model, variant and recipe, those of more epochs first."""
    groups: dict[Hashable, list[Run]] = {}
    for run in runs:
        if run.record.untested:
            record = run.record
            key = (run.protocol, record.model, record.variant, run.recipe_identity, len(record.epochs))
            groups.setdefault(key, []).append(run)
    grouped = [_grouped(group) for group in groups.values()]
    return tuple(sorted(grouped, key=lambda one: (one.dataset, -one.epochs, -(one.validation_accuracy or 0), one.name)))


def _grouped(runs: Sequence[Run]) -> UntestedRuns:
    first = runs[0].record
    known = [accuracy for run in runs if (accuracy := validation_accuracy(run.record)) is not None]
    return UntestedRuns(
        model=first.model,
        name=first.title,
        recipe=first.recipe_name,
        dataset=first.dataset.name,
        epochs=len(first.epochs),
        seeds=tuple(sorted(run.record.seed for run in runs)),
        validation_accuracy=fmean(known) if known else None,
        runs=tuple(run.id for run in runs),
    )


def untested_table(groups: Sequence[UntestedRuns]) -> Table:
    """Return a row for each group of untested runs."""
    return Table(
        (
            Column("name", "Model", wrap=False),
            Column("recipe", "Recipe"),
            Column("dataset", "Data"),
            Column("epochs", "Epochs", right=True),
            Column("seeds", "Seeds", lambda seeds: ", ".join(map(str, seeds)), right=True),
            Column("validation_accuracy", "Validation %", "{:.2f}".format, right=True, unit="%"),
        ),
        [(one.name, one.recipe, one.dataset, one.epochs, one.seeds, one.validation_accuracy) for one in groups],
        "Not tested, so without a rank: runs of `--no-test`, and rounds of races. Accuracy is that of the best epoch, "
        "on validation images.",
    )
