"""The bill of a race, before any training: candidates, rounds, their seconds, and how far the budget reaches."""

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import msgspec

from modelzoo.base.text import duration, plural
from modelzoo.errors import ZooError
from modelzoo.racing.price import Price
from modelzoo.racing.probe import Probe
from modelzoo.tables.result import Result
from modelzoo.tables.table import Table


class Dropped(msgspec.Struct, frozen=True):
    """A candidate that takes no part in the race, and the reason."""

    slug: str
    name: str
    reason: str


class Bill(Result, msgspec.Struct, frozen=True, kw_only=True):
    """The measured candidates, and the seconds of a race between them.

    `schedule` has the epochs of each round; the last round has `full_epochs`. `rounds_s` has the seconds of each round
    if no candidate is dropped. `full_s` are the seconds to train every candidate fully. No run stops early in both. The
    first `affordable_rounds` rounds fit into `budget_s` with the seconds of measuring, `spent_s`. `device` measured the
    candidates. `parallel` trainings run at a time without slowing each other: workers with a GPU each.
    """

    candidates: tuple[Probe, ...]
    dropped: tuple[Dropped, ...]
    schedule: tuple[int, ...]
    full_epochs: int
    rounds_s: tuple[float, ...]
    full_s: float
    affordable_rounds: int
    budget_s: float
    spent_s: float
    device: str
    price: Price | None = None
    parallel: int = 1

    @property
    def needed_s(self) -> float:
        """Return the least budget: measuring, and the first round of the first two candidates, if there are two."""
        if len(self.candidates) == 1:
            return self.spent_s
        first_s = sum(self.cost_s(probe.slug, self.schedule[0]) for probe in self.candidates[:2])
        return self.spent_s + first_s * self.parallel / min(2, self.parallel)

    def cost_s(self, slug: str, epochs: int) -> float:
        """Return the seconds that a run of a candidate takes of the budget: its start, and its epochs."""
        probe = next(probe for probe in self.candidates if probe.slug == slug)
        return (probe.start_s + epochs * probe.epoch_s) / self.parallel

    def tables(self) -> tuple[Table]:
        """Return the table of the candidates, with the sentences of the bill."""
        from modelzoo.racing.bill_table import bill_table

        return (bill_table(self),)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole bill as plain data."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data

    def _summary(self) -> str:
        return f"{plural(len(self.candidates), 'candidate')}, {plural(len(self.schedule), 'round')}"


def make_bill(
    probes: Sequence[Probe],
    dropped: Iterable[Dropped],
    *,
    schedule: Sequence[int],
    budget_s: float,
    spent_s: float,
    device: str,
    price: Price | None = None,
    parallel: int = 1,
) -> Bill:
    """Compute the seconds of the rounds, and how many of them the budget allows."""

    def round_s(epochs: int) -> float:
        return sum(probe.start_s + epochs * probe.epoch_s for probe in probes) / parallel

    rounds_s = tuple(map(round_s, schedule))
    return Bill(
        candidates=tuple(probes),
        dropped=tuple(dropped),
        schedule=tuple(schedule),
        full_epochs=schedule[-1],
        rounds_s=rounds_s,
        full_s=round_s(schedule[-1]),
        affordable_rounds=sum(spent_s + total <= budget_s for total in accumulate(rounds_s)),
        budget_s=budget_s,
        spent_s=spent_s,
        device=device,
        price=price,
        parallel=parallel,
    )


def require_affordable(bill: Bill) -> None:
    """Raise a ZooError where the budget ends before the first round of the first two candidates.

    A race trains the first candidates where there is not enough for all. An only candidate needs no training.
    """
    if bill.needed_s <= bill.budget_s:
        return
    first, second = (probe.name for probe in bill.candidates[:2])
    raise ZooError(
        f"the budget of {duration(bill.budget_s)} is too small: measuring took {duration(bill.spent_s)}, and the "
        f"first round of {first} and {second} takes {duration(bill.needed_s - bill.spent_s)} "
        f"({plural(bill.schedule[0], 'epoch')} each); "
        f"give {math.ceil(bill.needed_s / 60)}m at least"
    )
