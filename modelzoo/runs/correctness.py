"""Correctness: the predictions of runs of one protocol against the true classes of the same test images."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from modelzoo.errors import DataMissingError, ZooError

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet
    from modelzoo.runs.measured import MeasuredModel
    from modelzoo.runs.predictions import Predictions
    from modelzoo.runs.run import Run

Array = npt.NDArray[Any]


class Correctness(msgspec.Struct, frozen=True):
    """The true class of each image, and by run id the predicted classes.

    Runs without predictions are missing. `classes` are the names of all classes; unknown names are numbers.
    """

    labels: Array
    predicted: Mapping[str, Array]
    classes: tuple[str, ...]

    def correct(self, runs: Sequence["Run"]) -> npt.NDArray[np.bool_]:
        """Return whether each run predicted each image correctly, of shape (n_runs, n_images)."""
        return np.stack([self.predicted[run.id] == self.labels for run in runs])

    def covers(self, runs: Iterable["Run"]) -> bool:
        """Return whether the predictions of all these runs are known."""
        return all(run.id in self.predicted for run in runs)


def load_correctness(runs: Sequence["Run"], load: "Callable[[str], DataSet] | None" = None) -> Correctness | None:
    """Load the correctness of runs of one protocol; None where the true classes are unknown.

    The runs share their test images, so any run can supply the true classes, else the data set does.

    Parameters
    ----------
    load : loads the data set of a name, for runs that do not keep the true classes

    Raises
    ------
    ZooError
        If the predictions of a run contradict its record, or the data set is another one.
    """
    predictions = {run.id: read for run in runs if (read := run.predictions()) is not None}
    labels, classes = _kept_truth(predictions)
    if labels is None and load is not None and predictions:
        labels, classes = _truth_of_data(runs[0], load)
    if labels is None:
        return None
    correctness = Correctness(
        labels=labels,
        predicted={run_id: read.best[:, 0] for run_id, read in predictions.items()},
        classes=classes or tuple(map(str, range(runs[0].record.dataset.classes))),
    )
    for run in runs:
        if run.id in predictions:
            _check(run, correctness)
    return correctness


def _kept_truth(predictions: Mapping[str, "Predictions"]) -> tuple[Array | None, tuple[str, ...]]:
    """Return the true classes that the runs keep, and the names of the classes."""
    truths = [(run_id, read) for run_id, read in predictions.items() if read.labels is not None]
    if not truths:
        return None, ()
    first, truth = truths[0]
    for run_id, read in truths[1:]:
        if not np.array_equal(read.labels, truth.labels):  # type: ignore[arg-type]  # filtered above
            raise ZooError(
                f"{first} and {run_id} were tested on the same images, but keep different true classes for them; "
                "one of their predictions.npz is damaged"
            )
    return truth.labels, truth.classes


def _truth_of_data(run: "Run", load: "Callable[[str], DataSet]") -> tuple[Array, tuple[str, ...]]:
    """Return the true classes and the class names from the data set of the run."""
    from modelzoo.runs.predictions import labels_from

    try:
        dataset = load(run.record.dataset.name)
    except DataMissingError as error:
        raise DataMissingError(f"{run.id} does not keep the true classes of its test images, and {error}") from None
    return labels_from(dataset, run.record), dataset.classes


def _check(run: "Run", correctness: Correctness) -> None:
    """Raise an error if the predictions contradict the record."""
    images, predicted = len(correctness.labels), correctness.predicted[run.id]
    if len(predicted) != images:
        raise ZooError(f"{run.id}: predictions of {len(predicted):,} images; expected {images:,}, the test split's")
    correct, test = int((predicted == correctness.labels).sum()), run.record.test
    if test is not None and correct != test.correct:
        raise ZooError(
            f"{run.id}: predictions.npz has {correct:,} of {images:,} correct, record.json {test.correct:,}; they are "
            "not of one run, bench it again"
        )


def tested_runs(models: Sequence["MeasuredModel"]) -> list[tuple["Run", ...]]:
    """Return the runs of each model that a comparison tests: all seeds if each model has several, else one each.

    The single run has the lowest seed that all models share, or else the lowest seed of its model.
    """
    if all(len(model.runs) > 1 for model in models):
        return [model.runs for model in models]
    shared = set.intersection(*(set(model.seeds) for model in models)) if models else set()
    if not shared:
        return [model.runs[:1] for model in models]
    return [tuple(run for run in model.runs if run.record.seed == min(shared))[:1] for model in models]
