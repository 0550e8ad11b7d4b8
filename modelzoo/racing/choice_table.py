"""A choice as a table: each candidate, how far it came, and why it went no further."""

from typing import TYPE_CHECKING, Any

from modelzoo.base.text import show_p
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.racing.sentences import sentences
from modelzoo.tables.fit import fit_table
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from modelzoo.racing.choice import Choice

_TWO = "{:.2f}".format

_COLUMNS = (
    Column("name", "Model", wrap=False),
    Column("verdict", "Verdict", wrap=False),
    Column("epochs", "Epochs", right=True),
    Column("accuracy", "Validation %", _TWO, right=True, unit="%"),
    Column("difference", "Behind", _TWO, right=True, unit="points"),
    Column("p_value", "p", show_p, right=True),
    Column("test", "Test %", _TWO, right=True, unit="%"),
    CRITERIA["latency"].column("latency_ms", "Latency ms"),
    CRITERIA["model_size"].column("size_mb", "MB"),
    Column("seconds", "Seconds", "{:,.0f}".format, right=True, unit="s"),
    Column("run", "Run"),
    Column("reason", "Reason"),
)
# A terminal without room for all columns drops those of the lowest priority.
_PRIORITIES = {"name": 100, "verdict": 99, "accuracy": 98, "epochs": 97, "difference": 96, "test": 95, "p_value": 94}
_PRIORITIES |= {"latency_ms": 90, "seconds": 80, "size_mb": 70, "reason": 60, "run": 10}


def choice_table(choice: "Choice", width: int | None = None) -> Table:
    """Return a row for each candidate, those that came furthest first, and the sentences of the choice."""
    rows = sorted(_rows(choice), key=lambda row: (-row["epochs"], -(row["accuracy"] or 0)))
    verdicts = [row for row in rows if row["verdict"] == "chosen"] + [row for row in rows if row["verdict"] != "chosen"]
    rule = (
        f"Candidates of {choice.id} on {choice.dataset}. Each round trains whole schedules from new weights; accuracy "
        f"is that of the candidate's last round, on {choice.validation_images:,} validation images. A rival is dropped "
        f"where McNemar's test finds it worse than the leader, at level {_level(choice)}."
    )
    out = [f"{one.name} did not take part: {one.reason}." for one in choice.bill.dropped]
    table = Table(
        _COLUMNS, [[row[column.key] for column in _COLUMNS] for row in verdicts], rule, [*out, *sentences(choice)]
    )
    return table if width is None else fit_table(table, width, _PRIORITIES)


def _level(choice: "Choice") -> str:
    from modelzoo.racing.decide import corrected_level

    level = corrected_level(choice.alpha, looks=len(choice.bill.schedule), rivals=len(choice.bill.candidates) - 1)
    return f"{level:.2g}"


def _rows(choice: "Choice") -> list[dict[str, Any]]:
    rows = []
    for probe in choice.bill.candidates:
        decided = choice.decisions_on(probe.slug)
        judged = [(epochs, one) for epochs, one in decided if one.accuracy is not None]
        epochs, last = judged[-1] if judged else (0, None)
        trained = [one for one in choice.trainings if one.candidate == probe.slug]
        final = decided[-1][1] if decided else None
        chosen = choice.race is not None and choice.race.winner == probe.slug
        rows.append(
            {
                "name": probe.name,
                "verdict": "chosen" if chosen else final.verdict if final else "not judged",
                "epochs": epochs,
                "accuracy": last and last.accuracy,
                "difference": last and last.difference,
                "p_value": last and last.p_value,
                "test": next((one.top1 for one in choice.tested if one.candidate == probe.slug), None),
                "latency_ms": probe.latency_ms,
                "size_mb": probe.size_mb,
                "seconds": sum(one.seconds for one in trained),
                "run": trained[-1].run if trained else None,
                "reason": final.reason if final else "",
            }
        )
    return rows
