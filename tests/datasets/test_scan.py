"""The facts of image files, and those known from an earlier scan."""

import os
from pathlib import Path

import numpy as np
import pytest

from modelzoo.datasets import scan as scan_module
from modelzoo.datasets.folders import load_path
from modelzoo.datasets.image_folders import list_images
from modelzoo.datasets.scan import scan

Image = pytest.importorskip("PIL.Image")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the bytes of each decoded file."""
    sizes: list[int] = []
    decode = scan_module.decode_image
    monkeypatch.setattr(scan_module, "decode_image", lambda data: (sizes.append(len(data)), decode(data))[1])
    return sizes


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder of six photos whose scan counts as slow, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(scan_module, "_SLOW_S", -1)
    for label, name in enumerate("ab"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(3):
            pixels = np.random.default_rng([label, number]).integers(0, 256, (40 + number, 36, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / name / f"{number}.png")
    return tmp_path / "photos"


def test_a_known_file_is_not_decoded_again_and_a_changed_one_is(photos: Path, decoded: list[int]) -> None:
    first = load_path(photos)
    assert len(decoded) == 6
    again = load_path(photos)
    assert len(decoded) == 6
    assert again.checksums == first.checksums
    assert again.kinds == first.kinds
    Image.new("RGB", (36, 40), (1, 2, 3)).save(photos / "a/0.png")
    (photos / "b/2.png").rename(photos / "b/3.png")
    changed = load_path(photos)
    assert len(decoded) == 8
    assert changed.checksums != first.checksums


def test_a_file_of_the_same_size_and_another_time_is_decoded_again(photos: Path, decoded: list[int]) -> None:
    load_path(photos)
    os.utime(photos / "a/0.png", ns=(1, 1))
    load_path(photos)
    assert len(decoded) == 7


def test_a_damaged_cache_is_made_again(photos: Path, decoded: list[int], tmp_path: Path) -> None:
    load_path(photos)
    (cache,) = (tmp_path / "cache").rglob("facts-*.json")
    for damage in (b"", b"{", b'{"a": 1}', cache.read_bytes()[:-30]):
        cache.write_bytes(damage)
        decoded.clear()
        load_path(photos)
        assert len(decoded) == 6
    load_path(photos)
    assert len(decoded) == 6


def test_a_quick_scan_leaves_nothing_in_the_cache(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan_module, "_SLOW_S", 60)
    load_path(photos)
    assert not (tmp_path / "cache").exists()


def test_without_a_cache_folder_images_are_read_too(
    photos: Path, decoded: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert load_path(photos).checksums == load_path(photos).checksums
    assert len(decoded) == 12


def test_many_new_files_are_announced(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "_MANY", 6)
    lines: list[str] = []
    for _ in range(2):
        scan(list_images(photos), lines.append)
    assert lines == [f"reading 6 files of {photos}"]
