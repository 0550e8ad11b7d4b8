"""Images in files, decoded once into the cache or at each access."""

import os
import pickle
import shutil
import socket
import subprocess
import sys
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import modelzoo
from modelzoo.base.claims import claimed
from modelzoo.datasets.dataset import Split, Splits, image_cache
from modelzoo.datasets.decoded import StreamedImages, clear_decoded, decode_splits
from modelzoo.datasets.image_files import ImageFiles
from modelzoo.datasets.mapped import MappedImages
from modelzoo.errors import ZooError

Usage = namedtuple("Usage", "total used free")


def decode(splits: Splits, report: Any = lambda text: None, **geometry: Any) -> Splits:
    return decode_splits(splits, **{"size": (16, 16), "mode": "crop", "channels": 3, "report": report} | geometry)


def parts(splits: Splits) -> list[Split]:
    return [splits.train, splits.validation, splits.test]


def cached() -> list[Path]:
    return sorted(path for path in image_cache().iterdir() if path.suffix == ".npy")


@pytest.mark.parametrize(
    "rows", [3, -1, slice(None), slice(9, 2), slice(0, 50, 7), np.array([40, 0, 40]), np.arange(50) < 20], ids=str
)
def test_streamed_rows_are_the_decoded_images(photo_splits: Splits, rows: Any) -> None:
    files = photo_splits.train.images
    streamed = StreamedImages(files, (16, 12), "crop", 3)
    expected = files.decode(np.arange(50), size=(16, 12), mode="crop", channels=3)
    assert (streamed.shape, streamed.ndim, streamed.nbytes) == (expected.shape, 4, expected.nbytes)
    np.testing.assert_array_equal(streamed[rows], expected[rows])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(streamed))[rows], expected[rows])


def test_the_cache_holds_the_decoded_images_of_each_split(photo_splits: Splits) -> None:
    found = decode(photo_splits)
    for split, files in zip(parts(found), parts(photo_splits), strict=True):
        assert isinstance(split.images, MappedImages)
        expected = files.images.decode(np.arange(len(files)), size=16, mode="crop", channels=3)
        np.testing.assert_array_equal(split.images[:], expected)
        np.testing.assert_array_equal(split.labels, files.labels)
    assert found.classes == photo_splits.classes


def test_images_are_decoded_once_and_the_size_is_reported_before(
    photo_splits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports: list[str] = []
    decode(photo_splits, reports.append)
    (announced,) = reports
    assert "decoding 72 images to 16×16 (55.3 kB)" in announced
    assert str(image_cache()) in announced
    monkeypatch.setattr(ImageFiles, "decode", None)
    decode(photo_splits, reports.append)
    assert len(reports) == 1


@pytest.mark.parametrize(
    ("other", "count"),
    [
        ({}, 3),
        ({"size": (17, 17)}, 6),
        ({"mode": "resize"}, 6),
        ({"channels": 1}, 6),
    ],
    ids=str,
)
def test_each_geometry_has_its_own_files(photo_splits: Splits, other: dict[str, Any], count: int) -> None:
    decode(photo_splits)
    assert decode(photo_splits, **other).test.images.shape[1:3] == other.get("size", (16, 16))
    assert len(cached()) == count


def test_a_split_of_other_images_is_decoded_and_the_others_are_not(photo_splits: Splits) -> None:
    decode(photo_splits)
    fewer = replace(photo_splits, train=photo_splits.train.take(slice(30)))
    reports: list[str] = []
    assert len(decode(fewer, reports.append).train) == 30
    assert "decoding 30 images" in reports[0]


@pytest.mark.parametrize("change", [lambda data: data[:-5], lambda data: b"", lambda data: data + b"more"])
def test_a_damaged_file_is_decoded_again(photo_splits: Splits, change: Any) -> None:
    expected = decode(photo_splits).train.images[:]
    for path in cached():
        path.write_bytes(change(path.read_bytes()))
    reports: list[str] = []
    np.testing.assert_array_equal(decode(photo_splits, reports.append).train.images[:], expected)
    assert "decoding 72 images" in reports[0]


def test_a_file_that_cannot_be_decoded_is_an_error_and_leaves_no_part_of_a_file(photo_splits: Splits) -> None:
    shutil.copy(photo_splits.train.images.paths[3], photo_splits.train.images.paths[4])
    with pytest.raises(ZooError, match=r"4\.png changed"):
        decode(photo_splits)
    assert list(image_cache().iterdir()) == []


def test_the_leftover_of_a_killed_process_is_deleted_and_does_not_count(photo_splits: Splits) -> None:
    image_cache().mkdir(parents=True)
    leftover = image_cache() / ".16x16-abc.npy.x1y2.tmp"
    leftover.write_bytes(b"half")
    decode(photo_splits)
    assert not leftover.exists()
    assert len(cached()) == 3


def test_arrays_stay_as_they_are(photo_splits: Splits) -> None:
    split = Split(np.zeros((4, 28, 28), np.uint8), np.arange(4))
    splits = Splits(split, split, split, ("a",))
    assert decode(splits) is splits
    assert not image_cache().exists()


def test_gray_images_have_one_channel_for_every_network(photo_splits: Splits) -> None:
    gray = replace(photo_splits.test, images=replace(photo_splits.test.images, channels=1))
    assert decode(replace(photo_splits, test=gray)).test.images.shape == (12, 16, 16)


@pytest.mark.parametrize(("free", "kind"), [(110_591, StreamedImages), (110_592, MappedImages)])
def test_images_are_streamed_where_they_take_more_than_half_of_the_free_space(
    photo_splits: Splits, monkeypatch: pytest.MonkeyPatch, free: int, kind: type
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free, 0, free))
    reports: list[str] = []
    found = decode(photo_splits, reports.append)
    assert {type(split.images) for split in parts(found)} == {kind}
    assert ("55.3 kB, more than 50% of the 111 kB" in reports[0]) == (kind is StreamedImages)
    np.testing.assert_array_equal(found.test.images[2:4], decode(photo_splits).test.images[2:4])


