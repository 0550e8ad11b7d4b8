"""Scratch folders: removed by their owner, or at the next start after a kill."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from modelzoo.base import scratch
from modelzoo.base.scratch import scratch_folder, temporary_files_in
from modelzoo.errors import ZooError

KILLED = """
import os, signal
from modelzoo.base.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "images.npy").write_bytes(b"1")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files, where folders count as old at once."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(scratch, "_YOUNG_S", -1.0)
    return tmp_path


def test_a_killed_process_leaves_its_folder_until_the_next_start(temporary: Path) -> None:
    printed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False).stdout
    left = Path(printed.strip())
    assert (left / "images.npy").exists()
    with scratch_folder():
        assert not left.exists()


def test_only_what_is_surely_abandoned_is_removed(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign = [temporary / name for name in ("zoo-without-a-lock", "other-locked", "zoo-link")]
    for folder in foreign[:2]:
        folder.mkdir()
    (foreign[1] / "owner.lock").touch()
    foreign[2].symlink_to(foreign[1])
    (temporary / "zoo-file").touch()
    with scratch_folder() as in_use, scratch_folder() as own:
        assert in_use.is_dir()
        assert own.is_dir()
        assert all(folder.exists() for folder in (*foreign, foreign[1] / "owner.lock", temporary / "zoo-file"))
    assert not in_use.exists()
    old = temporary / "zoo-old"
    old.mkdir()
    (old / "owner.lock").touch()
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with scratch_folder():
        assert old.exists()  # of another user
    monkeypatch.undo()


def test_a_young_folder_may_be_locked_soon_and_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_YOUNG_S", 60.0)
    (temporary / "zoo-new").mkdir()
    (temporary / "zoo-new" / "owner.lock").touch()
    with scratch_folder():
        assert (temporary / "zoo-new").exists()


def test_without_a_place_for_temporary_files_the_error_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise FileNotFoundError(2, "No usable temporary directory found in ['/nowhere']")

    monkeypatch.setattr(tempfile, "gettempdir", missing)
    with pytest.raises(ZooError, match=r"can be made: No usable .*; TMPDIR names"), scratch_folder():
        pass


def test_temporary_files_lie_in_the_folder_inside_the_block_alone(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    with temporary_files_in(folder), tempfile.NamedTemporaryFile() as file:
        assert Path(file.name).parent == folder
    with tempfile.NamedTemporaryFile() as file:
        assert Path(file.name).parent == tmp_path
