"""IDX files: good ones are read as stored; of every bad one the error is one line with the next step."""

import gzip
import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelzoo.datasets.idx import idx_files, read_images, read_labels
from modelzoo.errors import ZooError

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
WHOLE = b"\0\0\x08\x03" + struct.pack(">3I", 2, 3, 4) + IMAGES.tobytes()


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(ZooError) as error:
        read_images(path)
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith(str(path))
    assert "remove the file and get it again" in message
    return message


@pytest.mark.parametrize("name", ["images.gz", "images"])
def test_images_are_read_as_they_are_stored(name: str, write_idx: Callable, tmp_path: Path) -> None:
    read = read_images(write_idx(tmp_path / name, IMAGES))
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, IMAGES)


def test_labels_are_read_as_they_are_stored(write_idx: Callable, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read_labels(write_idx(tmp_path / "labels.gz", np.array([4, 0, 255]))), [4, 0, 255])


def test_gzip_in_several_members_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(WHOLE[:20]) + gzip.compress(WHOLE[20:]))
    np.testing.assert_array_equal(read_images(path), IMAGES)


@pytest.mark.parametrize("kept", range(1, len(gzip.compress(WHOLE))))
def test_a_gzip_file_cut_anywhere_is_refused(kept: int, tmp_path: Path) -> None:
    refused(tmp_path / "cut.gz", gzip.compress(WHOLE)[:kept])


@pytest.mark.parametrize("kept", range(1, len(WHOLE)))
def test_a_plain_file_cut_anywhere_is_refused(kept: int, tmp_path: Path) -> None:
    refused(tmp_path / "cut", WHOLE[:kept])


def test_a_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(WHOLE))
    data[-6] ^= 0xFF  # its checksum
    assert "CRC" in refused(tmp_path / "damaged.gz", bytes(data))


@pytest.mark.parametrize("data", [b"", gzip.compress(b"", mtime=0)], ids=["plain", "gzip"])
def test_an_empty_file_is_called_empty(data: bytes, tmp_path: Path) -> None:
    assert "is empty" in refused(tmp_path / "empty.gz", data)


def test_a_web_page_under_the_name_is_no_gzip(tmp_path: Path) -> None:
    assert "is not gzip" in refused(tmp_path / "page.gz", b"<!DOCTYPE html><html>")


def test_another_idx_file_is_refused_by_its_first_bytes(tmp_path: Path) -> None:
    labels = b"\0\0\x08\x01" + struct.pack(">I", 20) + bytes(20)
    assert "begins with 00 00 08 01" in refused(tmp_path / "labels.gz", gzip.compress(labels))
    assert "00 00 08 03" in refused(tmp_path / "floats", b"\0\0\x0d\x03" + WHOLE[4:])


def test_a_header_with_no_images_is_refused(tmp_path: Path) -> None:
    assert "holds no images" in refused(tmp_path / "none.gz", gzip.compress(WHOLE[:4] + struct.pack(">3I", 0, 28, 28)))


@pytest.mark.parametrize("shape", [(3, 3, 4), (2**32 - 1, 28, 28), (2**32 - 1,) * 3])
@pytest.mark.parametrize("pack", [gzip.compress, bytes])
def test_a_header_that_says_more_than_the_file_holds_is_refused(
    shape: tuple[int, ...], pack: Callable, tmp_path: Path
) -> None:
    path = tmp_path / ("large.gz" if pack is gzip.compress else "large")
    assert "the header says" in refused(path, pack(WHOLE[:4] + struct.pack(">3I", *shape) + IMAGES.tobytes()))


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        ((2, 3, 4), "2×3×4 = 24 bytes of images, the file holds more"),
        ((2**20, 2**10, 2**10), "1,099,511,627,776 bytes of images, more than"),
    ],
)
def test_neither_a_bomb_nor_a_forged_header_takes_memory(shape: tuple[int, ...], found: str, tmp_path: Path) -> None:
    bomb = gzip.compress(WHOLE[:4] + struct.pack(">3I", *shape) + bytes(64 << 20))
    tracemalloc.start()
    message = refused(tmp_path / "bomb.gz", bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found in message
    assert peak < 8 << 20


@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_the_files_of_mnist_are_found_under_their_own_names(dot: str, ending: str, tmp_path: Path) -> None:
    names = {
        f"{part}-{kind}": f"{written}-{kind}{dot}idx{dimensions}-ubyte{ending}"
        for part, written in (("train", "train"), ("test", "t10k"))
        for kind, dimensions in (("images", 3), ("labels", 1))
    }
    for name in names.values():
        (tmp_path / name).touch()
    assert idx_files(tmp_path) == {kind: tmp_path / name for kind, name in names.items()}


def test_the_usual_names_go_before_those_of_mnist(tmp_path: Path) -> None:
    for name in ("t10k-labels-idx1-ubyte.gz", "test-labels.idx1-ubyte", "test-labels-idx1-ubyte"):
        (tmp_path / name).touch()
    assert idx_files(tmp_path) == {"test-labels": tmp_path / "test-labels-idx1-ubyte"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes")
def test_a_pipe_or_a_folder_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gz")
    (tmp_path / "folder.gz").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(ZooError, match=rf"{name}\.gz is a {name}; expected a regular file"):
            read_images(tmp_path / f"{name}.gz")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"gone\.gz cannot be read: No such file"):
        read_images(tmp_path / "gone.gz")
