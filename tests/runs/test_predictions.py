"""What a run keeps of each test image comes back as it was."""

import errno
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.errors import DamagedFileError, ZooError
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


def test_seventy_thousand_classes_are_kept_whole(tmp_path: Path) -> None:
    """65,536 classes and more need four bytes, in the prediction and in the truth beyond the best five."""
    classes, labels = 70_000, np.array([69_999, 69_998, 0])
    probabilities = np.zeros((3, classes), np.float32)
    probabilities[[0, 1, 2], [69_999, 3, 69_999]] = 0.75
    save_predictions(tmp_path, predictions(probabilities, labels, list(map(str, range(classes)))))
    kept = read_predictions(tmp_path)
    assert kept is not None
    assert kept.labels is not None
    assert (kept.labels.tolist(), kept.best[:, 0].tolist()) == (labels.tolist(), [69_999, 3, 69_999])
    assert kept.confidence is not None
    assert kept.confidence.tolist() == [0.75] * 3


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
    with pytest.raises(ZooError, match="not the predictions of its run"):
        read_predictions(tmp_path)


KEPT = {
    "top5": np.array([[1, 0], [0, 1], [1, 0]], np.uint8),
    "truth": np.array([0, 0, 1], np.uint8),
    "classes": np.array(["a", "b"]),
}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"top5": np.array([[2, 0], [0, 1], [1, 0]], np.uint8)}, "a class above 1, the last one"),
        ({"truth": np.array([0, 0, 4], np.uint8)}, "a class above 1, the last one"),
        ({"top5": KEPT["top5"][:2], "truth": KEPT["truth"][:2]}, "predictions of 2 images; expected 3"),
        ({"classes": np.array(["a", "b", "c"])}, "names of 3 classes; expected 2"),
        ({"top5": -np.ones((3, 2), np.int8)}, "top5 has 2 dimensions of int8"),
        ({"top5": np.full((3, 2), np.nan)}, "top5 has 2 dimensions of float64"),
        ({"top5": np.zeros((3, 6), np.uint8)}, "not of the same images"),
        ({"top5": np.zeros((3, 0), np.uint8)}, "not of the same images"),
        ({"truth": np.zeros((3, 1), np.uint8)}, "truth has 2 dimensions"),
        ({"classes": np.array([1, 2])}, "classes has 1 dimensions of int64"),
        ({"prob": np.array([0.5, 1.5, 0.5])}, "prob has no probability for each image"),
        ({"prob": np.array([0.5, np.nan, 0.5], np.float16)}, "prob has no probability for each image"),
        ({"prob": np.array([0.5])}, "prob has no probability for each image"),
        ({"prob": np.array([1, 0, 1])}, "prob has 1 dimensions of int64"),
    ],
)
def test_predictions_that_contradict_the_record_are_named(
    make_record: Callable[..., Any], tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    record = make_record("lenet5", correct=1, dataset={"test_images": 3, "classes": 2})
    save_predictions(tmp_path, KEPT)
    assert read_predictions(tmp_path, record=record) is not None
    save_predictions(tmp_path, KEPT | changed)
    with pytest.raises(DamagedFileError, match=rf"predictions\.npz: not the predictions of its run: .*{words}"):
        read_predictions(tmp_path, record=record)


def test_predictions_are_the_file_that_the_record_lists(make_record: Callable[..., Any], tmp_path: Path) -> None:
    save_predictions(tmp_path, KEPT)
    written = hashlib.sha256((tmp_path / PREDICTIONS).read_bytes()).hexdigest()
    fields = {"correct": 1, "dataset": {"test_images": 3, "classes": 2}}
    assert read_predictions(tmp_path, record=make_record("lenet5", **fields, files={PREDICTIONS: written})) is not None
    with pytest.raises(DamagedFileError, match="its SHA-256 is not the one in the record"):
        read_predictions(tmp_path, record=make_record("lenet5", **fields, files={PREDICTIONS: "0" * 64}))


def test_predictions_that_cannot_be_read_now_are_not_damaged(
    make_record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    save_predictions(tmp_path, KEPT)
    monkeypatch.setattr("hashlib.file_digest", fail)
    record = make_record("lenet5", correct=1, dataset={"test_images": 3, "classes": 2}, files={PREDICTIONS: "0" * 64})
    with pytest.raises(ZooError, match=r"predictions\.npz cannot be read: Input/output error") as caught:
        read_predictions(tmp_path, record=record)
    assert not isinstance(caught.value, DamagedFileError)


def test_a_class_name_that_no_file_could_hold_is_replaced(tmp_path: Path) -> None:
    save_predictions(tmp_path, KEPT | {"classes": np.array(["caf\udce9", "b"])})
    read = read_predictions(tmp_path)
    assert read is not None
    assert read.classes == ("caf?", "b")


def test_right_classes_are_those_of_the_same_data_set(make_record: Callable[..., Any]) -> None:
    split = Split(np.full((4, 28, 28), 200, np.uint8), np.array([0, 1, 2, 3]))
    checksums = {"checksums": {"train": "ab"}}
    dataset = DataSet("mine", "Mine", tuple("abcd"), split, split, {"train": "ab"})
    assert labels_from(dataset, make_record("lenet5", dataset=checksums | {"classes": 4})).tolist() == [0, 1, 2, 3]
    with pytest.raises(ZooError, match="its classes differ"):
        labels_from(dataset, make_record("lenet5", dataset=checksums | {"classes": 5}))
    with pytest.raises(ZooError, match="its checksums differ"):
        labels_from(dataset, make_record("lenet5", dataset={"checksums": {"train": "cd"}}))
