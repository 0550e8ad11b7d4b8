"""Texts of the charts of runs: names of one run and of several, and the conditions below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelzoo.base.text import cut
from modelzoo.runs.protocol import Protocol, conditions_of
from modelzoo.runs.record import Record

if TYPE_CHECKING:
    from modelzoo.runs.run import Run

_LONGEST = 60
# Protocols whose conditions are written out.
_WRITTEN = 3


def name_of(run: "Run") -> str:
    """Return a run's model, recipe and seed: ``LeNet-5, recipe slides, seed 0``."""
    record = run.record
    return f"{cut(record.title, _LONGEST)}, recipe {record.recipe_name}, seed {record.seed}"


def names_of(runs: Sequence["Run"]) -> list[str]:
    """Return names for a legend, only with the facts that differ; runs that are equal in all have their ids."""
    facts = [_facts(run.record) for run in runs]
    differing = [column for column in zip(*facts, strict=True) if len(set(column)) > 1]
    names = [", ".join(parts) for parts in zip(*differing, strict=True)] if differing else [""] * len(runs)
    return [
        name if names.count(name) == 1 else f"{name} {run.id}".strip() for name, run in zip(names, runs, strict=True)
    ]


def common_name(runs: Sequence["Run"]) -> str:
    """Return the facts that all runs share, for a title; the number of runs where they share none."""
    if len(runs) == 1:
        return name_of(runs[0])
    facts = [_facts(run.record)[:3] for run in runs]
    shared = [column[0] for column in zip(*facts, strict=True) if len(set(column)) == 1]
    return ", ".join([f"{len(runs)} runs", *shared])


def conditions(*runs: "Run") -> str:
    """Return data, hardware, versions and dates of the runs, one sentence for each protocol."""
    groups: dict[Protocol, list[Run]] = {}
    for run in runs:
        groups.setdefault(run.protocol, []).append(run)
    sentences = [
        conditions_of(protocol, [run.record for run in of_protocol])
        for protocol, of_protocol in [*groups.items()][:_WRITTEN]
    ]
    others = len(groups) - len(sentences)
    return " ".join([*sentences, *([f"{others} more protocols."] if others else [])])


def _facts(record: Record) -> tuple[str, ...]:
    """Return the facts by which runs differ: model, recipe, seed, data set, device, precision."""
    hardware = record.hardware
    return (
        cut(record.title, _LONGEST),
        f"recipe {record.recipe_name}",
        f"seed {record.seed}",
        record.dataset.name,
        cut(hardware.gpu or hardware.cpu, _LONGEST),
        record.precision,
    )
