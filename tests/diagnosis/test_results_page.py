"""`benchmarks/emnist47.md` is what the predictions of the shipped runs give; ZOO_WRITE_GOLDEN=1 rewrites it."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from modelzoo.base import paths
from modelzoo.datasets.load import load_dataset
from modelzoo.diagnosis.diagnosis import Diagnosis, diagnose
from modelzoo.runs.class_results import ClassResult
from modelzoo.runs.run import by_protocol, load_runs
from modelzoo.runs.scores import read_labeled
from modelzoo.statistics.calibration import calibration_error
from modelzoo.statistics.recall import macro_recall
from modelzoo.tables.table import Column, Table, render

PAGE = paths.BENCHMARKS / "emnist47.md"
# The recipes of a protocol whose classes are listed, each by its most accurate run.
BEST = 2

_HEAD = """\
# emnist47: where the networks fail

The published runs, most accurate first in each table. Accuracies are in percent, with 95 % intervals (Wilson). Macro
recall is the mean accuracy of the classes. ECE is the expected calibration error of the predicted class, in percentage
points, over 15 bins of equally many images. `zoo show RUN` has more of each run.

Each class has 296 to 325 of the test images. Among the training images `Q`, `f`, `G` and `q` have less than half of
that share. The recipes `gpu`, `lenet5-gpu` and `lenet5-balanced` train for equal shares.
"""


@pytest.fixture(scope="module")
def protocols(tmp_path_factory: pytest.TempPathFactory) -> list[list[Diagnosis]]:
    """Diagnose the shipped runs of each protocol, most accurate first."""
    runs, _ = load_runs(tmp_path_factory.mktemp("none"))
    groups = by_protocol(run for run in runs if run.record.dataset.name == "emnist47").values()
    return [sorted(map(diagnose, group), key=_accuracy, reverse=True) for group in groups]


def test_the_page_is_what_the_runs_give_today(protocols: list[list[Diagnosis]]) -> None:
    page = "\n".join([_HEAD, *(part for group in protocols for part in _section(group))])
    if os.environ.get("ZOO_WRITE_GOLDEN"):
        PAGE.write_text(page, encoding="utf-8")
    assert page == PAGE.read_text(encoding="utf-8")


def test_the_scores_of_shipped_records_are_those_of_their_predictions(protocols: list[list[Diagnosis]]) -> None:
    for diagnosis in (diagnosis for group in protocols for diagnosis in group):
        record, labeled = diagnosis.run.record, read_labeled(diagnosis.run)
        assert record.test is not None
        assert labeled.confidence is not None
        assert record.test.macro_recall == pytest.approx(macro_recall(labeled.labels, labeled.predicted))
        assert record.test.ece == pytest.approx(calibration_error(labeled.confidence, labeled.correct))


def test_a_published_run_that_never_recognizes_a_class_says_so(protocols: list[list[Diagnosis]]) -> None:
    """EfficientNetB0 led the table, with 1 % of one class."""
    (diagnosis,) = (item for group in protocols for item in group if item.run.id == "efficientnetb0-6374227c44")
    worst = diagnosis.classes[0]
    assert (worst.name, worst.correct, worst.images, worst.taken_for) == ("f", 4, 302, "F")
    (warning,) = diagnosis.warnings
    assert "f 0.8 % and 2.1 %" in warning


def test_training_images_of_each_class_are_those_of_the_data_set(
    protocols: list[list[Diagnosis]], real_data: Path
) -> None:
    dataset = load_dataset("emnist47", real_data)
    runs = [diagnosis.run for group in protocols for diagnosis in group]
    validation = next(kept for run in runs if (kept := run.validation_predictions()) is not None).labels
    assert validation is not None
    counts = np.bincount(dataset.train.labels) - np.bincount(validation)
    assert all(run.record.train_counts == tuple(counts.tolist()) for run in runs)


def _accuracy(diagnosis: Diagnosis) -> float:
    return diagnosis.run.record.test.top1 if diagnosis.run.record.test else 0.0


def _section(group: Sequence[Diagnosis]) -> Iterator[str]:
    yield f"## {group[0].run.protocol.hardware}\n"
    yield render(_runs(group), "markdown")
    yield "### Classes: correct %, 95 % interval, mostly taken for\n"
    of_recipe: dict[str, Diagnosis] = {}
    for diagnosis in group:
        of_recipe.setdefault(f"{diagnosis.run.record.model} {diagnosis.run.record.recipe_name}", diagnosis)
    yield render(_classes([*of_recipe.values()][:BEST]), "markdown")


def _runs(group: Sequence[Diagnosis]) -> Table:
    columns = ("Run", "Recipe", "Accuracy", "Macro recall", "ECE", "Worst class")
    rows = []
    for diagnosis in group:
        record, worst = diagnosis.run.record, diagnosis.classes[0]
        assert record.test is not None
        rows.append(
            (
                record.id,
                record.recipe_name,
                f"{record.test.top1:.2f} ({record.test.top1_low:.2f}–{record.test.top1_high:.2f})",
                f"{record.test.macro_recall:.2f}",
                f"{record.test.ece:.2f}",
                f"{worst.name}: {worst.accuracy:.1f}",
            )
        )
    return Table([Column(key, key) for key in columns], rows, caption=f"{group[0].run.protocol.sentence}.")


def _classes(group: Sequence[Diagnosis]) -> Table:
    """Return a row for each class, worst first of the first run, with the class that errors were mostly taken for."""
    by_name = [{result.name: result for result in diagnosis.classes} for diagnosis in group]
    ids = [diagnosis.run.id for diagnosis in group]
    return Table(
        [Column("class", "Class"), Column("images", "Images", right=True), *(Column(name, name) for name in ids)],
        [(name, result.images, *(_cell(results[name]) for results in by_name)) for name, result in by_name[0].items()],
    )


def _cell(result: ClassResult) -> str:
    taken = f" {result.taken_for}" if result.taken_for is not None else ""
    return f"{result.accuracy:.1f} ({result.low:.1f}–{result.high:.1f}){taken}"
