"""Folders of images by class."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelzoo.datasets.folders import is_dataset, load_path
from modelzoo.errors import ZooError

Image = pytest.importorskip("PIL.Image")

GRAY = np.arange(6 * 5, dtype=np.uint8).reshape(6, 5) * 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of two images to train on and one to test on, gray."""
    for part, count in (("train", 2), ("test", 1)):
        for name in ("cat", "dog"):
            (tmp_path / "pets" / part / name).mkdir(parents=True)
            for number in range(count):
                Image.fromarray(GRAY + number).save(tmp_path / "pets" / part / name / f"{number}.png")
    return tmp_path / "pets"


def test_folders_of_images_are_a_data_set_under_the_folders_name(folder: Path) -> None:
    assert is_dataset(folder)
    dataset = load_path(folder)
    assert (dataset.name, dataset.classes) == ("pets", ("cat", "dog"))
    assert dataset.train.labels.tolist() == [0, 0, 1, 1]
    np.testing.assert_array_equal(dataset.train.images, [GRAY, GRAY + 1, GRAY, GRAY + 1])
    assert list(dataset.checksums) == [
        *(f"train/{name}/{number}.png" for name in ("cat", "dog") for number in (0, 1)),
        *(f"test/{name}/0.png" for name in ("cat", "dog")),
    ]


def test_one_picture_in_color_makes_all_so(folder: Path) -> None:
    Image.new("RGB", (5, 6), (10, 20, 30)).save(folder / "test/dog/0.png")
    dataset = load_path(folder)
    assert dataset.train.images.shape == (4, 6, 5, 3)
    assert dataset.test.images[1, 0, 0].tolist() == [10, 20, 30]
    np.testing.assert_array_equal(dataset.train.images[0], np.repeat(GRAY[..., None], 3, axis=-1))


def test_an_opaque_alpha_channel_changes_nothing(folder: Path) -> None:
    Image.new("RGBA", (5, 6), (10, 20, 30, 255)).save(folder / "test/dog/0.png")
    assert load_path(folder).test.images[1, 0, 0].tolist() == [10, 20, 30]


def test_a_transparent_picture_is_refused(folder: Path) -> None:
    Image.new("RGBA", (5, 6), (0, 0, 0, 0)).save(folder / "test/dog/0.png")
    with pytest.raises(ZooError, match=r"test/dog/0\.png has transparent pixels; flatten it"):
        load_path(folder)


def test_sixteen_bits_are_refused_instead_of_clipped(folder: Path) -> None:
    Image.fromarray(GRAY.astype(np.uint16) * 200).save(folder / "train/cat/1.png")
    with pytest.raises(ZooError, match=r"train/cat/1\.png has pixels of kind I.*expected 8 bits"):
        load_path(folder)


def test_a_picture_is_turned_as_its_camera_says(folder: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    Image.fromarray(np.ascontiguousarray(np.rot90(GRAY))).save(folder / "test/cat/0.png", exif=exif)
    np.testing.assert_array_equal(load_path(folder).test.images[0], GRAY)


@pytest.mark.parametrize("damage", [lambda data: data[:45], lambda _: b"", lambda _: b"<html>"])
def test_a_damaged_image_is_refused_in_one_line(damage: Callable[[bytes], bytes], folder: Path) -> None:
    path = folder / "train/dog/0.png"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ZooError, match=r"train/dog/0\.png: cannot be read as an image") as error:
        load_path(folder)
    assert "\n" not in str(error.value)


def test_images_of_two_sizes_are_refused(folder: Path) -> None:
    Image.new("L", (7, 6)).save(folder / "train/dog/1.png")
    with pytest.raises(ZooError, match=r"dog/1\.png is 7×6, .*cat/0\.png 5×6; expected images of one size"):
        load_path(folder)


def test_hidden_files_and_folders_are_no_data(folder: Path) -> None:
    (folder / "train/.ipynb_checkpoints").mkdir()
    (folder / "train/cat/._0.png").write_bytes(b"what macOS leaves")
    assert load_path(folder).classes == ("cat", "dog")


def test_a_class_without_images_to_train_on_is_refused(folder: Path) -> None:
    (folder / "train/eel").mkdir()
    with pytest.raises(ZooError, match="train/eel holds no images to train on"):
        load_path(folder)


def test_a_class_that_is_only_tested_is_refused(folder: Path) -> None:
    (folder / "test/eel").mkdir()
    with pytest.raises(ZooError, match="test has classes that train lacks: eel"):
        load_path(folder)


def test_as_many_names_as_folders_are_expected(folder: Path) -> None:
    (folder / "dataset.toml").write_text('classes = ["Katze"]')
    with pytest.raises(ZooError, match="names 1 classes; there are 2 folders"):
        load_path(folder)
