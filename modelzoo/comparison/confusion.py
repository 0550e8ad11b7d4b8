"""Confusion of classes: the errors of several classifiers, class by class."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

FloatArray = npt.NDArray[np.float64]


class Confused(Struct, frozen=True, kw_only=True):
    """Images of one class that were taken for another one: the count of each classifier, the mean over its seeds.

    `images` counts all images of the class.
    """

    true: str
    taken_for: str
    images: int
    counts: tuple[float, ...]

    @property
    def spread(self) -> float:
        """Return the largest difference between two classifiers, in images."""
        return max(self.counts) - min(self.counts)


def confusion(predicted: npt.NDArray[np.int64], labels: npt.NDArray[np.int64], classes: int) -> FloatArray:
    """Count the images of each class (rows) by predicted class (columns).

    Parameters
    ----------
    predicted : (n_seeds, n_images); the counts are means over the seeds
    """
    cells = np.bincount((labels * classes + predicted).ravel(), minlength=classes**2)
    return cells.reshape(classes, classes) / len(predicted)


def most_confused(matrices: Sequence[FloatArray], classes: Sequence[str], most: int = 10) -> list[Confused]:
    """Return the pairs of classes with most errors of all classifiers together."""
    return _largest(matrices, classes, sum(matrices[1:], matrices[0]), most)


def most_different(matrices: Sequence[FloatArray], classes: Sequence[str], most: int = 10) -> list[Confused]:
    """Return the pairs of classes with the largest differences between the errors of the classifiers."""
    return _largest(matrices, classes, np.max(matrices, axis=0) - np.min(matrices, axis=0), most)


def _largest(matrices: Sequence[FloatArray], classes: Sequence[str], by: FloatArray, most: int) -> list[Confused]:
    """Return the pairs of classes with the largest values in `by`."""
    errors = by.copy()
    np.fill_diagonal(errors, 0)
    order = np.argsort(-errors, axis=None, kind="stable")[:most]
    cells = [divmod(int(cell), len(classes)) for cell in order if errors.flat[cell] > 0]
    return [
        Confused(
            true=classes[true],
            taken_for=classes[taken],
            images=round(float(matrices[0][true].sum())),
            counts=tuple(float(matrix[true, taken]) for matrix in matrices),
        )
        for true, taken in cells
    ]
