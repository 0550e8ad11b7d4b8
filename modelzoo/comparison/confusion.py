"""Which classes are taken for which: the errors of several classifiers beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Confused:
    """Images of one class that were taken for another: how many by each classifier, of how many there are.

    Where a classifier stands for several seeds, the mean over these.
    """

    true: str
    taken_for: str
    images: int
    counts: tuple[float, ...]

    @property
    def spread(self) -> float:
        """By how many images the classifiers differ."""
        return max(self.counts) - min(self.counts)


def confusion(predicted: npt.NDArray[np.int64], labels: npt.NDArray[np.int64], classes: int) -> FloatArray:
    """How many images of each class (rows) were taken for each (columns).

    Parameters
    ----------
    predicted : (n_seeds, n_images); the matrix is the mean over the seeds
    """
    cells = np.bincount((labels * classes + predicted).ravel(), minlength=classes**2)
    return cells.reshape(classes, classes) / len(predicted)


def most_confused(matrices: Sequence[FloatArray], classes: Sequence[str], most: int = 10) -> list[Confused]:
    """The pairs of classes with most errors of all classifiers together."""
    return _first(matrices, classes, sum(matrices[1:], matrices[0]), most)


def most_different(matrices: Sequence[FloatArray], classes: Sequence[str], most: int = 10) -> list[Confused]:
    """The pairs of classes in whose errors the classifiers differ most."""
    return _first(matrices, classes, np.max(matrices, axis=0) - np.min(matrices, axis=0), most)


def _first(matrices: Sequence[FloatArray], classes: Sequence[str], by: FloatArray, most: int) -> list[Confused]:
    errors = by.copy()
    np.fill_diagonal(errors, 0)
    order = np.argsort(-errors, axis=None, kind="stable")[:most]
    places = [divmod(int(cell), len(classes)) for cell in order if errors.flat[cell] > 0]
    return [
        Confused(
            true=classes[true],
            taken_for=classes[taken],
            images=round(float(matrices[0][true].sum())),
            counts=tuple(float(matrix[true, taken]) for matrix in matrices),
        )
        for true, taken in places
    ]
