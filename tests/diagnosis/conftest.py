"""A run whose answers are known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.runs.predictions import save_predictions
from modelzoo.runs.run import Run
from modelzoo.training.evaluate import predictions

# 40 images of class a, 40 of b, 20 of c; half of c is taken for a, one image of b for c.
LABELS = np.repeat([0, 1, 2], [40, 40, 20])
PREDICTED = LABELS.copy()
PREDICTED[80:90] = 0
PREDICTED[40] = 2
# The network is less sure of its errors.
CONFIDENCE = np.where(PREDICTED == LABELS, 0.75, 0.5)


@pytest.fixture
def make_diagnosed(make_record: Callable[..., Any], tmp_path: Path) -> Callable[..., Run]:
    """Write a run of three classes with its predictions; fields of the record can be set."""

    def make(classes: tuple[str, ...] = ("a", "b", "c"), **fields: Any) -> Run:
        facts = {"classes": 3, "test_images": 100, "train_images": 1000} | fields.pop("dataset", {})
        given = {"correct": 89, "name": "LeNet-5", "train_counts": (400, 400, 200)} | fields
        record = make_record("lenet5", dataset=facts, **given)
        probabilities = np.full((100, 3), 0.0) + ((1 - CONFIDENCE) / 2)[:, None]
        probabilities[np.arange(100), PREDICTED] = CONFIDENCE
        folder = tmp_path / record.id
        folder.mkdir(parents=True)
        save_predictions(folder, predictions(probabilities, LABELS, classes))
        return Run(record, folder, "local")

    return make
