"""Folders of images by class."""

import hashlib
import os
import unicodedata
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
    assert dataset.notes == ()


def test_the_checksum_of_a_folder_is_of_all_its_images_whatever_it_is_called(folder: Path) -> None:
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in folder.rglob("*.png")
    ]
    (folder / "readme.txt").touch()
    checksums = {"6 images": hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()}
    assert load_path(folder).checksums == checksums
    assert load_path(folder.rename(folder.with_name("other"))).checksums == checksums
    Image.fromarray(GRAY + 9).save(folder.with_name("other") / "test/cat/0.png")
    assert load_path(folder.with_name("other")).checksums != checksums


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


@pytest.mark.parametrize("form", ["PNG", "BMP", "WEBP", "GIF", "TIFF", "PPM", "JPEG"])
@pytest.mark.parametrize("name", ["x.jpg", "x", "deeper/and/deeper/x.dat"])
def test_an_image_is_known_by_its_content_in_every_folder_of_a_class(form: str, name: str, folder: Path) -> None:
    path = folder / "train/dog" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(GRAY + 7).save(path, form, **({"lossless": True} if form == "WEBP" else {}))
    dataset = load_path(folder)
    assert dataset.train.labels.tolist() == [0, 0, 1, 1, 1]
    dogs = dataset.train.images[2:].reshape(3, 6, 5, -1)[..., 0]
    assert min(np.abs(dog - (GRAY + 7.0)).max() for dog in dogs) <= (8 if form == "JPEG" else 0)


def test_other_files_are_counted_by_kind_in_a_note(folder: Path) -> None:
    for name in ("train/dog/a.txt", "train/dog/b.TXT", "test/notes", "test/cat/c.svg"):
        (folder / name).write_text("%!PS words")
    (folder / "val").mkdir()
    (folder / "train/cat/more").symlink_to(folder / "test/cat")
    dataset = load_path(folder)
    assert len(dataset.train) == 4
    assert dataset.notes == (
        "Left out: 1 folder 'val', 1 linked folder, 1 .svg, 2 .txt and 1 without suffix; images are PNG, JPEG, BMP, "
        "WebP, GIF, TIFF or PPM files in train/<class>/ and test/<class>/.",
    )


def test_postscript_reaches_no_reader_whatever_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import EpsImagePlugin

    def started(*_: object, **__: object) -> None:
        raise AssertionError("Ghostscript is started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", started)
    (folder / "train/dog/0.png").write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 5 6\n%%EndComments\nshowpage\n"
    )
    with pytest.raises(ZooError, match=r"train/dog/0\.png: cannot be read as an image \(its content is no image\)"):
        load_path(folder)


def test_of_several_images_in_a_file_the_first_is_read_and_the_file_named(folder: Path) -> None:
    frames = [Image.fromarray(GRAY + number) for number in (5, 90)]
    for name, form in (("train/cat/1.png", "TIFF"), ("test/dog/0.png", "GIF")):
        frames[0].save(folder / name, form, save_all=True, append_images=frames[1:])
    dataset = load_path(folder)
    np.testing.assert_array_equal(dataset.train.images[1], GRAY + 5)
    np.testing.assert_array_equal(dataset.test.images[1], GRAY + 5)
    assert dataset.notes == (
        "The first image of a file is read, where it holds several: train/cat/1.png, test/dog/0.png.",
    )


def test_color_among_gray_images_is_named_with_the_field(folder: Path) -> None:
    Image.new("RGB", (5, 6), (10, 20, 30)).save(folder / "test/dog/0.png")
    (note,) = load_path(folder).notes
    assert note.startswith("1 of 6 images is in color (test/dog/0.png); all are read with 3 channels")
    assert "input.channels = 3" in note


def test_a_palette_of_grays_is_gray(folder: Path) -> None:
    gray = Image.fromarray(GRAY).convert("P")
    assert gray.mode == "P"
    gray.save(folder / "test/dog/0.png")
    dataset = load_path(folder)
    np.testing.assert_array_equal(dataset.test.images[1], GRAY)
    assert dataset.notes == ()


def test_all_unusable_images_are_counted_and_the_first_ones_named(folder: Path) -> None:
    for name in ("train/cat/0.png", "train/dog/0.png", "train/dog/1.png", "test/cat/0.png"):
        (folder / name).write_bytes((folder / name).read_bytes()[:45])
    Image.new("RGBA", (5, 6), (0, 0, 0, 0)).save(folder / "train/cat/1.png")
    with pytest.raises(ZooError) as error:
        load_path(folder)
    message = str(error.value)
    assert message.startswith("5 images cannot be used: ")
    assert [name in message for name in ("cat/0.png", "cat/1.png", "dog/0.png", "dog/1.png")] == [
        True,
        True,
        True,
        False,
    ]
    assert message.endswith("; and 2 more")


def test_a_decompression_bomb_is_refused_by_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in (29, 10):  # Pillow warns above its limit, and raises above twice the limit
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(ZooError, match=r"6 images cannot be used: .*cat/0\.png is refused as a decompression bomb"):
            load_path(folder)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes")
def test_a_pipe_is_no_image_and_does_not_block(folder: Path) -> None:
    os.mkfifo(folder / "train/cat/pipe")
    with pytest.raises(ZooError, match=r"train/cat/pipe is a pipe; expected a regular file"):
        load_path(folder)


@pytest.mark.skipif(os.name != "posix", reason="file names are Unicode")
def test_a_class_whose_name_is_not_utf_8_is_refused_and_such_a_file_is_read(folder: Path) -> None:
    (folder / "train/cat/0.png").rename(os.fsdecode(os.fsencode(folder) + b"/train/cat/caf\xe9.png"))
    assert len(load_path(folder).train) == 4
    (folder / "train/dog").rename(os.fsdecode(os.fsencode(folder) + b"/train/caf\xe9"))
    with pytest.raises(ZooError, match=r"the name caf\\xe9 is not UTF-8; rename the folder"):
        load_path(folder)


def test_a_class_is_one_in_both_unicode_forms_of_its_name(folder: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    (folder / "train/dog").rename(folder / "train" / decomposed)
    (folder / "test/dog").rename(folder / "test" / composed)
    assert load_path(folder).classes == ("cat", composed)
    (folder / "train" / composed).mkdir()
    with pytest.raises(ZooError, match="two classes are named é, in two Unicode forms; expected one folder or name"):
        load_path(folder)


def test_how_idx_files_are_turned_is_no_field_of_image_folders(folder: Path) -> None:
    (folder / "dataset.toml").write_text("transposed = true")
    with pytest.raises(ZooError, match="transposed is for IDX files"):
        load_path(folder)


def test_other_names_of_classes_are_another_reading(folder: Path) -> None:
    assert load_path(folder).reading == ""
    (folder / "dataset.toml").write_text('classes = ["cat", "dog"]')
    assert load_path(folder).reading == ""
    (folder / "dataset.toml").write_text('classes = ["Felis", "Canis"]')
    assert load_path(folder).reading.startswith("classes Felis … Canis (")


def test_the_names_of_the_folders_in_another_order_are_refused(folder: Path) -> None:
    (folder / "dataset.toml").write_text('classes = ["dog", "cat"]')
    with pytest.raises(
        ZooError, match=r"dataset\.toml: classes are the names of the folders in another order.*cat and dog"
    ):
        load_path(folder)


def test_images_that_take_more_memory_than_there_is_are_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> bytes:
        raise MemoryError

    monkeypatch.setattr("modelzoo.datasets.images.read_bytes", fail)
    with pytest.raises(ZooError, match="pets: the images take more memory than there is; make them smaller"):
        load_path(folder)
