"""Correctness: the predictions of runs of one protocol against the true classes of the same test images."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from modelzoo.errors import DataMissingError, ZooError
from modelzoo.runs.predictions import labels_from
from modelzoo.runs.scores import contradiction, file_of

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet
    from modelzoo.runs.measured import MeasuredModel
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


def load_correctness(
    runs: Sequence["Run"], load: "Callable[[str], DataSet] | None" = None
) -> tuple[Correctness | None, dict[str, str]]:
    """Load the correctness of runs of one protocol, and by run id the problem of each damaged file of predictions.

    The correctness is None where the true classes are unknown. The runs share their test images, so any run can supply
    the true classes, else the data set does.

    Parameters
    ----------
    load : loads the data set of a name, for runs that do not keep the true classes

    Raises
    ------
    ZooError
        If the data set is another one, or missing.
    """
    predicted: dict[str, Array] = {}
    problems: dict[str, str] = {}
    labels: Array | None = None
    classes: tuple[str, ...] = ()
    kept_by = ""
    for run in runs:
        try:
            read = run.predictions()
        except ZooError as error:
            problems[run.id] = str(error)
            continue
        if read is None:
            continue
        best = np.ascontiguousarray(read.best[:, 0])  # a view would keep the other four classes in memory
        if read.labels is not None and labels is None and not contradiction(run, best, read.labels):
            labels, classes, kept_by = read.labels, read.classes, run.id
        if read.labels is None or labels is None or np.array_equal(read.labels, labels):
            predicted[run.id] = best
        else:
            problems[run.id] = (
                f"{file_of(run)}: the true classes differ from the ones that {kept_by} keeps for the same images; one "
                "of the two is damaged"
            )
    if labels is None and load is not None and predicted:
        labels, classes = _truth_of_data(runs[0], load)
    if labels is None:
        return None, problems
    classes = classes or tuple(map(str, range(runs[0].record.dataset.classes)))
    for run in runs:
        if run.id in predicted and (problem := contradiction(run, predicted[run.id], labels)):
            problems[run.id] = problem
            del predicted[run.id]
    return Correctness(labels=labels, predicted=predicted, classes=classes), problems


def _truth_of_data(run: "Run", load: "Callable[[str], DataSet]") -> tuple[Array, tuple[str, ...]]:
    """Return the true classes and the class names from the data set of the run."""
    try:
        dataset = load(run.record.dataset.name)
    except DataMissingError as error:
        raise DataMissingError(f"{run.id} does not keep the true classes of its test images, and {error}") from None
    return labels_from(dataset, run.record), dataset.classes


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
