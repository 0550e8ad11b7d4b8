"""The tables of records: the facts of one run, its epochs, and several runs in rows."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from modelzoo.base.text import plural
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from modelzoo.runs.record import Record, Test

_PERCENT = "{:.2f}".format

_EPOCH = (
    Column("epoch", "Epoch", right=True),
    Column("loss", "Loss", "{:.4f}".format, right=True),
    Column("accuracy", "Accuracy %", _PERCENT, right=True, unit="%"),
    Column("val_loss", "Val. loss", "{:.4f}".format, right=True),
    Column("val_accuracy", "Val. accuracy %", _PERCENT, right=True, unit="%"),
    Column("val_macro_recall", "Val. macro recall %", _PERCENT, right=True, unit="%"),
    Column("learning_rate", "Learning rate", "{:.3g}".format, right=True),
    Column("seconds", "Seconds", "{:.1f}".format, right=True, unit="s"),
)

_RUN = (
    Column("run", "Run"),
    Column("model", "Model", wrap=False),
    Column("recipe", "Recipe"),
    Column("dataset", "Data"),
    Column("seed", "Seed", right=True),
    Column("outcome", "Outcome"),
    Column("epochs", "Epochs", right=True),
    Column("accuracy", "Test %", _PERCENT, right=True, unit="%"),
    Column("accuracy_low", "95 % from", _PERCENT, right=True, unit="%"),
    Column("accuracy_high", "to", _PERCENT, right=True, unit="%"),
    Column("latency", "ms", _PERCENT, right=True, unit="ms"),
    Column("params", "Parameters", "{:,}".format, right=True, unit="count"),
)


def facts_table(record: "Record") -> Table:
    """Return the main facts of a run, a row each."""
    return Table((Column("fact", record.title), Column("value", "")), _facts(record), caption=_conditions(record))


def _facts(record: "Record") -> list[tuple[str, str]]:
    if record.outcome == "failed":
        return [("Outcome", f"failed: {record.reason}"), ("Run", record.id)]
    test = record.test
    facts = [
        ("Test accuracy", _tested(test)) if test else ("Validation accuracy", f"{validation_text(record)}; not tested"),
        ("Training", f"{plural(len(record.epochs), 'epoch')} on {record.dataset.train_images:,} images"),
        ("Parameters", f"{record.total_params:,}"),
        ("Recipe", f"{record.recipe_name}, seed {record.seed}"),
        ("Run", record.id),
    ]
    if test is not None and test.macro_recall is not None:
        facts.insert(1, ("Macro recall", f"{test.macro_recall:.2f} %"))
    return facts + [(f"Latency, batch {item.batch}", f"{item.p50_ms:.2f} ms") for item in record.latency]


def _tested(test: "Test") -> str:
    return f"{test.top1:.2f} % (95 % interval {test.top1_low:.2f}–{test.top1_high:.2f}) of {test.images:,} images"


def validation_text(record: "Record") -> str:
    """Return the validation accuracy of the best epoch, and the number of images."""
    epoch = record.tested_epoch
    accuracy = "unknown" if epoch is None else f"{epoch.val_accuracy:.2f} %"
    return f"{accuracy} of {plural(record.dataset.validation_images, 'validation image')}"


def _conditions(record: "Record") -> str:
    data, (height, width, _) = record.dataset, record.input_shape
    synthetic = ", synthetic images" if data.synthetic else ""
    device = record.hardware.gpu or f"{record.hardware.cpu} ({record.hardware.cores} cores)"
    return f"{data.title}{synthetic}, at {width}×{height}; {device}, {record.precision} on {record.backend}."


def epochs_table(record: "Record") -> Table:
    """Return the losses and accuracies of each epoch."""
    rows = [[getattr(epoch, column.key) for column in _EPOCH] for epoch in record.epochs]
    return Table(_EPOCH, rows, caption=_conditions(record))


def records_table(records: Iterable["Record"], notes: Sequence[str] = ()) -> Table:
    """Return a row for each run: model, recipe, data, result."""
    return Table(_RUN, [_row(record) for record in records], "Latency: median of one call with one image.", notes)


def _row(record: "Record") -> list[Any]:
    test = record.test
    return [
        *(record.id, record.title, record.recipe_name, record.dataset.name, record.seed, record.outcome),
        len(record.epochs),
        *((test.top1, test.top1_low, test.top1_high) if test else (None, None, None)),
        next((latency.p50_ms for latency in record.latency if latency.batch == 1), None),
        record.total_params,
    ]
