"""Oversampling of confused classes: images added to each epoch.

A class that is hard for a network need not have few images. So the added images follow the errors on validation
images; errors on training images are too few.

References
----------
Sinha, Ohashi & Nakamura (2020), Class-wise difficulty-balanced loss, arXiv 2010.01824. They weight the loss of a class
by its error on validation images in each epoch. Here images are added instead, and false positives of a class count
like its false negatives.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
FloatArray = npt.NDArray[np.float64]

# Separates these draws from the order and the augmentation, which are drawn from seed and epoch too.
_STREAM = 2


def oversampling_weights(confusion: Array) -> FloatArray:
    """Return the share of the added images that each class gets; the shares sum to 1.

    A share follows the mean of 1 - recall and 1 - precision of the class. Without errors all shares are equal.

    Parameters
    ----------
    confusion : (classes, classes), images of the row's class that were predicted as the column's
    """
    correct = np.diag(confusion)
    missed = _share(confusion.sum(axis=1) - correct, confusion.sum(axis=1))
    mistaken = _share(confusion.sum(axis=0) - correct, confusion.sum(axis=0))
    errors = (missed + mistaken) / 2
    total = errors.sum()
    return errors / total if total else np.full(len(errors), 1 / len(errors))


def epoch_images(images: int, supplement: float) -> int:
    """Return the number of images of an epoch, with the added ones."""
    return images + round(supplement * images)


def oversample(
    labels: Array, weights: Sequence[float] | None, *, count: int, seed: int, epoch: int
) -> npt.NDArray[np.int64]:
    """Draw the indices of `count` images with replacement, by the weights of their classes or evenly over classes."""
    kinds, counts = np.unique(labels, return_counts=True)
    of_class = np.ones(len(kinds)) if weights is None else np.asarray(weights)[kinds]
    if not of_class.any():  # the confused classes have no training images
        of_class = np.ones(len(kinds))
    chances = (of_class / counts)[np.searchsorted(kinds, labels)]
    random = np.random.default_rng([seed, epoch, _STREAM])
    return random.choice(len(labels), count, p=chances / chances.sum())


def _share(part: Array, whole: Array) -> FloatArray:
    """Divide; a share of zero is zero."""
    shares: FloatArray = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return shares
