"""Recall of classes: how a classifier does on each class, whatever the number of its images."""

from typing import Any

import numpy as np
import numpy.typing as npt


def macro_recall(labels: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> float:
    """Return the mean over classes of the share of a class's images that are right, in percent.

    Every class counts the same, however many images it has; a class without images does not count. Also known as
    class-mean accuracy and as balanced accuracy.

    Parameters
    ----------
    labels, predicted : (n_images,), classes as whole numbers from 0; one image at least
    """
    images = np.bincount(labels)
    correct = np.bincount(labels[labels == predicted], minlength=len(images))
    present = images > 0
    return 100 * float((correct[present] / images[present]).mean())
