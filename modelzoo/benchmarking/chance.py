"""The comparison of a run's validation accuracy with chance."""

from pathlib import Path

import numpy as np

from modelzoo.errors import ZooError
from modelzoo.runs.measured import validation_accuracy
from modelzoo.runs.predictions import VALIDATION, read_predictions
from modelzoo.runs.record import Record
from modelzoo.statistics.intervals import wilson


def learned_nothing(record: Record, folder: Path) -> list[str]:
    """Return two lines if validation accuracy, within its 95 % interval, is no better than chance."""
    images = record.dataset.validation_images
    accuracy = validation_accuracy(record)
    if accuracy is None or not images:
        return []
    low, high = wilson(round(accuracy * images / 100), images)
    chance, source = _chance(record, folder)
    if low > chance:
        return []
    transferable = (record.build or "").startswith("keras:") and record.recipe.weights is None
    pretrained = ", `--recipe finetune`" if transferable else ""
    return [
        f"  learned        nothing: validation accuracy {accuracy:.2f} % (95 % interval {low:.2f}-{high:.2f}) is not "
        f"above {chance:.2f} %, {source}",
        f"                 try more epochs, a lower learning rate{pretrained} or more images",
    ]


def _chance(record: Record, folder: Path) -> tuple[float, str]:
    """Return the accuracy in percent of a network that learned nothing, and its source.

    Such a network prefers the most frequent class. Under `balanced` it prefers none.
    """
    try:
        kept = None if record.recipe.balanced else read_predictions(folder, VALIDATION, record)
    except ZooError:  # a damaged file; the commands that need it name it
        kept = None
    if kept is None or kept.labels is None:
        return 100 / record.dataset.classes, f"chance among {record.dataset.classes} classes"
    share = np.bincount(kept.labels).max() / len(kept.labels)
    return 100 * float(share), "the share of the most frequent class"
