"""Confusion of classes: the errors of several classifiers, class by class."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from msgspec import Struct

FloatArray = npt.NDArray[np.float64]

_MOST = 10


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


def largest(matrices: Sequence[FloatArray], classes: Sequence[str], by: FloatArray) -> list[Confused]:
    """Return the ten pairs of classes with the largest values in `by`."""
    errors = by.copy()
    np.fill_diagonal(errors, 0)
    order = np.argsort(-errors, axis=None, kind="stable")[:_MOST]
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
