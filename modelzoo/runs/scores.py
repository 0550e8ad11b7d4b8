"""Scores of one run on its test images, also where the record of an earlier version lacks them."""

from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from modelzoo.base import paths
from modelzoo.base.text import cut
from modelzoo.errors import ZooError
from modelzoo.runs.predictions import PREDICTIONS
from modelzoo.runs.run import Run
from modelzoo.statistics.calibration import calibration_error
from modelzoo.statistics.recall import macro_recall


class LabeledPredictions(Struct, frozen=True):
    """The true class, the predicted class and its probability, 0-1, of each test image, and the class names.

    The probability is None in runs of the first versions.
    """

    labels: npt.NDArray[np.int64]
    predicted: npt.NDArray[np.unsignedinteger]
    confidence: npt.NDArray[np.float16] | None
    classes: tuple[str, ...]

    @property
    def correct(self) -> npt.NDArray[np.bool_]:
        """Return whether each image was predicted correctly."""
        return np.asarray(self.predicted == self.labels)


def read_labeled(run: Run) -> LabeledPredictions:
    """Read the predictions of a run with the true classes.

    Raises
    ------
    ZooError
        If the run failed, or its predictions are missing, damaged, or not the ones of its record.
    """
    if run.record.untested:
        raise ZooError(f"{run.id} is not tested; repeat its `zoo bench` command without --no-test")
    if not run.usable:
        raise ZooError(
            f"{run.id} failed ({cut(run.record.reason or '', 200)}), it has no test result; bench the model again"
        )
    read = run.predictions()
    if read is None or read.labels is None:
        raise ZooError(f"{run.id} keeps no predictions with the true classes; bench the model again")
    predicted = np.ascontiguousarray(read.best[:, 0])
    if problem := contradiction(run, predicted, read.labels):
        raise ZooError(problem)
    classes = read.classes or tuple(map(str, range(run.record.dataset.classes)))
    return LabeledPredictions(read.labels, predicted, read.confidence, classes)


def contradiction(run: Run, predicted: npt.NDArray[Any], labels: npt.NDArray[Any]) -> str:
    """Return how predictions and true classes contradict the record; empty if they do not."""
    correct, test = int((predicted == labels).sum()), run.record.test
    if test is None or correct == test.correct:
        return ""
    return (
        f"{file_of(run)} has {correct:,} of {len(labels):,} correct, record.json {test.correct:,}; they are not of "
        "one run, bench it again"
    )


def file_of(run: Run) -> str:
    """Return the path of the predictions of a run, for a message."""
    return paths.shown(run.folder / PREDICTIONS)


def macro_recall_of(run: Run) -> float | None:
    """Return the class-mean accuracy of a run in percent: the record's, else from its predictions."""
    if run.record.test and run.record.test.macro_recall is not None:
        return run.record.test.macro_recall
    tested = _tested(run)
    return None if tested is None else macro_recall(tested.labels, tested.predicted)


def ece_of(run: Run) -> float | None:
    """Return the calibration error of a run in percentage points: the record's, else from its predictions."""
    if run.record.test and run.record.test.ece is not None:
        return run.record.test.ece
    tested = _tested(run)
    if tested is None or tested.confidence is None:
        return None
    return calibration_error(tested.confidence, tested.correct)


def peak_memory_mb_of(run: Run) -> float | None:
    """Return the peak of memory in 10^6 bytes: of the GPU where there is one, else of the process."""
    record = run.record
    return record.on_gpu.peak_memory_mb if record.on_gpu else record.peak_memory_mb


def model_size_mb_of(run: Run) -> float | None:
    """Return the size of the saved weights in 10^6 bytes."""
    size = run.record.saved_model_bytes
    return None if size is None else size / 1e6


def _tested(run: Run) -> LabeledPredictions | None:
    """Read the predictions of a run; None without usable ones, which `zoo show RUN` reports."""
    try:
        return read_labeled(run)
    except ZooError:
        return None
