"""Errors by class: the confusion of classes, and recall, which weighs each class the same."""

from typing import Any

import numpy as np
import numpy.typing as npt


def macro_recall(labels: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> float:
    """Return the mean over classes of the share of correctly classified images, in percent.

    Every class counts the same, whatever the number of its images; a class without images does not count. Other names
    are class-mean accuracy and balanced accuracy.

    Parameters
    ----------
    labels, predicted : (n_images,), classes as whole numbers from 0; one image at least
    """
    images = np.bincount(labels)
    correct = np.bincount(labels[labels == predicted], minlength=len(images))
    present = images > 0
    return 100 * float((correct[present] / images[present]).mean())


def count_confusion(labels: npt.NDArray[Any], predicted: npt.NDArray[Any], classes: int) -> npt.NDArray[Any]:
    """Count the images of each class (rows) by predicted class (columns)."""
    return np.bincount(labels.astype(np.int64) * classes + predicted, minlength=classes**2).reshape(classes, classes)
