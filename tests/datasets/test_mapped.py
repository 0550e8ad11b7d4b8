"""Images in files that processes map."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from modelzoo.datasets import mapped
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.datasets.mapped import MappedImages, export_splits, load_splits
from modelzoo.errors import DamagedFileError, ZooError

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 6, 5, 3), np.uint8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    np.save(tmp_path / "images.npy", PIXELS)
    return tmp_path / "images.npy"


@pytest.mark.parametrize(
    "rows", [3, -1, slice(None), slice(2, 9), slice(50, None), np.array([7, 7, 0]), np.arange(40) % 2 == 0], ids=str
)
def test_rows_are_those_of_the_array_and_copies(path: Path, rows: object) -> None:
    images = MappedImages(path)
    np.testing.assert_array_equal(images[rows], PIXELS[rows])  # type: ignore[index]
    assert images[rows].flags.owndata
    assert images[rows].flags.writeable
    assert (images.shape, images.ndim, images.dtype, images.nbytes, len(images)) == (PIXELS.shape, 4, "uint8", 3600, 40)


def test_a_pickled_object_has_the_path_alone(path: Path) -> None:
    packed = pickle.dumps(MappedImages(path))
    assert len(packed) < 600
    np.testing.assert_array_equal(pickle.loads(packed)[:], PIXELS)


def test_images_stay_readable_after_their_file_is_deleted(path: Path) -> None:
    images = MappedImages(path)
    path.unlink()
    np.testing.assert_array_equal(images[5:], PIXELS[5:])


@pytest.mark.parametrize(
    "change", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b"", lambda data: data[9:]]
)
def test_a_file_that_is_not_whole_is_damaged(path: Path, change: object) -> None:
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(DamagedFileError, match=r"images\.npy"):
        MappedImages(path)


@pytest.mark.parametrize(
    "array", [PIXELS.astype(np.float32), np.asfortranarray(PIXELS), np.array(None, object)], ids=str
)
def test_another_array_is_refused(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "other.npy", array)
    with pytest.raises(DamagedFileError, match=r"other\.npy"):
        MappedImages(tmp_path / "other.npy")


def test_arrays_go_into_files_and_come_back_unless_they_are_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = np.arange(40)
    splits = Splits(*(Split(PIXELS[start:], labels[start:]) for start in (0, 10, 20)), tuple("ab"))
    exported = export_splits(splits, tmp_path)
    monkeypatch.setattr(mapped, "MOST_IN_MEMORY", PIXELS[10:].nbytes)
    loaded = load_splits(pickle.loads(pickle.dumps(exported)))
    assert [type(split.images) for split in (loaded.train, loaded.validation, loaded.test)] == [
        MappedImages, np.ndarray, np.ndarray
    ]  # fmt: skip
    for split, start in ((loaded.train, 0), (loaded.validation, 10), (loaded.test, 20)):
        np.testing.assert_array_equal(split.images[:], PIXELS[start:])
        np.testing.assert_array_equal(split.labels, labels[start:])


def test_a_full_disk_names_the_folder_that_can_be_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    split = Split(PIXELS, np.arange(40))
    with pytest.raises(ZooError, match=r"No space left on device; TMPDIR names a folder"):
        export_splits(Splits(split, split, split, ("a",)), tmp_path)
