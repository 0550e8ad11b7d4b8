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
    """The best classes of each image, best first, of shape (n, ≤ 5); the right ones and all classes' names if known.

    Runs made before these were kept have neither.
    """

    best: Array
    labels: Array | None = None
    classes: tuple[str, ...] = ()


def truth_of(best: Array, labels: Array) -> Array:
    """The right class of each image by its place among the best ones, 0 the first; beyond these, the class itself.

    A place needs next to nothing once it is packed, where the class would take a tenth of the whole file.
    """
    among = best == labels[:, None]
    width = best.shape[1]
    truth = np.where(among.any(axis=1), among.argmax(axis=1), width + labels)
    return np.asarray(truth, dtype=np.uint8 if truth.max(initial=0) < 256 else np.uint16)


def save_predictions(folder: Path, arrays: dict[str, Array], name: str = PREDICTIONS) -> None:
    """Write the arrays of `evaluate.predictions` into the run's folder: those of the test images, unless named."""
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **arrays)
    write_atomically(folder / name, packed.getvalue())


def read_predictions(folder: Path, name: str = PREDICTIONS) -> Predictions | None:
    """Read the predictions of the run in a folder, of its test images unless named; None where it keeps none.

    Raises
    ------
    ZooError
        If the file is damaged.
    """
    arrays = _read(folder / name)
    if arrays is None:
        return None
    best = arrays["top5"].astype(np.int64)
    labels = None
    if "truth" in arrays:
        truth, width = arrays["truth"].astype(np.int64), best.shape[1]
        labels = np.where(truth < width, best[np.arange(len(best)), np.minimum(truth, width - 1)], truth - width)
    return Predictions(best, labels, tuple(map(str, arrays.get("classes", ()))))


def _read(path: Path) -> dict[str, Array] | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            arrays = {key: kept[key] for key in kept.files}
        if arrays["top5"].ndim != 2 or len(arrays.get("truth", arrays["top5"])) != len(arrays["top5"]):
            raise ValueError("top5 and truth are not of the same images")
    except FileNotFoundError:
        return None
    except (OSError, EOFError, KeyError, ValueError, AttributeError, zipfile.BadZipFile) as error:
        raise ZooError(
            f"{paths.shown(path)}: cannot be read as predictions ({error}); remove the run and bench it again"
        ) from None
    return arrays


def labels_from(dataset: "DataSet", record: "Record") -> Array:
    """The right classes of the test images that a run was tested on.

    Raises
    ------
    ZooError
        If the data set at hand is not, by its checksums, the one that the record names.
    """
    if dict(dataset.checksums) != record.dataset.checksums:
        raise ZooError(
            f"{dataset.name} at hand is not the data set that {record.id} was tested on: its checksums differ; name "
            "the folder of the right one with --data-dir"
        )
    return dataset.test.labels


def truth_arrays(best: Array, labels: Array, classes: Sequence[str]) -> dict[str, Array]:
    """The part of the file that says what was right."""
    return {"truth": truth_of(best.astype(np.int64), labels), "classes": np.array(classes, dtype=np.str_)}
