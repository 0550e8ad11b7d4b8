"""The table of a suite: measured values next to the printed values of the same trainings."""

from typing import Any

from modelzoo.benchmarking.suite import BenchedSuite
from modelzoo.recipes.suite import SuiteRun
from modelzoo.runs.record import Record, Test
from modelzoo.tables.table import Column, Table

# The data of the trainings, as the slides describe it.
_SLIDES_DATA = "EMNIST Balanced (94,000 training and 18,799 test images)"


def suite_table(benched: BenchedSuite) -> Table:
    """Return one row a run: accuracy with its 95 % interval, seconds an epoch, epochs; each with the printed value."""
    return Table(
        columns=(
            Column("model", "Model"),
            Column("recipe", "Recipe"),
            Column("accuracy", "Test acc. %", _with_interval, right=True),
            Column("slides_accuracy", "slides", "{:.2f}".format, right=True),
            Column("seconds_per_epoch", "s/epoch", "{:.1f}".format, right=True),
            Column("slides_seconds_per_epoch", "slides", "{:g}".format, right=True),
            Column("epochs", "Epochs", right=True),
            Column("slides_epochs", "slides", right=True),
        ),
        rows=[_row(run, record) for run, record in benched.rows],
        caption=benched.suite.title,
        notes=_notes(benched),
    )


def _row(run: SuiteRun, record: Record | None) -> tuple[Any, ...]:
    test = record.test if record else None
    return (
        record.name if record else run.model,
        record.recipe_name if record else run.recipe,
        test,
        run.test_accuracy_pct,
        record.seconds_per_epoch if record and test else None,
        run.seconds_per_epoch,
        len(record.epochs) if record and test else None,
        run.epochs,
    )


def _with_interval(test: Test) -> str:
    return f"{test.top1:.2f} ({test.top1_low:.2f}-{test.top1_high:.2f})"


def _notes(benched: BenchedSuite) -> tuple[str, ...]:
    """Return notes on the conditions of both sides, which explain part of the differences."""
    notes = []
    if benched.benched.records:
        first = benched.benched.records[0]
        data, machine = first.dataset, first.hardware
        synthetic = ", synthetic," if data.synthetic else ""
        notes.append(
            f"Measured: {data.name}{synthetic} with {data.train_images:,} training and {data.test_images:,} test "
            f"images; {machine.gpu or machine.cpu}. In brackets: 95 % interval of the test images alone."
        )
    if any(run.test_accuracy_pct is not None for run in benched.suite.runs):
        same_data = all(
            record.dataset.name == "emnist-balanced" and record.dataset.limit_train is None
            for record in benched.benched.records
        )
        differ = "" if same_data else " The data differ: compare the order of the rows, not the values."
        notes.append(
            f"Slides: {_SLIDES_DATA}, on a machine and by a stopping rule that they do not state; epochs are the whole "
            f"time over that of one.{differ}"
        )
    if stopped := [
        f"{record.name} ({record.recipe_name})"
        for record in benched.benched.records
        if record.test and not record.completed
    ]:
        notes.append(f"Stopped at a limit, before the schedule was complete: {', '.join(stopped)}.")
    return tuple(notes)
