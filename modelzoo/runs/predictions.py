"""Predictions of a run for each test image, and in the same form for each validation image."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import is_missing
from modelzoo.base.npz import read_npz
from modelzoo.datasets.dataset import sha256_of
from modelzoo.errors import ZooError
from modelzoo.runs.files import damaged

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet
    from modelzoo.runs.record import Record

Array = npt.NDArray[Any]

# The most classes that are kept of an image.
MOST_BEST = 5

_KIND, _ADVICE = "the predictions of its run", "remove the run and bench it again"

PREDICTIONS = "predictions.npz"
VALIDATION = "validation.npz"


@dataclass(frozen=True)
class Predictions:
    """The best classes of each image, best first, of shape (n, ≤ 5), with the true classes and all class names.

    `confidence` is the probability of the best class, 0-1, as float16. Runs of earlier versions have neither true
    classes nor names.
    """

    best: Array
    labels: Array | None = None
    classes: tuple[str, ...] = ()
    confidence: Array | None = None


def truth_of(best: Array, labels: Array) -> Array:
    """Encode the true class of each image: its index among the best classes, or the width plus the class itself.

    Indexes compress to almost nothing; the classes would take a tenth of the file.
    """
    among = best == labels[:, None]
    width = best.shape[1]
    truth = np.where(among.any(axis=1), among.argmax(axis=1), width + labels)
    return np.asarray(truth, dtype=np.min_scalar_type(int(truth.max(initial=0))))


def save_predictions(folder: Path, arrays: dict[str, Array], name: str = PREDICTIONS) -> None:
    """Write the arrays of `evaluate.predictions` into the folder of the run, by default those of the test images."""
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    write_atomically(folder / name, packed.getvalue())


def read_predictions(folder: Path, name: str = PREDICTIONS, record: "Record | None" = None) -> Predictions | None:
    """Read the predictions of the run in a folder, by default for its test images; None where it keeps none.

    Parameters
    ----------
    record : of the run; the predictions must be of as many images and classes, in the file that the record lists

    Raises
    ------
    ZooError
        If the file cannot be read, is damaged, or contradicts the record.
    """
    path = folder / name
    try:
        if record is not None and name in record.files and sha256_of(path) != record.files[name]:
            raise damaged(path, _KIND, "its SHA-256 is not the one in the record", _ADVICE)
        arrays = read_npz(path)
    except ZooError as error:
        if is_missing(error):
            return None
        raise
    problem = _problem(arrays)
    if record is not None and not problem:
        images = record.dataset.test_images if name == PREDICTIONS else record.dataset.validation_images
        problem = _contradiction(arrays, images, record.dataset.classes)
    if problem:
        raise damaged(path, _KIND, problem, _ADVICE)
    return _decoded(arrays)


def validation_correct(folder: Path, record: "Record") -> npt.NDArray[np.bool_]:
    """Return whether the run in a folder classified each validation image correctly, by the weights of its best epoch.

    Raises
    ------
    ZooError
        If the run keeps no predictions for them.
    """
    read = read_predictions(folder, VALIDATION, record)
    if read is None or read.labels is None:
        raise ZooError(f"{record.id} keeps no predictions for its validation images; remove the run and repeat")
    return np.asarray(read.best[:, 0] == read.labels)


def _problem(arrays: Mapping[str, Array]) -> str:
    """Return how the arrays differ from the ones that a run writes; empty if they do not."""
    for name, kind, dimensions in (("top5", "u", 2), ("truth", "u", 1), ("prob", "f", 1), ("classes", "U", 1)):
        array = arrays.get(name)
        if array is not None and (array.dtype.kind != kind or array.ndim != dimensions):
            return f"{name} has {array.ndim} dimensions of {array.dtype}"
    if ("truth" in arrays) != ("classes" in arrays):
        return "truth and classes are not both there"
    best = arrays.get("top5")
    if best is None or not 1 <= best.shape[1] <= MOST_BEST or len(arrays.get("truth", best)) != len(best):
        return "top5 and truth are not of the same images"
    confidence = arrays.get("prob", np.zeros(len(best)))
    if len(confidence) != len(best) or not ((confidence >= 0) & (confidence <= 1)).all():
        return "prob has no probability for each image"
    return ""


def _contradiction(arrays: Mapping[str, Array], images: int, classes: int) -> str:
    """Return how the predictions contradict the record of their run; empty if they do not."""
    best = arrays["top5"]
    if len(best) != images:
        return f"predictions of {len(best):,} images; expected {images:,}"
    if len(arrays.get("classes", ())) not in (0, classes):
        return f"names of {len(arrays['classes']):,} classes; expected {classes:,}"
    if best.max(initial=0) >= classes or arrays.get("truth", best).max(initial=0) >= best.shape[1] + classes:
        return f"a class above {classes - 1}, the last one"
    return ""


def _decoded(arrays: Mapping[str, Array]) -> Predictions:
    """Return the predictions in the arrays of a file."""
    best, truth = arrays["top5"], arrays.get("truth")
    labels = None
    if truth is not None:
        width = best.shape[1]
        index = np.minimum(truth, width - 1).astype(np.intp)
        labels = np.where(truth < width, best[np.arange(len(best)), index], truth.astype(np.int64) - width)
    # A lone surrogate could be written into no file.
    names = (str(name).encode(errors="replace").decode() for name in arrays.get("classes", ()))
    return Predictions(best, labels, tuple(names), arrays.get("prob"))


def labels_from(dataset: "DataSet", record: "Record") -> Array:
    """Return the true classes of the test images of a run.

    Raises
    ------
    ZooError
        If the checksums or the classes of the data set differ from those of the record.
    """
    same = dict(dataset.checksums) == record.dataset.checksums
    if not same or len(dataset.classes) != record.dataset.classes:
        raise ZooError(
            f"{dataset.name} at hand is not the data set that {record.id} was tested on: its "
            f"{'classes' if same else 'checksums'} differ; name the folder of the right one with --data-dir"
        )
    return dataset.test.labels


def truth_arrays(best: Array, labels: Array, classes: Sequence[str]) -> dict[str, Array]:
    """Return the arrays of the true classes and of the class names."""
    return {"truth": truth_of(best.astype(np.int64), labels), "classes": np.array(classes, dtype=np.str_)}
