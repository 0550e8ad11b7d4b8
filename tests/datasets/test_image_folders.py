"""Folders of images by class."""

import hashlib
import os
import shutil
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from modelzoo.datasets.dataset import Split
from modelzoo.datasets.folders import is_dataset, load_path
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.labeled_images import ImageOptions
from modelzoo.errors import ZooError

Image = pytest.importorskip("PIL.Image")

GRAY = np.arange(6 * 5, dtype=np.uint8).reshape(6, 5) * 8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make two classes of two images to train on, one to validate and one to test on, gray and all different."""
    for part, count, first in (("train", 2, 0), ("val", 1, 3), ("test", 1, 5)):
        for at, name in enumerate(("cat", "dog")):
            (tmp_path / "pets" / part / name).mkdir(parents=True)
            for number in range(count):
                path = tmp_path / "pets" / part / name / f"{number}.png"
                Image.fromarray(GRAY + first + number + 10 * at).save(path)
    return tmp_path / "pets"


def named(split: Split) -> dict[str, np.ndarray]:
    """Return the images of a split by their names."""
    assert split.names is not None
    return dict(zip(split.names.tolist(), split.images, strict=True))


def test_folders_of_images_are_a_data_set_under_the_folders_name(folder: Path) -> None:
    assert is_dataset(folder)
    dataset = load_path(folder)
    assert (dataset.name, dataset.classes) == ("pets", ("cat", "dog"))
    assert dataset.train.labels.tolist() == [0, 0, 1, 1]
    images = named(dataset.train)
    assert sorted(images) == ["train/cat/0.png", "train/cat/1.png", "train/dog/0.png", "train/dog/1.png"]
    np.testing.assert_array_equal(images["train/dog/1.png"], GRAY + 11)
    assert dataset.validation is not None
    np.testing.assert_array_equal(dataset.validation.images, [GRAY + 3, GRAY + 13])
    np.testing.assert_array_equal(dataset.test.images, [GRAY + 5, GRAY + 15])
    assert dataset.notes == ()


def test_a_class_without_a_test_image_has_a_note(folder: Path) -> None:
    shutil.rmtree(folder / "test" / "dog")
    assert load_path(folder).notes == ("Class dog has no test image.",)


def test_the_checksum_of_a_split_is_of_its_files_and_classes_whatever_their_names(folder: Path) -> None:
    lines = sorted(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.parent.name}\n"
        for path in (folder / "val").rglob("*.png")
    )
    checksums = load_path(folder).checksums
    assert list(checksums) == ["train", "validation", "test"]
    assert checksums["validation"] == hashlib.sha256("".join(lines).encode()).hexdigest()
    (folder / "readme.txt").touch()
    (folder / "train/cat/0.png").rename(folder / "train/cat/9.png")
    assert load_path(folder.rename(folder.with_name("other"))).checksums == checksums
    Image.fromarray(GRAY + 9).save(folder.with_name("other") / "test/cat/0.png")
    changed = load_path(folder.with_name("other")).checksums
    assert [part for part in checksums if changed[part] != checksums[part]] == ["test"]


def test_names_of_files_change_neither_the_order_of_images_nor_anything_else(folder: Path) -> None:
    before = load_path(folder)
    for number, path in enumerate(sorted((folder / "train").rglob("*.png"), reverse=True)):
        path.rename(path.with_name(f"renamed-{number}.png"))
    after = load_path(folder)
    np.testing.assert_array_equal(before.train.images, after.train.images)
    np.testing.assert_array_equal(before.train.labels, after.train.labels)


@pytest.mark.parametrize("name", ["val", "valid", "validation"])
def test_each_name_of_a_validation_folder_is_known(name: str, folder: Path) -> None:
    checksums = load_path(folder).checksums
    (folder / "val").rename(folder / name)
    assert load_path(folder).checksums == checksums


def test_two_validation_folders_are_refused(folder: Path) -> None:
    (folder / "valid").mkdir()
    with pytest.raises(ZooError, match="has test, train, val and valid; expected one folder for each split"):
        load_path(folder)


def test_shares_of_splits_are_refused_where_all_splits_are_given(folder: Path) -> None:
    with pytest.raises(ZooError, match="pets has splits of its own; leave out `split`"):
        load_path(folder, ImageOptions(shares=(60, 20, 20)))


def test_a_missing_validation_split_is_cut_from_each_class_of_train(folder: Path) -> None:
    shutil.rmtree(folder / "val")
    dataset = load_path(folder)
    assert dataset.validation is not None
    assert [split.labels.tolist() for split in dataset.splits.values()] == [[0, 1]] * 3
    assert sorted([*named(dataset.train), *named(dataset.validation)]) == sorted(
        path.relative_to(folder).as_posix() for path in (folder / "train").rglob("*.png")
    )


def test_one_image_in_color_makes_all_so_and_is_named(folder: Path) -> None:
    Image.new("RGB", (5, 6), (10, 20, 30)).save(folder / "test/dog/0.png")
    dataset = load_path(folder)
    assert dataset.train.images.shape == (4, 6, 5, 3)
    assert dataset.test.images[1, 0, 0].tolist() == [10, 20, 30]
    np.testing.assert_array_equal(named(dataset.train)["train/cat/0.png"], np.repeat(GRAY[..., None], 3, axis=-1))
    (note,) = dataset.notes
    assert note.startswith("1 of 8 images is in color (test/dog/0.png); all are read with 3 channels")


def test_images_of_several_sizes_and_large_ones_stay_files(folder: Path) -> None:
    for size in ((7, 6), (33, 33)):
        Image.new("L", size).save(folder / "train/dog/1.png")
        train = load_path(folder).train.images
        assert isinstance(train, ImageFiles)
        assert (len(train), train.channels) == (4, 1)
        assert sorted(map(tuple, train.sizes.tolist())) == sorted([(5, 6)] * 3 + [size])
    for path in folder.rglob("*.png"):
        Image.new("L", (33, 33), 9).save(path)
    assert load_path(folder).train.images.one_size == (33, 33)


def test_images_that_cannot_be_decoded_are_counted_and_the_first_ones_named(folder: Path) -> None:
    for name in ("train/cat/0.png", "train/cat/1.png", "train/dog/0.png", "train/dog/1.png", "test/cat/0.png"):
        (folder / name).write_bytes((folder / name).read_bytes()[:45])
    with pytest.raises(ZooError) as error:
        load_path(folder)
    message = str(error.value)
    assert message.startswith("5 images cannot be used: ")
    found = [name in message for name in ("train/cat/0.png", "train/cat/1.png", "train/dog/0.png", "train/dog/1.png")]
    assert found == [True, True, True, False]
    assert "; and 2 more; " in message
    assert "`skip_broken`" in message


def test_broken_images_are_left_out_with_a_note_on_request(folder: Path) -> None:
    (folder / "train/dog/1.png").write_bytes(b"<html>")
    dataset = load_path(folder, ImageOptions(skip_broken=True))
    assert sorted(named(dataset.train)) == ["train/cat/0.png", "train/cat/1.png", "train/dog/0.png"]
    assert dataset.notes == ("Left out: 1 image that cannot be decoded (train/dog/1.png).",)
    (folder / "train/dog/0.png").write_bytes(b"<html>")
    with pytest.raises(ZooError, match="class 'dog' has no images to train on"):
        load_path(folder, ImageOptions(skip_broken=True))


def test_hidden_files_and_folders_are_no_data(folder: Path) -> None:
    (folder / "train/.ipynb_checkpoints").mkdir()
    (folder / ".git").mkdir()
    (folder / "train/cat/._0.png").write_bytes(b"what macOS leaves")
    assert load_path(folder).classes == ("cat", "dog")


def test_a_class_without_images_to_train_on_is_refused(folder: Path) -> None:
    (folder / "train/eel").mkdir()
    with pytest.raises(ZooError, match="class 'eel' has no images to train on"):
        load_path(folder)


@pytest.mark.parametrize("part", ["val", "test"])
def test_a_class_that_is_not_trained_is_refused(part: str, folder: Path) -> None:
    (folder / part / "eel").mkdir()
    with pytest.raises(ZooError, match=r"(test|validation) has classes that train lacks: eel"):
        load_path(folder)


def test_a_test_split_without_images_is_refused(folder: Path) -> None:
    for path in (folder / "test").rglob("*.png"):
        path.unlink()
    with pytest.raises(ZooError, match=r"test holds no images of the classes"):
        load_path(folder)


def test_as_many_names_as_folders_are_expected(folder: Path) -> None:
    (folder / "dataset.toml").write_text('classes = ["Katze"]')
    with pytest.raises(ZooError, match="names 1 classes; there are 2 folders"):
        load_path(folder)


@pytest.mark.parametrize("name", ["x.jpg", "x", "deeper/and/deeper/x.dat"])
def test_an_image_is_known_by_its_content_in_every_folder_of_a_class(name: str, folder: Path) -> None:
    path = folder / "train/dog" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(GRAY + 7).save(path, "PNG")
    np.testing.assert_array_equal(named(load_path(folder).train)[f"train/dog/{name}"], GRAY + 7)


def test_other_files_are_counted_by_kind_in_a_note(folder: Path) -> None:
    for name in ("train/dog/a.txt", "train/dog/b.TXT", "test/notes", "test/cat/c.svg", "labels.csv", "README.md"):
        (folder / name).write_text("%!PS words")
    (folder / "train/cat/more").symlink_to(folder / "test/cat")
    dataset = load_path(folder)
    assert len(dataset.train) == 4
    (note,) = dataset.notes
    assert note.startswith(
        "Left out: 1 linked folder, 1 .csv next to train, 1 .svg, 2 .txt and 1 without suffix; images are PNG, JPEG"
    )


def test_postscript_reaches_no_reader_whatever_its_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import EpsImagePlugin

    def started(*_: object, **__: object) -> None:
        raise AssertionError("Ghostscript is started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", started)
    (folder / "train/dog/0.png").write_bytes(
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 5 6\n%%EndComments\nshowpage\n"
    )
    with pytest.raises(ZooError, match=r"train/dog/0\.png cannot be read as an image \(its content is no image\)"):
        load_path(folder)


def test_changes_of_pixels_are_named(folder: Path) -> None:
    frames = [Image.fromarray(GRAY + number) for number in (50, 90)]
    frames[0].save(folder / "train/cat/1.png", "TIFF", save_all=True, append_images=frames[1:])
    Image.new("RGBA", (5, 6), (0, 0, 0, 0)).save(folder / "train/dog/0.png")
    Image.new("CMYK", (5, 6), (0, 255, 255, 0)).save(folder / "test/dog/0.png", "TIFF")
    dataset = load_path(folder)
    assert dict(dataset.kinds) == {"gray": 6, "several images": 1, "RGB": 1, "transparent": 1, "CMYK": 1}
    changes = {
        "Transparent pixels are flattened onto white": "train/dog/0.png",
        "CMYK is converted to RGB without a color profile": "test/dog/0.png",
        "The first image of a file is read, where it holds several": "train/cat/1.png",
    }
    assert dataset.notes[1:] == tuple(f"{change}: 1 file ({name})." for change, name in changes.items())


def test_images_that_are_in_two_given_splits_are_reported_and_stay(folder: Path) -> None:
    (folder / "test/cat/0.png").write_bytes((folder / "train/cat/0.png").read_bytes())
    Image.fromarray(GRAY + 10).save(folder / "val/cat/0.png", "TIFF")  # of train/dog/0.png, in other bytes
    dataset = load_path(folder)
    assert (len(dataset.train), len(dataset.test)) == (4, 2)
    copies, leaks, contradictions = dataset.notes
    assert copies.startswith("2 images are copies of another by bytes or pixels, some of them in another split (")
    assert leaks.startswith("2 images are copies of an image in an earlier split (")
    assert contradictions == "1 image is a copy under another label (val/cat/0.png and train/dog/0.png)."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes")
def test_a_pipe_is_no_image_and_does_not_block(folder: Path) -> None:
    os.mkfifo(folder / "train/cat/pipe")
    with pytest.raises(ZooError, match=r"train/cat/pipe is a pipe; expected a regular file"):
        load_path(folder)


@pytest.mark.skipif(os.name != "posix", reason="file names are Unicode")
def test_a_class_whose_name_is_not_utf_8_is_refused_and_such_a_file_is_read(folder: Path) -> None:
    (folder / "train/cat/0.png").rename(os.fsdecode(os.fsencode(folder) + b"/train/cat/caf\xe9.png"))
    dataset = load_path(folder)
    assert len(dataset.train) == 4
    (folder / "train/dog").rename(os.fsdecode(os.fsencode(folder) + b"/train/caf\xe9"))
    with pytest.raises(ZooError, match=r"the name caf\\xe9 is not UTF-8; rename the folder"):
        load_path(folder)


def test_a_class_is_one_in_both_unicode_forms_of_its_name(folder: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "é") for form in ("NFC", "NFD"))
    (folder / "train/dog").rename(folder / "train" / decomposed)
    (folder / "val/dog").rename(folder / "val" / decomposed)
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


def test_an_image_larger_than_the_memory_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> bytes:
        raise MemoryError

    monkeypatch.setattr("modelzoo.datasets.scan.read_bytes", fail)
    with pytest.raises(ZooError, match="pets: an image takes more memory than there is; make it smaller"):
        load_path(folder)


# Folders of classes, without splits.


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """Make three classes of 20 different gray images each."""
    random = np.random.default_rng(0)
    for name in ("cat", "dog", "eel"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(20):
            write_noise(tmp_path / "pets" / name / f"{number}.png", random)
    return tmp_path / "pets"


def write_noise(path: Path, random: np.random.Generator) -> None:
    Image.fromarray(random.integers(0, 256, (6, 5), dtype=np.uint8)).save(path)


def test_a_folder_of_classes_is_split_by_class(classes: Path) -> None:
    assert is_dataset(classes)
    dataset = load_path(classes)
    assert dataset.classes == ("cat", "dog", "eel")
    counts = {part: np.bincount(split.labels).tolist() for part, split in dataset.splits.items()}
    assert counts == {"train": [14] * 3, "validation": [3] * 3, "test": [3] * 3}
    names = [name for split in dataset.splits.values() for name in named(split)]
    assert sorted(names) == sorted(path.relative_to(classes).as_posix() for path in classes.rglob("*.png"))


def test_other_shares_give_other_splits_and_other_digests(classes: Path) -> None:
    usual, other = (load_path(classes, ImageOptions(shares)) for shares in ((70, 15, 15), (50, 20, 30)))
    assert [len(split) for split in other.splits.values()] == [30, 12, 18]
    assert all(usual.checksums[part] != other.checksums[part] for part in ("train", "validation", "test"))


def test_copies_lie_in_one_split_and_are_reported(classes: Path) -> None:
    first = sorted((classes / "cat").iterdir())[:6]
    for path in first:
        with Image.open(path) as image:
            image.save(path.with_name(f"copy-{path.stem}.bmp"))
    dataset = load_path(classes)
    part_of = {name: part for part, split in dataset.splits.items() for name in named(split)}
    for path in first:
        assert part_of[f"cat/{path.name}"] == part_of[f"cat/copy-{path.stem}.bmp"]
    (note,) = dataset.notes
    assert note.startswith("6 images are copies of another by bytes or pixels, in the same split (")


def test_an_image_under_two_labels_is_reported_and_lies_in_one_split(classes: Path) -> None:
    shutil.copy(classes / "cat/3.png", classes / "eel/cat.png")
    dataset = load_path(classes)
    parts = [
        part for part, split in dataset.splits.items() for name in named(split) if name in ("cat/3.png", "eel/cat.png")
    ]
    assert len(set(parts)) == 1
    assert dataset.notes[-1] == "1 image is a copy under another label (eel/cat.png and cat/3.png)."


def test_a_class_with_fewer_than_three_different_images_is_refused_by_name(classes: Path) -> None:
    for number in range(2, 20):
        (classes / "dog" / f"{number}.png").unlink()
    shutil.copy(classes / "dog/0.png", classes / "dog/copy.png")
    (classes / "fox").mkdir()
    with pytest.raises(ZooError, match=r"class 'dog' has 2, 'fox' has 0; expected 3 different images .*add images"):
        load_path(classes)


def test_a_folder_of_one_class_or_of_images_alone_is_refused(classes: Path) -> None:
    with pytest.raises(ZooError, match="cat holds no data set: it has no folders of images; expected one for each"):
        load_path(classes / "cat")
    shutil.rmtree(classes / "dog")
    shutil.rmtree(classes / "eel")
    assert not is_dataset(classes)
    with pytest.raises(ZooError, match="holds no data set: it has one folder of images; expected one for each"):
        load_path(classes)


def test_a_class_may_have_the_name_of_a_split(classes: Path) -> None:
    (classes / "dog").rename(classes / "train")
    assert load_path(classes).classes == ("cat", "eel", "train")
    (classes / "cat").rename(classes / "test")
    assert load_path(classes).classes == ("eel", "test", "train")


def test_folders_of_splits_may_begin_with_a_capital(folder: Path) -> None:
    expected = load_path(folder)
    for part in ("train", "val", "test"):
        (folder / part).rename(folder / part.capitalize())
    assert is_dataset(folder)
    loaded = load_path(folder)
    assert (loaded.classes, loaded.checksums) == (expected.classes, expected.checksums)
    shutil.copytree(folder / "Val", folder / "valid")
    with pytest.raises(ZooError, match="has Test, Train, Val and valid; expected one folder for each split"):
        load_path(folder)


def test_folders_that_may_be_splits_or_classes_are_refused(classes: Path, folder: Path) -> None:
    shutil.rmtree(classes / "cat")
    shutil.rmtree(classes / "dog")  # train, val and test lie next to eel now
    with pytest.raises(ZooError, match="has test, train and val next to eel; expected train and test, with val or"):
        load_path(folder)
    shutil.rmtree(folder / "eel")
    shutil.rmtree(folder / "test")
    with pytest.raises(ZooError, match="has train and val; expected train and test"):
        load_path(folder)
