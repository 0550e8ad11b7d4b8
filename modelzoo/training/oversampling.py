"""Supplement: further images of the classes that are mixed up, added to each epoch.

A class that a network finds hard is not always one that has few images, so what is added goes by the errors it makes,
and by those on validation images: on the images it learns from it makes too few.

References
----------
Sinha, Ohashi & Nakamura (2020), Class-wise difficulty-balanced loss, arXiv 2010.01824, who weigh the loss of a class by
its error on validation images, anew in each epoch. Here images are added instead, and what is taken for a class counts
beside what it is taken for.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]

# Keeps the draw apart from the order and the augmentation, which are drawn from seed and epoch too.
_STREAM = 2


def supplement_weights(confusion: Array) -> FloatArray:
    """Of each class the share of the added images that is to be its own; they sum to 1.

    It goes by the mean of two errors: the share of its images that are taken for others, and the share of others among
    the images taken for it. Where nothing is mixed up, all classes get the same.

    Parameters
    ----------
    confusion : (classes, classes), images of the row's class that were taken for the column's
    """
    right = np.diag(confusion)
    missed = _share(confusion.sum(axis=1) - right, confusion.sum(axis=1))
    mistaken = _share(confusion.sum(axis=0) - right, confusion.sum(axis=0))
    errors = (missed + mistaken) / 2
    total = errors.sum()
    return errors / total if total else np.full(len(errors), 1 / len(errors))


def count_confusion(labels: Array, predicted: Array, classes: int) -> Array:
    """How many images of each class (rows) were taken for each (columns)."""
    return np.bincount(labels.astype(np.int64) * classes + predicted, minlength=classes**2).reshape(classes, classes)


def epoch_images(images: int, supplement: float) -> int:
    """How many images an epoch has, with those that are added."""
    return images + round(supplement * images)


def draw_supplement(
    labels: Array, weights: Sequence[float] | None, *, count: int, seed: int, epoch: int
) -> npt.NDArray[np.int64]:
    """Places of `count` images, drawn with replacement; by their classes' weights, or evenly from all classes."""
    kinds, counts = np.unique(labels, return_counts=True)
    of_class = np.ones(len(kinds)) if weights is None else np.asarray(weights)[kinds]
    if not of_class.any():  # the classes that are mixed up have no training images
        of_class = np.ones(len(kinds))
    chances = (of_class / counts)[np.searchsorted(kinds, labels)]
    random = np.random.default_rng([seed, epoch, _STREAM])
    return random.choice(len(labels), count, p=chances / chances.sum())


def _share(part: Array, whole: Array) -> FloatArray:
    """Zero of nothing."""
    shares: FloatArray = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return shares
