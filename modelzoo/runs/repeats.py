"""Repeats: runs of one recipe that differ by their seed alone, with mean and standard deviation."""

from collections.abc import Hashable, Iterable
from statistics import fmean, stdev

import msgspec

from modelzoo.runs.run import Run


class SeedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Several seeds of one recipe: mean and sample standard deviation of the test accuracy, in percent."""

    name: str
    recipe: str
    dataset: str
    seeds: tuple[int, ...]
    test_accuracy: float
    deviation: float

    @property
    def sentence(self) -> str:
        """Return the group as one sentence."""
        return (
            f"{self.name}, recipe {self.recipe}, on {self.dataset}: {self.test_accuracy:.2f} ± {self.deviation:.2f} % "
            f"test accuracy (mean and standard deviation of {len(self.seeds)} seeds)"
        )


def repeats(runs: Iterable[Run]) -> tuple[tuple[Run, ...], ...]:
    """Group the usable runs that differ by their seed alone, one run a seed (the first), ordered by seed."""
    groups: dict[Hashable, dict[int, Run]] = {}
    for run in runs:
        if run.usable:
            groups.setdefault(_identity(run), {}).setdefault(run.record.seed, run)
    return tuple(tuple(group[seed] for seed in sorted(group)) for group in groups.values())


def seed_groups(runs: Iterable[Run]) -> tuple[SeedGroup, ...]:
    """Return a summary of each group of two or more seeds, in the order of the first run of each."""
    return tuple(_summary(group) for group in repeats(runs) if len(group) > 1)


def _identity(run: Run) -> Hashable:
    """Return all facts that two seeds of one recipe share.

    An option changes a recipe and not its name, so the recipe counts by its identity. Runs that were stopped at a
    limit are alike only if they have equally many epochs.
    """
    record = run.record
    epochs = None if record.completed else len(record.epochs)
    return run.protocol, record.model, record.variant, record.input_shape, run.recipe_identity, epochs


def _summary(group: tuple[Run, ...]) -> SeedGroup:
    first = group[0].record
    accuracies = [run.record.test.top1 for run in group if run.record.test]
    return SeedGroup(
        name=first.name,
        recipe=first.recipe_name,
        dataset=first.dataset.name,
        seeds=tuple(run.record.seed for run in group),
        test_accuracy=fmean(accuracies),
        deviation=stdev(accuracies),
    )
