"""Scratch folders: removed by their owner, or at the next start after a kill."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import pytest

from modelzoo.base.processes import Process, this_process
from modelzoo.base.scratch import scratch_folder, temporary_files_in
from modelzoo.errors import ZooError

KILLED = """
import os, signal
from modelzoo.base.processes import Process, this_process
from modelzoo.base.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "images.npy").write_bytes(b"1")
    print(folder, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_a_killed_process_leaves_its_folder_until_the_next_start(temporary: Path) -> None:
    printed = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False).stdout
    left = Path(printed.strip())
    assert (left / "images.npy").exists()
    with scratch_folder():
        assert not left.exists()


def test_a_folder_within_another_one_is_removed_after_a_kill_too(temporary: Path) -> None:
    parent = temporary / "runs"
    parent.mkdir()
    program = KILLED.replace("scratch_folder()", f"scratch_folder(Path({str(parent)!r}), '.ray-')")
    subprocess.run([sys.executable, "-c", f"from pathlib import Path\n{program}"], check=False, capture_output=True)
    assert [path.name[:5] for path in parent.iterdir()] == [".ray-"]
    with scratch_folder(parent, ".ray-") as folder:
        assert list(parent.iterdir()) == [folder]
    assert not list(parent.iterdir())


@pytest.fixture
def ended() -> Process:
    """A process of this machine that has ended."""
    return msgspec.structs.replace(this_process(), started="0")


def claim_file(folder: Path, holder: Process) -> Path:
    """Make a scratch folder of another process."""
    folder.mkdir()
    path = folder / "owner-000001.json"
    path.write_bytes(msgspec.json.encode({"token": "1", "holder": holder}))
    return path


def test_only_what_is_surely_abandoned_is_removed(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, ended: Process
) -> None:
    claim_file(temporary / "zoo-ended", ended)
    claim_file(temporary / "other-ended", ended)
    (temporary / "zoo-link").symlink_to(temporary / "other-ended")
    (temporary / "zoo-file").touch()
    (temporary / "zoo-new").mkdir()  # its owner claims it soon
    claim_file(temporary / "zoo-alive", this_process())
    with monkeypatch.context() as patch, scratch_folder() as in_use:
        patch.setattr(os, "getuid", lambda: 12345)
        claim_file(temporary / "zoo-foreign", ended)
        with scratch_folder() as own:
            assert own.is_dir()
            assert in_use.is_dir()
        assert (temporary / "zoo-foreign").exists()
    assert {path.name for path in temporary.iterdir()} == {
        *("other-ended", "zoo-link", "zoo-file", "zoo-new", "zoo-alive", "zoo-foreign")
    }
    assert (temporary / "other-ended" / "owner-000001.json").exists()


def test_the_folder_of_another_container_is_abandoned_after_a_day_without_a_sign(temporary: Path) -> None:
    elsewhere = msgspec.structs.replace(this_process(), namespace="pid:[1]")
    for name, age_s in (("zoo-old", 90_000), ("zoo-young", 80_000)):
        then = time.time() - age_s
        os.utime(claim_file(temporary / name, elsewhere), (then, then))
    with scratch_folder():
        pass
    assert [path.name for path in temporary.iterdir()] == ["zoo-young"]


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
