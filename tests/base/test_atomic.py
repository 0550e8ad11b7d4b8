from pathlib import Path

import pytest

from modelzoo.base.atomic import write_atomically
from modelzoo.errors import ZooError


def test_writing_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("a longer old text")
    write_atomically(path, "새 글")
    assert path.read_text(encoding="utf-8") == "새 글"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_no_partial_one(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    path.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(ZooError, match="No space left on device; choose a folder"):
            write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"cannot write .*gone.*choose a folder that exists"):
        write_atomically(tmp_path / "gone" / "file", b"")
