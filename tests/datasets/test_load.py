"""Finding data sets by name or path; what is not there is an error, never another data set."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet, Split, data_folder
from modelzoo.datasets.load import available, load_dataset
from modelzoo.errors import DataMissingError, ZooError


@pytest.mark.parametrize("name", ["emnist-balanced", "emnist47", "gliphs"])
def test_a_missing_data_set_names_the_three_ways_and_is_not_replaced(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataMissingError) as error:
        load_dataset(name, tmp_path)
    message = str(error.value)
    assert message.startswith(f"data set {name!r} is not in {tmp_path}")
    for way in ("zoo data get emnist", "`data_dir`", "`dataset` glyphs, a synthetic sample"):
        assert way in message


def test_a_data_set_is_found_by_its_name_and_by_its_path(
    write_pairs: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pairs(tmp_path / "data" / "kana")
    monkeypatch.chdir(tmp_path)
    for name in ("kana", "data/kana", str(tmp_path / "data" / "kana"), "data/kana/"):
        assert load_dataset(name, tmp_path / "data").name == "kana"


def test_an_npz_file_is_found_without_its_suffix(tmp_path: Path) -> None:
    x, y = np.full((2, 4, 4), 9, np.uint8), np.array([0, 1])
    np.savez(tmp_path / "own.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    assert load_dataset("own", tmp_path).name == load_dataset("own.npz", tmp_path).name == "own"


def test_emnist_alone_is_answered_with_its_splits_that_are_there(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path / "emnist", "emnist-digits-", classes=10)
    with pytest.raises(ZooError, match=r"six data sets; name one: emnist-digits$"):
        load_dataset("emnist", tmp_path)


def test_damaged_files_are_an_error_of_their_own(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path, "emnist-digits-", classes=10)
    (tmp_path / "emnist-digits-train-images-idx3-ubyte.gz").write_bytes(b"")
    with pytest.raises(ZooError, match="is empty") as error:
        load_dataset("emnist-digits", tmp_path)
    assert not isinstance(error.value, DataMissingError)


def test_available_names_what_load_finds_and_the_sample_last(write_pairs: Callable, tmp_path: Path) -> None:
    write_pairs(tmp_path / "emnist", "emnist-digits-", classes=10)
    write_pairs(tmp_path / "kana")
    (tmp_path / "notes").mkdir()
    assert available(tmp_path) == ["emnist-digits", "kana", "glyphs"]
    assert [load_dataset(name, tmp_path).name for name in available(tmp_path)[:-1]] == ["emnist-digits", "kana"]
    assert available(tmp_path / "none") == ["glyphs"]


def test_the_data_folder_is_the_one_given_then_zoo_data_then_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    monkeypatch.delenv("ZOO_DATA", raising=False)
    assert data_folder() == Path("/cache/modelzoo")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert data_folder() == Path.home() / ".cache" / "modelzoo"
    monkeypatch.setenv("ZOO_DATA", "/named")
    assert data_folder() == Path("/named")
    assert data_folder(Path("given")) == Path("given")


def test_a_split_has_a_label_for_each_image() -> None:
    with pytest.raises(ZooError, match="2 images and 3 labels"):
        Split(np.zeros((2, 4, 4), np.uint8), np.zeros(3, np.int64))


def test_real_emnist_images_are_read(real_data: Path) -> None:
    dataset: DataSet = load_dataset("emnist47", real_data)
    assert (len(dataset.train), len(dataset.test), len(dataset.classes)) == (95_546, 14_550, 47)
    # Upright, a T has its bar on top.
    t = dataset.test.images[dataset.test.labels == dataset.classes.index("T")].mean(axis=0)
    assert t[:10].sum() > t[18:].sum()
