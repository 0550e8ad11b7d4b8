"""Errors by class: the confusion of classes, and recall, which weighs each class the same."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Confusion(NamedTuple):
    """Images of a class that were taken for another class, by number."""

    true: int
    taken_for: int
    images: int


def macro_recall(labels: Array, predicted: Array) -> float:
    """Return the mean over classes of the share of correctly classified images, in percent.

    Every class counts the same, whatever the number of its images; a class without images does not count. Other names
    are class-mean accuracy and balanced accuracy.

    Parameters
    ----------
    labels, predicted : (n_images,), classes as whole numbers from 0; one image at least
    """
    images, correct = count_by_class(labels, predicted)
    present = images > 0
    return 100 * float((correct[present] / images[present]).mean())


def count_by_class(labels: Array, predicted: Array, classes: int = 0) -> tuple[Array, Array]:
    """Count the images of each class, and the correctly classified ones.

    Parameters
    ----------
    classes : their number, where the last classes may have no image
    """
    images = np.bincount(labels, minlength=classes)
    return images, np.bincount(labels[labels == predicted], minlength=len(images))


def count_confusion(labels: Array, predicted: Array, classes: int) -> Array:
    """Count the images of each class (rows) by predicted class (columns)."""
    return np.bincount(labels.astype(np.int64) * classes + predicted, minlength=classes**2).reshape(classes, classes)


def confusions(labels: Array, predicted: Array) -> list[Confusion]:
    """Return each pair of classes that was confused, most images first, then by class.

    It takes memory for the pairs that occur, not for all pairs of classes.
    """
    wrong = labels != predicted
    pairs, images = np.unique(np.stack([labels[wrong], predicted[wrong]]), axis=1, return_counts=True)
    found = [Confusion(*map(int, cell)) for cell in zip(*pairs, images, strict=True)]
    return sorted(found, key=lambda pair: -pair.images)
