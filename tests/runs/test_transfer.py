"""Runs packed on one machine and unpacked on another: whole, failed and partial ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from modelzoo.errors import ClaimedError
from modelzoo.runs import store
from modelzoo.runs.record import Record, write_record
from modelzoo.runs.transfer import pack_run, unpack_run


def content(runs: Path) -> dict[str, bytes]:
    return {str(path.relative_to(runs)): path.read_bytes() for path in runs.rglob("*") if path.is_file()}


def move(runs: Path, other: Path) -> None:
    unpack_run(pack_run(runs, "one"), other, "one")


def write(folder: Path, **files: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)


@pytest.fixture
def whole(tmp_path: Path, make_record: Callable[..., Record]) -> Path:
    """A folder with a whole run."""
    write(tmp_path / "runs" / "one", weights=b"\0\1" * 5000, empty=b"")
    write_record(make_record("lenet5", id="one"), tmp_path / "runs" / "one")
    return tmp_path / "runs"


def test_a_whole_run_arrives_as_it_was_and_replaces_a_partial_one(whole: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other / "one.partial", **{"checkpoint.npz": b"older"})
    move(whole, other)
    assert content(other) == content(whole)


def test_a_failed_run_arrives_with_its_checkpoint(whole: Path, tmp_path: Path) -> None:
    write(whole / "one.partial", **{"checkpoint.npz": b"state"})
    move(whole, tmp_path / "other")
    assert content(tmp_path / "other") == content(whole)


def test_a_partial_run_arrives_without_claims_and_half_written_files(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    with store.claim_run(runs, "one"):
        write(runs / "one.partial", **{"checkpoint.npz": b"state", ".record.json.12345678.tmp": b"half"})
        packed = pack_run(runs, "one")
    assert (packed.final, {name: bytes(data) for name, data in packed.partial.items()}) == (
        {},
        {"checkpoint.npz": b"state"},
    )
    unpack_run(packed, tmp_path / "other", "one")
    assert content(tmp_path / "other") == {"one.partial/checkpoint.npz": b"state"}


def test_a_missing_run_leaves_no_folder(tmp_path: Path) -> None:
    move(tmp_path / "runs", tmp_path / "other")
    assert [*(tmp_path / "other").iterdir()] == []


def test_a_claimed_run_is_not_written(whole: Path, tmp_path: Path) -> None:
    with store.claim_run(tmp_path / "other", "one"), pytest.raises(ClaimedError):
        move(whole, tmp_path / "other")


def test_the_content_crosses_processes_as_arrays(whole: Path) -> None:
    assert {data.dtype for data in pack_run(whole, "one").final.values()} == {np.dtype(np.uint8)}
