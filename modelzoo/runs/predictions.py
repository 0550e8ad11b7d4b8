"""Predictions of a run for each test image, and in the same form for each validation image."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from modelzoo.base import paths
from modelzoo.base.atomic import write_atomically
from modelzoo.errors import ZooError

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import DataSet
    from modelzoo.runs.record import Record

Array = npt.NDArray[Any]

PREDICTIONS = "predictions.npz"
VALIDATION = "validation.npz"


@dataclass(frozen=True)
class Predictions:
    """The best classes of each image, best first, of shape (n, ≤ 5), with the true classes and all class names.

    Runs of earlier versions have neither true classes nor names.
    """

    best: Array
    labels: Array | None = None
    classes: tuple[str, ...] = ()


def truth_of(best: Array, labels: Array) -> Array:
    """Encode the true class of each image: its index among the best classes, or the width plus the class itself.

    Indexes compress to almost nothing; the classes would take a tenth of the file.
    """
    among = best == labels[:, None]
    width = best.shape[1]
    truth = np.where(among.any(axis=1), among.argmax(axis=1), width + labels)
    return np.asarray(truth, dtype=np.uint8 if truth.max(initial=0) < 256 else np.uint16)


def save_predictions(folder: Path, arrays: dict[str, Array], name: str = PREDICTIONS) -> None:
    """Write the arrays of `evaluate.predictions` into the folder of the run, by default those of the test images."""
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    write_atomically(folder / name, packed.getvalue())


def read_predictions(folder: Path, name: str = PREDICTIONS) -> Predictions | None:
    """Read the predictions of the run in a folder, by default for its test images; None where it keeps none.

    Raises
    ------
    ZooError
        If the file is damaged.
    """
    path = folder / name
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: dict[str, Array] = dict(file)
        if arrays["top5"].ndim != 2 or len(arrays.get("truth", arrays["top5"])) != len(arrays["top5"]):
            raise ValueError("top5 and truth are not of the same images")
    except FileNotFoundError:
        return None
    except (OSError, EOFError, KeyError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        raise ZooError(
            f"{paths.shown(path)}: cannot be read as predictions ({error}); remove the run and bench it again"
        ) from None
    best = arrays["top5"].astype(np.int64)
    labels = None
    if "truth" in arrays:
        truth, width = arrays["truth"].astype(np.int64), best.shape[1]
        labels = np.where(truth < width, best[np.arange(len(best)), np.minimum(truth, width - 1)], truth - width)
    return Predictions(best, labels, tuple(map(str, arrays.get("classes", ()))))


def labels_from(dataset: "DataSet", record: "Record") -> Array:
    """Return the true classes of the test images of a run.

    Raises
    ------
    ZooError
        If the checksums of the data set differ from those of the record.
    """
    if dict(dataset.checksums) != record.dataset.checksums:
        raise ZooError(
            f"{dataset.name} at hand is not the data set that {record.id} was tested on: its checksums differ; name "
            "the folder of the right one with --data-dir"
        )
    return dataset.test.labels


def truth_arrays(best: Array, labels: Array, classes: Sequence[str]) -> dict[str, Array]:
    """Return the arrays of the true classes and of the class names."""
    return {"truth": truth_of(best.astype(np.int64), labels), "classes": np.array(classes, dtype=np.str_)}
