"""The tables of a diagnosis: the result, the classes, and the confused pairs of classes."""

from collections.abc import Iterator, Sequence

from modelzoo.base.text import cut, plural, printable
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.diagnosis.diagnosis import Calibration, Diagnosis
from modelzoo.runs.class_results import ClassResult, Confused
from modelzoo.runs.record import Record
from modelzoo.runs.scores import model_size_mb_of, peak_memory_mb_of
from modelzoo.tables.table import Column, Table

# The rows of classes and of pairs that are shown unless all are asked for.
MOST_ROWS = 10
_LONGEST_NAME = 20


def diagnosis_tables(diagnosis: Diagnosis, *, every: bool = False) -> tuple[Table, ...]:
    """Return all tables in reading order.

    Parameters
    ----------
    every : show all classes and all confused pairs
    """
    most = None if every else MOST_ROWS
    tables = [_result_table(diagnosis), _classes_for_people(diagnosis.classes, most)]
    if diagnosis.confused:
        tables.append(_confused_table(diagnosis.confused, most))
    return tuple(tables)


def conclusion(diagnosis: Diagnosis) -> str:
    """Return the result as a sentence, with the worst class."""
    record = diagnosis.run.record
    test, worst = record.test, diagnosis.classes[0]
    if test is None:
        return ""
    made_up = " (synthetic images)" if record.dataset.synthetic else ""
    taken = f", mostly taken for {_name(worst.taken_for)}" if worst.taken_for is not None else ""
    return (
        f"{record.title}, recipe {record.recipe_name}, on {record.dataset.name}{made_up}: {test.top1:.2f} % of "
        f"{plural(test.images, 'test image')} correct (95 % interval {test.top1_low:.2f}–{test.top1_high:.2f}). "
        f"Worst class: {_name(worst.name)}, {worst.accuracy or 0:.1f} % of {worst.images:,} correct{taken}."
    )


def _result_table(diagnosis: Diagnosis) -> Table:
    """Return the scores, the calibration and the costs of the network, a line each."""
    calibration, test = diagnosis.calibration, diagnosis.run.record.test
    rows, notes = [*_scores(diagnosis)], []
    if calibration and test:
        rows += _calibration(calibration, test.top1)
        notes.append(
            "Probability: of the predicted class. Calibration error: mean difference between probability and accuracy "
            f"over {plural(len(calibration.bins), 'bin')} of equally many images (ECE)."
        )
    return Table(
        [Column("measure", "Measure", wrap=False), Column("value", "Value")],
        [*rows, *_costs(diagnosis)],
        caption=diagnosis.conditions,
        notes=notes,
        lead=conclusion(diagnosis),
    )


def _scores(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    test = diagnosis.run.record.test
    if test is not None:
        yield "Accuracy", f"{test.top1:.2f} % ({test.top1_low:.2f}–{test.top1_high:.2f})"
        yield "Top-5", f"{test.top5:.2f} %"
    if diagnosis.macro_recall is not None:
        yield "Macro recall", f"{diagnosis.macro_recall:.2f} %, every class counts the same"


def _calibration(calibration: Calibration, accuracy: float) -> Iterator[tuple[str, str]]:
    for part in calibration.most_confident:
        yield (
            f"Most confident {part.share} %",
            f"{part.accuracy:.2f} % correct ({part.low:.2f}–{part.high:.2f}), probability ≥ {part.threshold:.1f} %",
        )
    excess = calibration.confidence - accuracy
    side = "above" if excess > 0 else "below"
    yield "Mean probability", f"{calibration.confidence:.2f} %, {abs(excess):.2f} points {side} the accuracy"
    yield "Calibration error", f"{calibration.ece:.2f} points"
    if calibration.temperature is not None and calibration.ece_calibrated is not None:
        yield (
            "  with temperature",
            f"{calibration.ece_calibrated:.2f} points (logits / {calibration.temperature:.3f}, by validation images)",
        )


def _costs(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    run = diagnosis.run
    record = run.record
    if record.latency:
        first, *more = record.latency
        times = [f"{first.p50_ms:.2f} ms for {plural(first.batch, 'image')}"]
        yield "Latency", ", ".join(times + [f"{latency.p50_ms:.2f} for {latency.batch}" for latency in more])
    size = model_size_mb_of(run)
    weights = f", {CRITERIA['model_size'].show(size)} MB of weights" if size is not None else ""
    yield "Parameters", f"{CRITERIA['params'].show(record.total_params)}{weights}"
    if (memory := peak_memory_mb_of(run)) is not None:
        yield "Peak memory", f"{memory:,.0f} MB{' of the GPU' if record.on_gpu else ''} in training"
    yield "Training", _training(record)


def _training(record: Record) -> str:
    end = {"patience": "patience ended it", "schedule": "schedule complete", "limit": "stopped at a limit"}
    text = f"{plural(len(record.epochs), 'epoch')} of {record.dataset.train_images:,} images, seed {record.seed}"
    return f"{text}, {end[record.stopped_by]}" if record.stopped_by else text


def class_table(classes: Sequence[ClassResult]) -> Table:
    """Return the table of all classes, worst first, one value a cell."""
    keys = ("name", "accuracy", "low", "high", "correct", "images", "taken_for", "taken_for_images")
    return Table([Column(key, key) for key in keys], [[getattr(row, key) for key in keys] for row in classes])


def _classes_for_people(classes: Sequence[ClassResult], most: int | None) -> Table:
    """Return the table of the first `most` classes, or of all."""
    shown = classes[:most]
    rest = f" The worst {len(shown)} of {len(classes)}; --all shows the others." if len(shown) < len(classes) else ""
    return Table(
        columns=(
            Column("name", "Class", _name),
            Column("accuracy", "Correct %", "{:.1f}".format, right=True),
            Column("interval", "95 % interval", "{0[0]:.1f}–{0[1]:.1f}".format, right=True),
            Column("images", "Images", "{:,}".format, right=True),
            Column("taken_for", "Mostly taken for"),
        ),
        rows=[
            (
                result.name,
                result.accuracy,
                None if result.accuracy is None else (result.low, result.high),
                result.images,
                f"{_name(result.taken_for)} ({result.taken_for_images:,})" if result.taken_for is not None else None,
            )
            for result in shown
        ],
        caption=f"Test images of each class, worst first, by the upper end of the interval (Wilson).{rest}",
    )


def _confused_table(confused: Sequence[Confused], most: int | None) -> Table:
    """Return the table of confused pairs, most images first: the first `most`, or all."""
    shown = confused[:most]
    rest = f" The first {len(shown)} of {len(confused):,} pairs." if len(shown) < len(confused) else ""
    return Table(
        columns=(
            Column("true", "Class", _name),
            Column("taken_for", "Taken for", _name),
            Column("images", "Images", "{:,}".format, right=True),
            Column("of_images", "Of images", "{:,}".format, right=True),
            Column("share", "%", "{:.1f}".format, right=True),
        ),
        rows=[
            (pair.true, pair.taken_for, pair.images, pair.of_images, 100 * pair.images / pair.of_images)
            for pair in shown
        ],
        caption=f"Classes most confused: test images of the class that were taken for the other one.{rest}",
    )


def _name(name: str) -> str:
    return cut(printable(name), _LONGEST_NAME)
