"""Data sets of one's own: folders of IDX files and npz files, under their own names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.datasets.dataset import sha256_of
from modelzoo.datasets.emnist import CLASSES
from modelzoo.datasets.folders import is_dataset, load_path
from modelzoo.errors import ZooError


def test_a_folder_of_idx_files_is_a_data_set_under_its_own_name(write_pairs: Callable, tmp_path: Path) -> None:
    stored = write_pairs(tmp_path / "kana")
    dataset = load_path(tmp_path / "kana")
    assert (dataset.name, dataset.title, dataset.classes) == ("kana", "kana", ("0", "1", "2"))
    np.testing.assert_array_equal(dataset.train.images, stored["train-images"])
    np.testing.assert_array_equal(dataset.test.labels, stored["test-labels"])
    file = "train-images-idx3-ubyte.gz"
    assert dataset.checksums[file] == sha256_of(tmp_path / "kana" / file)
    assert dataset.notes == ()


def test_a_folder_named_like_emnist_is_turned_upright_and_says_so(write_pairs: Callable, tmp_path: Path) -> None:
    stored = write_pairs(tmp_path / "EMNIST-mine", classes=47)
    dataset = load_path(tmp_path / "EMNIST-mine")
    np.testing.assert_array_equal(dataset.train.images, stored["train-images"].transpose(0, 2, 1))
    assert dataset.classes == CLASSES["balanced"]
    assert "transposed = false" in dataset.notes[0]


@pytest.mark.parametrize("name", ["emnist-mine", "kana"])
@pytest.mark.parametrize("transposed", [True, False])
def test_the_folders_own_word_goes_before_its_name(
    name: str, transposed: bool, write_pairs: Callable, tmp_path: Path
) -> None:
    stored = write_pairs(tmp_path / name)
    (tmp_path / name / "dataset.toml").write_text(f"transposed = {str(transposed).lower()}")
    dataset = load_path(tmp_path / name)
    expected = stored["train-images"].transpose(0, 2, 1) if transposed else stored["train-images"]
    np.testing.assert_array_equal(dataset.train.images, expected)
    assert dataset.notes == ()


def test_a_reading_that_is_not_the_usual_one_is_described(write_pairs: Callable, tmp_path: Path) -> None:
    for name, usual in (("kana", "false"), ("emnist-mine", "true")):
        folder = tmp_path / name
        write_pairs(folder)
        readings = [load_path(folder).reading]
        for turned in ("true", "false"):
            (folder / "dataset.toml").write_text(f"transposed = {turned}")
            readings.append(load_path(folder).reading)
        other = f"transposed = {'true' if usual == 'false' else 'false'}"
        assert readings == (["", other, ""] if usual == "false" else ["", "", other])


def test_names_of_classes_in_another_order_are_another_reading(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path)
    readings = []
    for names in (["0", "1", "2"], ["a", "i", "u"], ["a", "u", "i"], ["i", "a", "u"]):
        (tmp_path / "dataset.toml").write_text(f"classes = {names}")
        readings.append(load_path(tmp_path).reading)
    assert readings[0] == ""
    assert len(set(readings)) == 4
    (tmp_path / "dataset.toml").unlink()
    (tmp_path / "mapping.txt").write_text("0 97\n1 105\n2 117\n")
    assert load_path(tmp_path).reading == readings[1]


def test_a_folder_says_its_title_classes_and_that_it_is_synthetic(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path)
    (tmp_path / "dataset.toml").write_text('title = "Kana"\nclasses = ["a", "i", "u"]\nsynthetic = true')
    dataset = load_path(tmp_path)
    assert (dataset.title, dataset.classes, dataset.synthetic) == ("Kana", ("a", "i", "u"), True)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("classes = 3", "classes is 3; expected a list; it may have title, classes, transposed, synthetic"),
        ("clases = []", r"unknown field 'clases'; did you mean 'classes'\?"),
        ("title =", "cannot be read as TOML in UTF-8"),
    ],
)
def test_a_wrong_field_of_a_folder_is_refused(text: str, problem: str, write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path)
    (tmp_path / "dataset.toml").write_text(text)
    with pytest.raises(ZooError, match=rf"dataset\.toml: {problem}"):
        load_path(tmp_path)


def test_more_labels_than_named_classes_are_refused(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path)
    (tmp_path / "dataset.toml").write_text('classes = ["a", "i"]')
    with pytest.raises(ZooError, match="label 2 at index 4; expected 0 to 1, for 2 classes"):
        load_path(tmp_path)


def test_a_mapping_beside_the_files_names_the_classes(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path)
    (tmp_path / "mapping.txt").write_text("0 88\n1 89 121\n2 90\n")
    assert load_path(tmp_path).classes == ("X", "Yy", "Z")


def test_a_gap_in_labels_that_nothing_names_is_refused(
    write_pairs: Callable, write_idx: Callable, tmp_path: Path
) -> None:
    write_pairs(tmp_path)
    write_idx(tmp_path / "train-labels-idx1-ubyte.gz", np.array([0, 0, 1, 1, 3, 3]))
    with pytest.raises(ZooError, match=r"no training image has label 2, .* or name them all in dataset\.toml"):
        load_path(tmp_path)
    (tmp_path / "dataset.toml").write_text('classes = ["a", "b", "c", "d"]')
    assert load_path(tmp_path).classes == ("a", "b", "c", "d")


def test_a_missing_file_of_the_four_is_named(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path)
    (tmp_path / "test-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(ZooError, match="lacks test-labels; it has"):
        load_path(tmp_path)


def test_train_and_test_images_of_two_sizes_are_refused(
    write_pairs: Callable, write_idx: Callable, tmp_path: Path
) -> None:
    write_pairs(tmp_path)
    write_idx(tmp_path / "test-images-idx3-ubyte.gz", np.zeros((3, 32, 32)))
    with pytest.raises(ZooError, match="train images are 28×28, test images 32×32"):
        load_path(tmp_path)


def test_the_current_folder_has_a_name(write_pairs: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_pairs(tmp_path / "kana")
    monkeypatch.chdir(tmp_path / "kana")
    assert load_path(Path()).name == "kana"


def test_a_folder_without_a_data_set_says_what_was_expected(tmp_path: Path) -> None:
    assert not is_dataset(tmp_path)
    with pytest.raises(ZooError, match=r"holds no data set: .*; expected"):
        load_path(tmp_path)


X = np.arange(4 * 5 * 6, dtype=np.uint8).reshape(4, 5, 6)
Y = np.array([0, 1, 0, 1])
ARRAYS = {"x_train": X, "y_train": Y, "x_test": X[:2], "y_test": Y[:2]}


def saved(folder: Path, **changes: Any) -> Path:
    np.savez(folder / "own.npz", **(ARRAYS | changes))
    return folder / "own.npz"


def test_an_npz_file_is_a_data_set_under_its_own_name(tmp_path: Path) -> None:
    dataset = load_path(saved(tmp_path))
    assert (dataset.name, dataset.classes) == ("own", ("0", "1"))
    np.testing.assert_array_equal(dataset.train.images, X)
    assert dataset.checksums == {"own.npz": sha256_of(tmp_path / "own.npz")}


def test_an_npz_file_may_have_color_one_channel_whole_floats_and_columns_of_labels(tmp_path: Path) -> None:
    color = np.repeat(X[..., None], 3, axis=-1)
    assert load_path(saved(tmp_path, x_train=color, x_test=color[:2])).train.images.shape == (4, 5, 6, 3)
    assert load_path(saved(tmp_path, x_train=X[..., None])).train.images.shape == (4, 5, 6)
    floats = load_path(saved(tmp_path, x_train=X.astype(np.float32), y_train=Y[:, None]))
    np.testing.assert_array_equal(floats.train.images, X)
    assert floats.train.images.dtype == np.uint8


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"x_train": X / 255}, "train images are float64, 0 to .*; expected whole numbers, 0-255"),
        ({"x_train": X // 100}, r"own\.npz: train pixels are 0 to 1; expected 0 to 255"),
        ({"x_train": (X // 100).astype(np.float32)}, r"own\.npz: train pixels are 0 to 1; expected 0 to 255"),
        ({"x_test": X[:2] // 100}, r"own\.npz: test pixels are 0 to 0; expected 0 to 255"),
        ({"x_train": X > 50}, "train images are bool of shape"),
        ({"x_train": X.astype("m8[s]")}, "has values of type timedelta64"),
        ({"x_train": X.astype(float) - 1}, "images are float64, -1 to .* expected whole numbers, 0-255"),
        ({"x_train": np.full(X.shape, np.nan)}, "images are float64, nan to nan"),
        ({"x_train": X.astype(int) + 256}, "expected whole numbers, 0-255"),
        ({"x_train": X[0], "y_train": Y[:1].repeat(5)}, r"images are uint8 of shape \(5, 6\)"),
        ({"x_train": X[:0], "y_train": Y[:0]}, r"images are uint8 of shape \(0, 5, 6\)"),
        ({"x_train": X[:3]}, "train has 3 images and 4 labels"),
        ({"y_train": np.array(3)}, "train has 4 images and 0 labels"),
        ({"x_train": np.array(3), "y_train": np.array(3)}, r"images are uint8 of shape \(\)"),
        ({"y_train": Y.astype(float)}, "expected a whole number an image"),
        ({"y_train": Y - 1}, "labels are -1 to 0; expected 0 upward"),
        ({"y_train": Y.astype(np.uint64) + np.uint64(2**64 - 3)}, "labels are 18446744073709551613 to"),
        ({"y_train": np.array([0, 1, 0, 10**12])}, "no training image has label 2"),
        ({"y_test": np.array([0, 2])}, "test has label 2, and no training image has"),
        ({"x_test": X[:2, 1:]}, "train images are 5×6, test images 4×6"),
        ({"x_train": np.array([None] * 4)}, "has values of type object"),
    ],
)
def test_npz_arrays_that_are_no_data_set_are_refused(changes: dict[str, Any], found: str, tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=found):
        load_path(saved(tmp_path, **changes))


def test_a_file_that_is_no_npz_is_refused_in_one_line(tmp_path: Path) -> None:
    path = saved(tmp_path)
    whole = path.read_bytes()
    flipped = bytearray(whole)
    flipped[150] ^= 0xFF
    np.save(tmp_path / "one.npy", X)
    for data in (b"", b"text", whole[:-300], bytes(flipped), (tmp_path / "one.npy").read_bytes()):
        path.write_bytes(data)
        with pytest.raises(ZooError, match=r"own\.npz is damaged or no .* expected numpy\.savez's file") as error:
            load_path(path)
        assert "\n" not in str(error.value)


def test_missing_arrays_are_named_with_those_that_are_there(tmp_path: Path) -> None:
    np.savez(tmp_path / "own.npz", x_train=X)
    with pytest.raises(ZooError, match="lacks y_train, x_test, y_test; it has x_train"):
        load_path(tmp_path / "own.npz")
