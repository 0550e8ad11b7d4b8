"""Texts of the charts of runs: names of one run and of several, and the conditions below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from modelzoo.base.text import cut
from modelzoo.runs.protocol import Protocol, conditions_of, protocol_of

if TYPE_CHECKING:
    from modelzoo.runs.record import Record

_LONGEST = 60
# Protocols whose conditions are written out.
_WRITTEN = 3


def name_of(record: "Record") -> str:
    """Return a run's model, recipe and seed: ``LeNet-5, recipe slides, seed 0``."""
    return f"{cut(record.title, _LONGEST)}, recipe {record.recipe_name}, seed {record.seed}"


def names_of(records: Sequence["Record"]) -> list[str]:
    """Return names for a legend, only with the facts that differ; runs that are equal in all have their ids."""
    facts = [_facts(record) for record in records]
    differing = [column for column in zip(*facts, strict=True) if len(set(column)) > 1]
    names = [", ".join(parts) for parts in zip(*differing, strict=True)] if differing else [""] * len(records)
    return [
        name if names.count(name) == 1 else f"{name} {record.id}".strip()
        for name, record in zip(names, records, strict=True)
    ]


def common_name(records: Sequence["Record"]) -> str:
    """Return the number of runs and the facts that all share, for a title; the name of a single run."""
    if len(records) == 1:
        return name_of(records[0])
    facts = [_facts(record)[:3] for record in records]
    shared = [column[0] for column in zip(*facts, strict=True) if len(set(column)) == 1]
    return ", ".join([f"{len(records)} runs", *shared])


def conditions(records: Sequence["Record"]) -> str:
    """Return data, hardware, versions and dates of the runs, one sentence for each protocol."""
    groups: dict[Protocol, list[Record]] = {}
    for record in records:
        groups.setdefault(protocol_of(record), []).append(record)
    sentences = [conditions_of(protocol, of_protocol) for protocol, of_protocol in [*groups.items()][:_WRITTEN]]
    others = len(groups) - len(sentences)
    return " ".join([*sentences, *([f"{others} more protocols."] if others else [])])


def _facts(record: "Record") -> tuple[str, ...]:
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
