"""The bill as a table and sentences: candidates, dropped ones, rounds, hours and cost."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modelzoo.base.text import duration, listed, plural
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.tables.fit import fit_table
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from modelzoo.racing.bill import Bill

# A terminal without room for all columns drops those of the lowest priority.
_PRIORITIES = {"name": 100, "latency_ms": 95, "size_mb": 94, "epoch_s": 93, "full_s": 92, "params": 91}
_PRIORITIES |= {"peak_memory_mb": 90, "images_per_s": 80, "flops": 70, "start_s": 60}

_CAPTION = (
    "Measured without training: latency for one image, the largest memory in training, one epoch with validation, and "
    "all epochs at most."
)


def bill_table(bill: "Bill", width: int | None = None) -> Table:
    """Return a row for each candidate, with the columns that fit in `width` characters, and the bill's sentences."""
    columns = (
        Column("name", "Model", wrap=False),
        CRITERIA["latency"].column("latency_ms", "Latency ms"),
        CRITERIA["model_size"].column("size_mb", "MB"),
        CRITERIA["params"].column("params"),
        CRITERIA["peak_memory"].column("peak_memory_mb", "Memory MB"),
        CRITERIA["throughput"].column("images_per_s", "Images/s"),
        CRITERIA["flops"].column("flops"),
        Column("start_s", "Start s", "{:.1f}".format, right=True, unit="s"),
        CRITERIA["epoch_s"].column("epoch_s", "Epoch s"),
        Column("full_s", "All epochs", duration, right=True, unit="s"),
    )
    rows = [
        (
            probe.name,
            probe.latency_ms,
            probe.size_mb,
            probe.params,
            probe.peak_memory_mb,
            probe.images_per_s,
            probe.flops,
            probe.start_s,
            probe.epoch_s,
            bill.cost_s(probe.slug, bill.full_epochs),
        )
        for probe in bill.candidates
    ]
    out = (f"{one.name} is out: {one.reason}." for one in bill.dropped)
    table = Table(columns, rows, caption=_CAPTION, notes=(*out, *sentences(bill)))
    return table if width is None else fit_table(table, width, _PRIORITIES)


def sentences(bill: "Bill") -> Iterator[str]:
    """Yield the sentences of the bill: rounds, reach of the budget, and the cost if there is a price."""
    schedule, full_s, last = bill.schedule, duration(bill.full_s), plural(bill.full_epochs, "epoch")
    if len(bill.candidates) == 1:
        yield f"One candidate is left. Training it fully, {last}, takes {full_s} at most."
    elif len(schedule) == 1:
        yield f"One round of {last} trains all candidates fully. It takes {full_s} at most."
    else:
        yield (
            f"{len(schedule)} rounds of {listed(schedule)} epochs take {duration(sum(bill.rounds_s))} at most "
            f"if no candidate is dropped. Training all candidates fully takes {full_s} at most."
        )
    yield f"The budget of {duration(bill.budget_s)} {_reach(bill)}; measuring took {duration(bill.spent_s)} of it."
    if bill.price is not None:
        costs = map(bill.price.cost, (bill.budget_s, bill.full_s))
        yield f"At {bill.price} the whole budget costs {{}}, training all candidates fully {{}}.".format(*costs)


def _reach(bill: "Bill") -> str:
    """Return the rounds that the budget allows."""
    allowed, rounds = bill.affordable_rounds, len(bill.schedule)
    if allowed == 0:
        return "allows no round with all candidates" if rounds > 1 else "does not allow it"
    if allowed == rounds:
        return "allows all rounds" if rounds > 1 else "allows it"
    return f"allows {allowed} of {plural(rounds, 'round')} with all candidates"
