"""Images in files, decoded when needed."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from modelzoo.datasets.image_files import ImageFiles
from modelzoo.errors import ZooError

Image = pytest.importorskip("PIL.Image")
ImageOps = pytest.importorskip("PIL.ImageOps")

SIZES = [(40, 20), (20, 40), (32, 32), (9, 7)]


@pytest.fixture
def files(tmp_path: Path) -> ImageFiles:
    """Four images in color, of four sizes."""
    random = np.random.default_rng(0)
    paths = [tmp_path / f"{number}.png" for number in range(len(SIZES))]
    for path, (width, height) in zip(paths, SIZES, strict=True):
        Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8)).save(path)
    digests = np.array([hashlib.sha256(path.read_bytes()).hexdigest() for path in paths])
    return ImageFiles(np.array(paths, object), digests, digests, np.array(SIZES), 3)


def test_rows_select_files_with_all_that_is_known_of_them(files: ImageFiles) -> None:
    some = files[np.array([2, 0])]
    assert (len(files), len(some), len(files[1:])) == (4, 2, 3)
    assert [path.name for path in some.paths] == ["2.png", "0.png"]
    assert some.sizes.tolist() == [[32, 32], [40, 20]]
    assert some.digests.tolist() == files.digests[[2, 0]].tolist()


def test_files_have_one_size_only_if_all_have_it(files: ImageFiles) -> None:
    assert (files.one_size, files[2:3].one_size, files[:0].one_size) == (None, (32, 32), None)


def test_crop_is_pillows_fit_to_the_centered_square(files: ImageFiles) -> None:
    decoded = files.decode(slice(None), size=16, mode="crop", channels=3)
    for image, path in zip(decoded, files.paths, strict=True):
        expected = ImageOps.fit(Image.open(path), (16, 16), Image.Resampling.BILINEAR)
        np.testing.assert_array_equal(image, np.asarray(expected))


def test_resize_stretches_to_the_square(files: ImageFiles) -> None:
    decoded = files.decode(np.array([1]), size=16, mode="resize", channels=3)
    expected = Image.open(files.paths[1]).resize((16, 16), Image.Resampling.BILINEAR)
    np.testing.assert_array_equal(decoded[0], np.asarray(expected))


def test_pad_puts_zeros_around_and_refuses_an_image_that_is_larger(files: ImageFiles) -> None:
    (padded,) = files.decode([3], size=16, mode="pad", channels=3)
    np.testing.assert_array_equal(padded[4:11, 3:12], np.asarray(Image.open(files.paths[3])))
    assert padded.sum() == padded[4:11, 3:12].sum()
    with pytest.raises(ZooError, match=r"0\.png is 40×20 and cannot be padded to 16×16"):
        files.decode([0], size=16, mode="pad", channels=3)


def test_one_channel_is_the_luma_of_a_color(files: ImageFiles) -> None:
    decoded = files.decode([2], size=32, mode="crop", channels=1)
    assert decoded.shape == (1, 32, 32)
    luma = np.asarray(Image.open(files.paths[2])) @ [0.299, 0.587, 0.114]
    assert np.abs(decoded[0] - luma).max() <= 1


def test_a_file_that_changed_is_refused_and_not_decoded_under_its_old_digest(files: ImageFiles) -> None:
    Image.new("RGB", (32, 32)).save(files.paths[2])
    with pytest.raises(ZooError, match=r"2\.png changed"):
        files.decode([2], size=16, mode="crop", channels=3)
