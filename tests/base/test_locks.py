"""Locks: one process at a time, also where `flock` is missing; the tests of runs have a killed process."""

import errno
from pathlib import Path
from typing import Any

import pytest

from modelzoo.base.locks import lock_file
from modelzoo.errors import ZooError

pytest.importorskip("filelock")


@pytest.mark.parametrize("flock", [True, False], ids=["flock", "no flock"])
def test_a_lock_is_held_once_and_free_again_after_its_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flock: bool
) -> None:
    def missing(*given: Any) -> None:
        raise OSError(errno.ENOTSUP, "no flock")

    if not flock:
        pytest.importorskip("fcntl")
        monkeypatch.setattr("fcntl.flock", missing)
    for _ in range(2):
        with (
            lock_file(tmp_path / "lock", "in use"),
            pytest.raises(ZooError, match=r"^in use$"),
            lock_file(tmp_path / "lock", "in use"),
        ):
            pass


def test_a_lock_that_cannot_be_made_names_the_folder_and_the_reason(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "victim")
    with pytest.raises(ZooError, match=r"^cannot write .*: .*symbolic links; choose"), lock_file(tmp_path / "lock", ""):
        pass
    assert not (tmp_path / "victim").exists()
