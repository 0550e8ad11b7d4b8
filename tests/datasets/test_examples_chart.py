"""The picture of examples."""

from pathlib import Path

import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.datasets.examples_chart import draw_examples
from modelzoo.datasets.folders import load_path
from modelzoo.errors import ZooError

Image = pytest.importorskip("PIL.Image")
pytest.importorskip("matplotlib")


def flat(values: list[int], *, synthetic: bool = False, shape: tuple[int, ...] = (8, 8)) -> DataSet:
    """A data set of one class a value, its images of that value all over."""
    images = np.stack([np.full(shape, value, np.uint8) for value in values])
    split = Split(images, np.arange(len(values)))
    return DataSet("flat", "Flat", tuple(f"${n}_1" for n in range(len(values))), split, split, {}, synthetic)


def test_every_class_has_its_example_in_its_own_gray(tmp_path: Path) -> None:
    draw_examples(flat([40, 80, 120, 160, 200]), tmp_path / "examples.png")
    pixels = np.asarray(Image.open(tmp_path / "examples.png").convert("L"))
    counts = np.bincount(pixels.ravel(), minlength=256)
    # Each is drawn 0.96 of 0.36 inches wide and high, at 120 pixels an inch.
    for value in (40, 80, 120, 160, 200):
        assert counts[value] > 0.9 * 41**2


def test_one_range_of_gray_holds_for_all_images(tmp_path: Path) -> None:
    draw_examples(flat([10, 20]), tmp_path / "examples.png")
    pixels = np.asarray(Image.open(tmp_path / "examples.png").convert("L"))
    assert {10, 20} <= set(np.unique(pixels))


def test_color_many_classes_and_large_pictures_are_drawn(tmp_path: Path) -> None:
    draw_examples(flat(list(range(62)), shape=(200, 300, 3)), tmp_path / "examples.png")
    assert Image.open(tmp_path / "examples.png").size[0] > 1000


def test_synthetic_is_in_the_picture(tmp_path: Path) -> None:
    for synthetic in (True, False):
        draw_examples(flat([10], synthetic=synthetic), tmp_path / f"{synthetic}.png")
    assert (tmp_path / "True.png").read_bytes() != (tmp_path / "False.png").read_bytes()


def test_another_suffix_or_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"name a file that ends in \.png"):
        draw_examples(flat([10]), tmp_path / "examples.jpg")
    with pytest.raises(ZooError, match="choose a folder that exists"):
        draw_examples(flat([10]), tmp_path / "none" / "examples.png")


def test_large_images_in_files_are_drawn_scaled(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(3):
            pixels = np.random.default_rng([number, ord(name)]).integers(0, 256, (80 + number, 70, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{number}.png")
    draw_examples(load_path(tmp_path / "photos"), tmp_path / "examples.png")
    assert Image.open(tmp_path / "examples.png").size[0] > 100
