"""Recall of classes, which weighs each class the same."""

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
