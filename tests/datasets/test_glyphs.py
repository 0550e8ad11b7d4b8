"""The embedded sample: EMNIST Balanced's shape and classes, deterministic, recognizable, called synthetic."""

import subprocess
import sys

import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet
from modelzoo.datasets.emnist import CLASSES
from modelzoo.datasets.glyphs import make_glyphs
from modelzoo.errors import ZooError

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def glyphs() -> DataSet:
    return make_glyphs(train_per_class=30, test_per_class=10)


def test_it_has_emnists_shape_and_classes(glyphs: DataSet) -> None:
    assert glyphs.classes == CLASSES["balanced"]
    assert glyphs.train.images.shape == (47 * 30, 28, 28)
    assert (glyphs.train.images.dtype, glyphs.train.labels.dtype) == (np.uint8, np.int64)
    assert np.bincount(glyphs.train.labels).tolist() == [30] * 47
    assert np.bincount(glyphs.test.labels).tolist() == [10] * 47
    assert (glyphs.train.images.min(), glyphs.train.images.max()) == (0, 255)


def test_it_is_called_synthetic(glyphs: DataSet) -> None:
    assert glyphs.synthetic
    assert "synthetic" in glyphs.title


def test_the_same_seed_gives_the_same_images_in_another_process() -> None:
    code = (
        "from modelzoo.datasets.glyphs import make_glyphs as m; print(m(train_per_class=2, test_per_class=1).checksums)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(make_glyphs(train_per_class=2, test_per_class=1).checksums)


def test_another_seed_gives_other_images() -> None:
    first, other = (make_glyphs(train_per_class=1, test_per_class=1, seed=seed) for seed in (0, 1))
    assert len({*first.checksums.values(), *other.checksums.values()}) == 4


def test_no_image_is_there_twice(glyphs: DataSet) -> None:
    images = np.concatenate([glyphs.train.images, glyphs.test.images])
    assert len({image.tobytes() for image in images}) == len(images)


def cropped(image: np.ndarray) -> np.ndarray:
    """The character alone, 12×12, as one row of length 1."""
    rows, columns = (np.flatnonzero((image > 100).any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return np.zeros(144)
    rows, columns = (np.linspace(places[0], places[-1], 12).round().astype(int) for places in (rows, columns))
    row = image[np.ix_(rows, columns)].reshape(-1).astype(float)
    return row / np.linalg.norm(row)


def test_its_characters_can_be_recognized(glyphs: DataSet) -> None:
    train, test = (np.stack([cropped(image) for image in part.images]) for part in (glyphs.train, glyphs.test))
    nearest = ((train**2).sum(axis=1) - 2 * test @ train.T).argmin(axis=1)
    # Chance is 2 %.
    assert (glyphs.train.labels[nearest] == glyphs.test.labels).mean() > 0.5


def test_images_of_a_class_differ_in_stroke_and_place(glyphs: DataSet) -> None:
    ones = glyphs.train.images[glyphs.train.labels == 1].astype(float)
    ink = ones.sum(axis=(1, 2))
    assert ink.max() > 2 * ink.min()
    columns = (ones.sum(axis=1) * np.arange(28)).sum(axis=1) / ink
    assert columns.std() > 0.5


def test_no_images_at_all_are_refused() -> None:
    with pytest.raises(ZooError, match="expected at least 1 of each"):
        make_glyphs(train_per_class=0)
