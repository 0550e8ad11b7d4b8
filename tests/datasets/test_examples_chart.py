"""The chart of a data set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.examples_chart import figure
from modelzoo.datasets.folders import load_path

Image = pytest.importorskip("PIL.Image")
pytest.importorskip("matplotlib")


def flat(values: list[int], *, synthetic: bool = False, shape: tuple[int, ...] = (8, 8)) -> DataSet:
    """A data set of one class a value, its images of that value all over, two in train and one in test."""
    images = np.stack([np.full(shape, value, np.uint8) for value in values])
    labels = np.arange(len(values))
    train = Split(np.concatenate([images, images]), np.concatenate([labels, labels]))
    names = tuple(f"${n}_1" for n in range(len(values)))
    return DataSet("flat", "Flat", names, train, Split(images, labels), {}, synthetic)


def test_every_class_has_its_examples_and_its_counts(legible: Callable[[Any], list[str]]) -> None:
    drawn = figure(flat([70, 120, 200]))
    texts = legible(drawn)
    examples, counts = drawn.axes
    assert [sorted(set(image.get_array().ravel().tolist())) for image in examples.images] == [
        [70, 255], [120, 255], [200, 255]
    ]  # fmt: skip
    assert {(image.norm.vmin, image.norm.vmax) for image in examples.images} == {(0, 255)}
    assert [[bar.get_height() for bar in bars] for bars in counts.containers] == [[2, 2, 2], [1, 1, 1]]
    assert {"train, 6 images", "test, 3 images", "images", "class", "$0_1"} <= set(texts)
    assert "Flat: 2 training images of each class, and images by class" in texts


def test_an_image_stays_in_the_middle_of_its_square() -> None:
    image = figure(flat([100], shape=(8, 4))).axes[0].images[0].get_array()
    assert image.shape == (9, 18)
    assert (image[0:8, 2:6] == 100).all()
    assert (image[:, :2] == 255).all()


def test_top_cuts_the_classes_with_examples_and_the_title_says_so(legible: Callable[[Any], list[str]]) -> None:
    drawn = figure(flat(list(range(62, 192)), shape=(20, 30, 3)), top=20)
    title = "Flat: 2 training images of the first 20 of 130 classes, and images by class"
    assert title in {text.replace("\n", " ") for text in legible(drawn)}
    assert len(drawn.axes[0].images) == 20
    assert drawn.axes[1].get_xlabel() == "class, number 0 to 129"


def test_synthetic_is_in_the_title(legible: Callable[[Any], list[str]]) -> None:
    assert any("(synthetic)" in text for text in legible(figure(flat([100], synthetic=True))))


def test_large_images_in_files_are_drawn_scaled(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(3):
            pixels = np.random.default_rng([number, ord(name)]).integers(0, 256, (80 + number, 70, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{number}.png")
    drawn = figure(load_path(tmp_path / "photos"))
    assert drawn.axes[0].images[0].get_array().shape[0] == 66


def test_counts_have_whole_numbers_as_ticks(legible: Callable[[Any], list[str]]) -> None:
    images = np.full((12, 8, 8), 200, np.uint8)
    train, test = Split(images, np.repeat([0, 1], 6)), Split(images[:1], np.array([0]))
    drawn = figure(DataSet("d", "D", ("a", "b"), train, test, {}))
    assert "test, 1 image" in legible(drawn)
    assert all(float(tick).is_integer() for tick in drawn.axes[1].get_yticks())


def test_counts_of_many_classes_are_one_shape_a_split() -> None:
    (train, test) = figure(flat([200] * 130)).axes[1].patches
    assert train.get_data().values.tolist() == [2] * 130
    assert (test.get_data().baseline.tolist(), test.get_data().values.tolist()) == ([2] * 130, [3] * 130)
