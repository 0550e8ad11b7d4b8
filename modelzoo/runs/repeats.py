"""Runs that differ by their seed alone, put together: how many, their mean, their standard deviation."""

from collections.abc import Iterable
from statistics import fmean, stdev

import msgspec

from modelzoo.recipes.recipe import identity_of
from modelzoo.runs.record import Record, device_of, precision_of


class SeedGroup(msgspec.Struct, frozen=True, kw_only=True):
    """One recipe of one model on one machine, several seeds: accuracies in percent, `deviation` that of the sample."""

    name: str
    recipe: str
    dataset: str
    seeds: tuple[int, ...]
    test_accuracy: float
    deviation: float

    @property
    def sentence(self) -> str:
        """The group in words."""
        return (
            f"{self.name}, recipe {self.recipe}, on {self.dataset}: {self.test_accuracy:.2f} ± {self.deviation:.2f} % "
            f"test accuracy (mean and standard deviation of {len(self.seeds)} seeds)"
        )


def seed_groups(records: Iterable[Record]) -> tuple[SeedGroup, ...]:
    """Each group of two finished runs and more, in the order of the first of each."""
    groups: dict[bytes, dict[int, Record]] = {}
    for record in records:
        if record.outcome == "finished" and record.test is not None:
            groups.setdefault(_but_for_the_seed(record), {}).setdefault(record.seed, record)
    return tuple(_group(runs) for runs in groups.values() if len(runs) > 1)


def _but_for_the_seed(record: Record) -> bytes:
    """What two runs must share to be put together; a run that a limit stopped is none of those that converged."""
    shared = (
        record.model,
        record.variant,
        identity_of(record.recipe, record.weights_sha256),
        record.converged or len(record.epochs),
        {**msgspec.to_builtins(record.dataset), "title": ""},
        record.input_shape,
        record.backend,
        precision_of(record),
        device_of(record.hardware),
    )
    return msgspec.json.encode(shared, order="deterministic")


def _group(runs: dict[int, Record]) -> SeedGroup:
    first = next(iter(runs.values()))
    accuracies = [record.test.top1 for record in runs.values() if record.test]
    return SeedGroup(
        name=first.name,
        recipe=first.recipe_name,
        dataset=first.dataset.name,
        seeds=tuple(sorted(runs)),
        test_accuracy=fmean(accuracies),
        deviation=stdev(accuracies),
    )
