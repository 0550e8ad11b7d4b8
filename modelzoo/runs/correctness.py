"""What runs of one protocol predicted for the same test images, against the classes that are right."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelzoo.errors import DataMissingError, ZooError

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet
    from modelzoo.runs.measured import Measured
    from modelzoo.runs.predictions import Predictions
    from modelzoo.runs.record import Record

Reader = Callable[["Record"], "Predictions | None"]
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class AnswerSheet:
    """The right class of each image, and by run id the class that the run predicted.

    Runs that keep no predictions are not in it. `classes` are all classes' names, by number where they are not known.
    """

    labels: Array
    predicted: Mapping[str, Array]
    classes: tuple[str, ...]

    def right(self, runs: Sequence["Record"]) -> npt.NDArray[np.bool_]:
        """Whether each of the runs got each image right, of shape (n_runs, n_images)."""
        return np.stack([self.predicted[run.id] == self.labels for run in runs])

    def holds(self, runs: Iterable["Record"]) -> bool:
        """Whether it has the predictions of all of them."""
        return all(run.id in self.predicted for run in runs)


def answer_sheet(
    runs: Sequence["Record"], read: Reader, load: "Callable[[str], DataSet] | None" = None
) -> AnswerSheet | None:
    """The answers of runs of one protocol; None where nothing says which are right.

    That is known from any one of the runs, as they share their test images, or else from the data set.

    Parameters
    ----------
    read : gives the predictions that a run keeps
    load : gives the data set of a name, where no run keeps the right classes

    Raises
    ------
    ZooError
        If a run's predictions are not those that its record counted, or the data set at hand is another one.
    """
    found = {run.id: kept for run in runs if (kept := read(run)) is not None}
    labels, classes = _kept_truth(found)
    if labels is None and load is not None and found:
        labels, classes = _truth_of_data(runs[0], load)
    if labels is None:
        return None
    sheet = AnswerSheet(
        labels=labels,
        predicted={name: kept.best[:, 0] for name, kept in found.items()},
        classes=classes or tuple(map(str, range(runs[0].dataset.classes))),
    )
    for run in runs:
        if run.id in found:
            _check(run, sheet)
    return sheet


def _kept_truth(found: Mapping[str, "Predictions"]) -> tuple[Array | None, tuple[str, ...]]:
    knowing = [(name, kept) for name, kept in found.items() if kept.labels is not None]
    if not knowing:
        return None, ()
    first, truth = knowing[0]
    for name, kept in knowing[1:]:
        if not np.array_equal(kept.labels, truth.labels):  # type: ignore[arg-type]  # filtered above
            raise ZooError(
                f"{first} and {name} were tested on the same images, but keep different right classes for them; "
                "one of their predictions.npz is damaged"
            )
    return truth.labels, truth.classes


def _truth_of_data(run: "Record", load: "Callable[[str], DataSet]") -> tuple[Array, tuple[str, ...]]:
    from modelzoo.runs.predictions import labels_from

    try:
        dataset = load(run.dataset.name)
    except DataMissingError as error:
        raise DataMissingError(f"{run.id} does not keep the right classes of its test images, and {error}") from None
    return labels_from(dataset, run), dataset.classes


def _check(run: "Record", sheet: AnswerSheet) -> None:
    """Raise where the predictions are not those that the record was made from."""
    images, predicted = len(sheet.labels), sheet.predicted[run.id]
    if len(predicted) != images:
        raise ZooError(f"{run.id}: predictions of {len(predicted):,} images; expected {images:,}, the test split's")
    right = int((predicted == sheet.labels).sum())
    if run.test is not None and right != run.test.correct:
        raise ZooError(
            f"{run.id}: its predictions.npz has {right:,} of {images:,} right, its record {run.test.correct:,}; they "
            "are not of one run, bench it again"
        )


def tested_runs(models: Sequence["Measured"]) -> list[tuple["Record", ...]]:
    """The runs of each model that a comparison goes by: all seeds where each model has several, else one each.

    That is the lowest seed that all have, or else each model's own lowest.
    """
    if all(len(model.runs) > 1 for model in models):
        return [model.runs for model in models]
    shared = set.intersection(*(set(model.seeds) for model in models)) if models else set()
    if not shared:
        return [model.runs[:1] for model in models]
    return [tuple(run for run in model.runs if run.seed == min(shared))[:1] for model in models]
