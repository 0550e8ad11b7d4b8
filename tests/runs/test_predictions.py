"""What a run keeps of each test image comes back as it was."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.errors import ZooError
from modelzoo.runs.predictions import PREDICTIONS, labels_from, read_predictions, save_predictions, truth_of
from modelzoo.training.evaluate import predictions


@given(data=st.data(), classes=st.sampled_from([2, 4, 5, 6, 47, 251, 252, 256, 300]))
def test_right_classes_come_back_whether_they_were_among_the_best_or_not(
    tmp_path_factory: Any, data: Any, classes: int
) -> None:
    seed = data.draw(st.integers(0, 1000))
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, 50)
    folder = tmp_path_factory.mktemp("run")
    names = tuple(f"class {place}" for place in range(classes))
    probabilities = random.random((50, classes))
    save_predictions(folder, predictions(probabilities, labels, names))
    kept = read_predictions(folder)
    assert kept is not None
    assert kept.labels is not None
    assert (kept.labels.tolist(), kept.classes) == (labels.tolist(), names)
    assert kept.best[:, 0].tolist() == probabilities.argmax(axis=1).tolist()


def test_the_truth_is_a_place_or_a_class_beyond_the_places() -> None:
    best = np.array([[7, 3, 1], [7, 3, 1], [7, 3, 1]])
    assert truth_of(best, np.array([7, 1, 0])).tolist() == [0, 2, 3]


def test_a_run_without_predictions_has_none(tmp_path: Path) -> None:
    assert read_predictions(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"text"])
def test_damaged_predictions_are_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PREDICTIONS).write_bytes(content)
    with pytest.raises(ZooError, match=re.escape(str(tmp_path / PREDICTIONS)) + " is damaged or no .npz file"):
        read_predictions(tmp_path)


def test_predictions_of_other_arrays_are_named(tmp_path: Path) -> None:
    save_predictions(
        tmp_path, {"top5": np.zeros((3, 5), np.uint8), "truth": np.zeros(4, np.uint8), "classes": np.array(["a"])}
    )
    with pytest.raises(ZooError, match="not of the same images"):
        read_predictions(tmp_path)
    save_predictions(tmp_path, {"prob": np.zeros(3)})
    with pytest.raises(ZooError, match="not an archive of predictions"):
        read_predictions(tmp_path)


def test_right_classes_are_those_of_the_same_data_set(make_record: Callable[..., Any]) -> None:
    split = Split(np.zeros((4, 28, 28), np.uint8), np.array([0, 1, 2, 3]))
    dataset = DataSet("mine", "Mine", tuple("abcd"), split, split, {"train": "ab"})
    assert labels_from(dataset, make_record("lenet5", dataset={"checksums": {"train": "ab"}})).tolist() == [0, 1, 2, 3]
    with pytest.raises(ZooError, match="its checksums differ"):
        labels_from(dataset, make_record("lenet5", dataset={"checksums": {"train": "cd"}}))
