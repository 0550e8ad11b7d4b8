"""The table of the list of runs."""

from collections.abc import Collection

from modelzoo.base.text import plural
from modelzoo.runs.invocation import describe_partial
from modelzoo.runs.listing import ListedRuns
from modelzoo.tables.fit import fit_table
from modelzoo.tables.table import Column, Table

_MOST_NOTES = 20

# A narrow terminal has the columns of the highest numbers.
_PRIORITIES = {
    "id": 100,
    "outcome": 95,
    "label": 94,
    "test_accuracy": 93,
    "dataset": 92,
    "size_mb": 91,
    "origin": 90,
    "recipe": 85,
    "epochs": 80,
    "seed": 70,
    "validation_accuracy": 60,
    "latency_ms": 50,
}


def runs_table(listed: ListedRuns, width: int | None = None, keep: Collection[str] = ()) -> Table:
    """Return the table of the runs, with groups of seeds, failures and partial runs in its notes.

    Parameters
    ----------
    width : characters of a line; columns that do not fit are left out
    keep : keys of columns that stay where they say nothing
    """
    columns = [
        Column("id", "Run"),
        Column("label", "Name"),
        Column("outcome", "Outcome"),
        Column("recipe", "Recipe"),
        Column("dataset", "Data"),
        Column("seed", "Seed", right=True),
        Column("epochs", "Epochs", right=True),
        Column("validation_accuracy", "Val. %", "{:.2f}".format, right=True),
        Column("test_accuracy", "Test %", "{:.2f}".format, right=True),
        Column("latency_ms", "ms", "{:.2f}".format, right=True),
        Column("size_mb", "MB", "{:.1f}".format, right=True),
        Column("origin", "From"),
    ]
    local = [run for run in listed.runs if run.origin == "local"]
    partial = [run for run in listed.runs if run.outcome == "partial"]
    needless = {"origin"} if len(local) == len(listed.runs) else set()
    needless |= set() if any(run.label for run in local) else {"label"}
    columns = [column for column in columns if column.key in keep or column.key not in needless]
    place = f"Local runs in {listed.folder} take {listed.size_mb:.1f} MB" if local else "Shipped runs, no local ones"
    table = Table(
        columns=columns,
        rows=[[getattr(run, column.key) for column in columns] for run in listed.runs],
        caption=f"{place}; ms is the median of one call with one image.",
        notes=[
            *_first("groups of seeds", [group.sentence for group in listed.seeds]),
            *_first("failed runs", [f"{run.id} failed: {run.reason}" for run in listed.runs if run.reason]),
            *_first("partial runs", [describe_partial(run.id, run.command) for run in partial]),
            *([f"{plural(listed.hidden, 'shipped run')} not listed; --shipped adds them"] if listed.hidden else []),
        ],
    )
    return table if width is None else fit_table(table, width, _PRIORITIES)


def _first(noun: str, notes: list[str]) -> list[str]:
    """Return the first notes and the number of the others."""
    others = len(notes) - _MOST_NOTES
    return [*notes[:_MOST_NOTES], f"and {others:,} more {noun}; --json has all of them"] if others > 0 else notes
