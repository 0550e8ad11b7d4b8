"""A data set in figures."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.describe import Description, describe
from modelzoo.datasets.folders import load_path
from modelzoo.tables.table import render

Image = pytest.importorskip("PIL.Image")

IMAGES = np.arange(8 * 3 * 4, dtype=np.uint8).reshape(8, 3, 4)
TRAIN = Split(IMAGES[:6], np.array([0, 0, 0, 1, 1, 3]))


def made(**changes: object) -> DataSet:
    test = Split(IMAGES[[0, 3, 7, 0]], np.array([0, 2, 1, 0]))
    facts = {"name": "own", "title": "Own", "classes": ("a", "b", "c", "d"), "train": TRAIN, "test": test}
    return DataSet(**(facts | {"checksums": {"own.npz": "ab12"}} | changes))  # type: ignore[arg-type]


def test_images_are_counted_by_class_and_split() -> None:
    description = describe(made())
    assert description.table().cells() == [
        ["a", "0", "3", "2"],
        ["b", "1", "2", "1"],
        ["c", "2", "0", "1"],
        ["d", "3", "1", "0"],
        ["all", "–", "6", "4"],
    ]


def test_size_value_range_and_checksums_are_said() -> None:
    text = render(describe(made()).table(), "markdown")
    assert "Own; 4 classes, 4×3 pixels, gray." in text
    assert "Pixel values: 0 to 71 in train, 0 to 95 in test." in text
    assert "SHA-256 ab12  own.npz" in text
    assert "a benchmark cuts 1 image from train" in text


def test_a_large_data_set_says_the_most_that_a_benchmark_cuts() -> None:
    many = Split(np.resize(IMAGES, (120_000, 3, 4)), np.arange(120_000) % 4)
    assert "a benchmark cuts 18,800 images from train" in render(describe(made(train=many)).table(), "markdown")


def test_test_images_that_are_in_train_are_counted_and_those_with_another_label() -> None:
    description = describe(made())
    assert (description.shared, description.relabeled) == (3, 1)
    assert any(
        note.startswith("3 test images (75.00 %) are pixel-identical to a training image, 1 of them under another")
        for note in description.table().notes
    )


def test_no_shared_image_is_said_too() -> None:
    notes = describe(made(test=Split(IMAGES[6:], np.array([0, 1])))).table().notes
    assert "No test image is pixel-identical to a training image." in notes


def test_color_is_said() -> None:
    color = Split(np.full((4, 3, 4, 3), 9, np.uint8), np.arange(4))
    assert "4×3 pixels, 3 channels" in describe(made(train=color, test=color)).table().caption


def test_synthetic_is_said_first_and_only_of_synthetic_data() -> None:
    assert describe(made(synthetic=True)).table().notes[0].startswith("SYNTHETIC: drawn by a program")
    assert "SYNTHETIC" not in str(describe(made()).table())


def test_what_reading_found_is_passed_on() -> None:
    assert "Turned." in describe(made(notes=("Turned.",))).table().notes


def test_the_whole_description_is_json() -> None:
    result = json.loads(msgspec.json.encode(describe(made(synthetic=True, notes=("Turned.",)))))
    assert result == {
        "name": "own",
        "title": "Own",
        "synthetic": True,
        "width": 4,
        "height": 3,
        "sizes": {"least": [4, 3], "median": [4, 3], "most": [4, 3]},
        "channels": 1,
        "classes": ["a", "b", "c", "d"],
        "splits": {
            "train": {"images": 6, "counts": [3, 2, 0, 1], "low": 0, "high": 71},
            "test": {"images": 4, "counts": [2, 1, 1, 0], "low": 0, "high": 95},
        },
        "kinds": {},
        "test_images_in_train": 3,
        "test_images_in_train_with_another_label": 1,
        "checksums": {"own.npz": "ab12"},
        "notes": ["Turned."],
    }


def described_files(folder: Path) -> Description:
    """Describe three classes of five photos in files, with a validation split."""
    random = np.random.default_rng(0)
    for label, name in enumerate("abc"):
        (folder / name).mkdir(parents=True)
        for number in range(5):
            size = (40 + number, 30 + label)
            Image.fromarray(random.integers(0, 256, size, dtype=np.uint8)).save(folder / name / f"{number}.png")
    return describe(load_path(folder))


def test_images_in_files_have_sizes_kinds_and_three_splits(tmp_path: Path) -> None:
    description = described_files(tmp_path / "photos")
    assert description.table().cells()[-1] == ["all", "–", "9", "3", "3"]
    assert (description.width, description.channels) == (None, 1)
    text = render(description.table(), "markdown")
    assert "photos; 3 classes, several sizes, gray." in text
    assert "Sizes: 30×40 at least, 31×42 in the median, 32×44 at most." in text
    assert "Kinds of files: 15 gray." in text
    assert "Pixel values" not in text
    assert "benchmark cuts" not in text
    assert all(f"SHA-256 {description.checksums[part]}  {part}" in text for part in ("train", "validation", "test"))


def test_test_files_with_the_pixels_of_a_training_file_are_counted(tmp_path: Path) -> None:
    for part in ("train", "val", "test"):
        for name in "ab":
            (tmp_path / part / name).mkdir(parents=True)
            pixels = np.random.default_rng(ord(name) * len(part)).integers(0, 256, (40, 40), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / part / name / "0.png")
    with Image.open(tmp_path / "train/a/0.png") as image:
        image.save(tmp_path / "test/a/1.bmp")
        image.save(tmp_path / "test/b/1.bmp")
    description = describe(load_path(tmp_path))
    assert (description.shared, description.relabeled) == (2, 1)