def test_images_are_streamed_where_the_cache_cannot_be_written(
    photo_splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    reports: list[str] = []
    assert isinstance(decode(photo_splits, reports.append).train.images, StreamedImages)
    assert "Not a directory" in reports[0]


def test_clear_deletes_all_files_and_counts_their_bytes(photo_splits: Splits) -> None:
    assert clear_decoded() == 0
    decode(photo_splits)
    size = sum(path.stat().st_size for path in cached())
    assert clear_decoded() == size > 72 * 16 * 16 * 3
    assert cached() == []
    assert len(decode(photo_splits).train.images[:]) == 50


def test_clear_refuses_while_another_process_decodes(photo_splits: Splits) -> None:
    decode(photo_splits)
    with claimed(image_cache(), "", name="images"), pytest.raises(ZooError, match=r"process \d+ on .* decodes images"):
        clear_decoded()
    assert len(cached()) == 3


# A process that decodes; it says when it has the lock, and then waits for a line.
OTHER = """
import pickle, sys
from pathlib import Path
from modelzoo.datasets.decoded import decode_splits

splits = pickle.loads(Path(sys.argv[1]).read_bytes())


def report(text):
    print(text, flush=True)
    sys.stdin.readline()


decode_splits(splits, size=(16, 16), mode="crop", channels=3, report=report)
"""


def test_two_processes_decode_the_images_once(photo_splits: Splits, tmp_path: Path) -> None:
    (tmp_path / "splits").write_bytes(pickle.dumps(photo_splits))
    environment = {**os.environ, "PYTHONPATH": str(Path(modelzoo.__file__).parent.parent)}
    command = [sys.executable, "-c", OTHER, str(tmp_path / "splits")]
    other = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert other.stdin is not None
    assert other.stdout is not None
    assert "decoding 72 images" in other.stdout.readline()  # it has the lock
    reports: list[str] = []

    def report(text: str) -> None:
        reports.append(text)
        other.stdin.write("\n")  # type: ignore[union-attr]
        other.stdin.flush()  # type: ignore[union-attr]

    found = decode(photo_splits, report)
    assert other.wait(60) == 0
    other.stdin.close()
    other.stdout.close()
    assert reports == [f"process {other.pid} on {socket.gethostname()} decodes images; waiting for it"]
    np.testing.assert_array_equal(
        found.test.images[:], photo_splits.test.images.decode(np.arange(12), size=16, mode="crop", channels=3)
    )
