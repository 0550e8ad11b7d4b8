"""Finding data sets by name or path; what is not there is an error, never another data set."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet, Split, data_folder, image_cache
from modelzoo.datasets.load import available, find_dataset, load_dataset
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


def test_the_place_of_a_data_set_is_where_it_is_read_from(
    write_pairs: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("data/kana", "kana", "glyphs"):
        write_pairs(tmp_path / path)
    monkeypatch.chdir(tmp_path)
    places = {name: find_dataset(name, tmp_path / "data") for name in ("kana", "./kana", "glyphs", "./glyphs")}
    assert places == {
        "kana": "kana",
        "./kana": str(tmp_path / "kana"),
        "glyphs": "glyphs",
        "./glyphs": str(tmp_path / "glyphs"),
    }


def test_the_cache_of_decoded_images_is_no_data_set(
    write_pairs: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ZOO_DATA", raising=False)
    image_cache().mkdir(parents=True)
    write_pairs(tmp_path / "images")
    monkeypatch.chdir(tmp_path)
    assert find_dataset("images") == str(tmp_path / "images")
    assert load_dataset("images").name == "images"


def test_an_npz_file_is_found_without_its_suffix(tmp_path: Path) -> None:
    x, y = np.full((2, 4, 4), 9, np.uint8), np.array([0, 1])
    np.savez(tmp_path / "own.npz", x_train=x, y_train=y, x_test=x, y_test=y)
    assert load_dataset("own", tmp_path).name == load_dataset("own.npz", tmp_path).name == "own"


def test_a_folder_of_classes_and_a_manifest_are_found_by_name_and_by_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image_module = pytest.importorskip("PIL.Image")
    lines = ["path,label"]
    for number in range(8):
        path = tmp_path / f"data/my.photos/{'ab'[number % 2]}/{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image_module.new("L", (6, 5), 30 * number + 1).save(path)
        lines.append(f"{path.relative_to(tmp_path / 'data')},{'ab'[number % 2]}")
    (tmp_path / "data/listed.csv").write_text("\n".join(lines))
    (tmp_path / "data/table.csv").write_text("name,top1\nx,70")
    assert available(tmp_path / "data") == ["listed", "my.photos", "glyphs"]
    checksums = [load_dataset(name, tmp_path / "data").checksums for name in available(tmp_path / "data")[:2]]
    assert checksums[0] == checksums[1]
    monkeypatch.chdir(tmp_path / "data/my.photos")
    for name in (".", "../my.photos", "../listed.csv"):
        assert load_dataset(name, tmp_path / "data").checksums == checksums[0]
    monkeypatch.chdir("a")
    assert load_dataset("..", tmp_path / "data").name == "my.photos"


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


def test_the_data_folder_may_begin_with_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ZOO_DATA", "~/data")
    assert data_folder() == tmp_path / "data"
    monkeypatch.delenv("ZOO_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", "~/cache")
    assert data_folder() == tmp_path / "cache" / "modelzoo"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "no home folder is known: HOME is not set; name the folder of data sets with `data_dir` or ZOO_DATA"),
        ({"ZOO_DATA": "~/data"}, "ZOO_DATA is '~/data', and no home folder is known; set it to a full path"),
    ],
)
def test_without_a_home_folder_the_option_is_named(
    environment: dict[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise RuntimeError("Could not determine home directory.")

    for name in ("ZOO_DATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    monkeypatch.setattr(Path, "home", unknown)
    monkeypatch.setattr(Path, "expanduser", unknown)
    with pytest.raises(ZooError) as error:
        load_dataset("emnist-balanced")
    assert str(error.value) == words
    assert data_folder("given") == Path("given")


def test_a_data_folder_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def denied(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(ZooError, match=r"cannot be read: Permission denied; name another folder .* `data_dir` or ZOO"):
        load_dataset("kana", tmp_path)


def test_a_name_that_no_file_can_have_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match="File name too long"):
        load_dataset("a" * 5000, tmp_path)


GRAY, LABELS = np.full((3, 4, 4), 200, np.uint8), np.array([0, 1, 1])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"images": GRAY * 0}, "own: train pixels are 0 to 0; expected 0 to 255: no image shows anything"),
        ({"images": GRAY // 200}, "own: train pixels are 1 to 1; expected 0 to 255: multiply them by 255"),
        ({"images": GRAY / 255}, "own: train images are float64 of shape"),
        ({"images": GRAY[:, 1:]}, "own: train images are 3×4, test images 4×4; expected one size for both"),
        ({"images": GRAY[..., None], "test": GRAY[..., None]}, r"train images are uint8 of shape \(3, 4, 4, 1\)"),
        ({"images": GRAY[:, 0], "test": GRAY[:, 0]}, r"train images are uint8 of shape \(3, 4\)"),
        ({"images": GRAY[:0], "labels": LABELS[:0]}, r"train images are uint8 of shape \(0, 4, 4\)"),
        ({"labels": LABELS + 0.0}, r"train labels are float64 of shape \(3,\)"),
        ({"labels": LABELS - 1}, "train labels are -1 to 0; expected 0 to 1"),
        ({"labels": LABELS + 1}, "train labels are 1 to 2; expected 0 to 1"),
        ({"classes": ("a", "a")}, "two classes are named a; expected one folder or name for each class"),
        ({"classes": ("\u00e9", "e\u0301")}, "two classes are named é, in two Unicode forms"),
        ({"classes": ("a", "\ud800")}, r"the name \\ud800 is not UTF-8"),
        ({"name": "caf\udce9"}, r"the name caf\\xe9 is not UTF-8"),
    ],
)
def test_a_data_set_that_no_network_can_train_on_is_refused_at_its_door(changes: dict[str, Any], words: str) -> None:
    fields = {"name": "own", "classes": ("a", "b"), "images": GRAY, "labels": LABELS, "test": GRAY} | changes
    train = Split(fields["images"], fields["labels"])
    with pytest.raises(ZooError, match=words):
        DataSet(fields["name"], "Own", fields["classes"], train, Split(fields["test"], LABELS), {})


def test_images_darker_than_a_photo_have_a_note() -> None:
    """Digits of scikit-learn run from 0 to 16, masks from 0 to 2: they train, and hardly well."""
    bright, dark = (DataSet("own", "Own", ("a", "b"), *[Split(GRAY // part, LABELS)] * 2, {}) for part in (1, 20))
    assert bright.notes == ()
    assert dark.notes == ("No pixel is above 10; expected 0 to 255: stretch the images if they are not this dark.",)


def test_names_of_classes_are_composed() -> None:
    assert DataSet("own", "Own", ("a", "e\u0301"), Split(GRAY, LABELS), Split(GRAY, LABELS), {}).classes == ("a", "é")


def test_a_split_has_a_label_for_each_image() -> None:
    with pytest.raises(ZooError, match="2 images and 3 labels"):
        Split(np.zeros((2, 4, 4), np.uint8), np.zeros(3, np.int64))


def test_real_emnist_images_are_read(real_data: Path) -> None:
    dataset: DataSet = load_dataset("emnist47", real_data)
    assert (len(dataset.train), len(dataset.test), len(dataset.classes)) == (95_546, 14_550, 47)
    # Upright, a T has its bar on top.
    t = dataset.test.images[dataset.test.labels == dataset.classes.index("T")].mean(axis=0)
    assert t[:10].sum() > t[18:].sum()
