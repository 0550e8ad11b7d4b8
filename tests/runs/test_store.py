"""The folder of runs: locks, final names, and what a killed process leaves."""

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.errors import ClaimedError, ZooError
from modelzoo.runs import store
from modelzoo.runs.checkpoint import TrainingState, load_checkpoint, save_best, save_checkpoint
from modelzoo.runs.record import RECORD, LaterSchemaError, write_record

BEGUN = store.StartMarker(
    id="a", model="lenet5", name="LeNet-5", recipe_name="quick", dataset="glyphs", seed=0, epochs=5, started="2026"
)


def test_runs_lie_where_told_else_where_zoo_runs_says_else_in_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_RUNS", "/elsewhere")
    assert store.runs_folder(Path("/here")) == Path("/here")
    assert store.runs_folder() == Path("/elsewhere")
    monkeypatch.setenv("ZOO_RUNS", "")
    assert store.runs_folder() == Path("runs")


def test_a_held_run_is_held_for_one(tmp_path: Path) -> None:
    with (
        store.claim_run(tmp_path, "a"),
        pytest.raises(ZooError, match=r"process \d+ on .* works on .*a\.partial; wait"),
        store.claim_run(tmp_path, "a"),
    ):
        pass
    with store.claim_run(tmp_path, "a"):
        pass


def test_a_folder_that_its_holder_removes_while_it_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.partial").mkdir()
    is_dir = Path.is_dir

    def removed_before_the_look(path: Path) -> bool:
        if path.name == "a.partial":
            monkeypatch.setattr(Path, "is_dir", is_dir)
            path.rmdir()
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", removed_before_the_look)
    with store.claim_run(tmp_path, "a") as claim:
        assert claim.folder == tmp_path / "a.partial"
    assert Path.is_dir is is_dir


def test_another_run_in_the_same_folder_is_not_held_back(tmp_path: Path) -> None:
    with store.claim_run(tmp_path, "a") as first, store.claim_run(tmp_path, "b") as second:
        assert first.folder != second.folder


def test_locks_of_earlier_versions_go(tmp_path: Path) -> None:
    partial = tmp_path / "a.partial"
    partial.mkdir()
    for name in (".lock", ".lock.soft"):
        (partial / name).touch()
    with store.claim_run(tmp_path, "a") as claim:
        assert claim.folder == partial
    assert list(tmp_path.iterdir()) == []


def test_a_held_run_in_which_nothing_was_done_leaves_nothing(tmp_path: Path) -> None:
    with store.claim_run(tmp_path / "runs", "a"):
        pass
    assert list((tmp_path / "runs").iterdir()) == []


def test_a_run_that_was_begun_stays_when_its_work_fails(tmp_path: Path) -> None:
    def fail() -> None:
        with store.claim_run(tmp_path, "a") as claim:
            store.write_start_marker(claim.folder, BEGUN)
            raise RuntimeError

    for _ in range(2):  # the lock is free again
        with pytest.raises(RuntimeError):
            fail()
    assert store.read_start_marker(tmp_path / "a.partial") == BEGUN


def test_what_was_written_first_of_a_begun_run_stays(tmp_path: Path) -> None:
    from msgspec.structs import replace

    assert store.write_start_marker(tmp_path, BEGUN) == BEGUN
    assert store.write_start_marker(tmp_path, replace(BEGUN, started="2027")) == BEGUN


def test_a_run_that_was_rejected_before_its_first_epoch_leaves_nothing(tmp_path: Path) -> None:
    with store.claim_run(tmp_path, "a") as claim:
        store.write_start_marker(claim.folder, BEGUN)
        save_best(claim.folder, 1, [np.zeros(3)])
        store.delete_start_marker(claim.folder)
    assert list(tmp_path.iterdir()) == []


def test_a_run_with_a_checkpoint_stays_partial(tmp_path: Path) -> None:
    with store.claim_run(tmp_path, "a") as claim:
        store.write_start_marker(claim.folder, BEGUN)
        save_checkpoint(claim.folder, TrainingState(), [np.zeros(3)])
        store.delete_start_marker(claim.folder)
    assert store.read_start_marker(tmp_path / "a.partial") == BEGUN


@pytest.mark.parametrize("text", ["", "{", "[]", '{"id": 1}', "\xff"])
def test_a_damaged_start_marker_is_named_and_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "begun.json").write_text(text, encoding="latin-1")
    with pytest.raises(
        ZooError, match=r"begun\.json: not a start marker: .*; the command that started the run replaces"
    ):
        store.read_start_marker(tmp_path)
    marker = store.StartMarker(
        id="a", model="lenet5", name="LeNet-5", recipe_name="quick", dataset="glyphs", seed=0, epochs=1, started=""
    )
    assert store.write_start_marker(tmp_path, marker) == marker
    assert store.read_start_marker(tmp_path) == marker


def test_a_file_in_the_place_of_the_runs_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").touch()
    with (
        pytest.raises(ZooError, match=r"cannot write .*runs: Not a directory; choose a folder with --runs"),
        store.claim_run(tmp_path / "runs", "a"),
    ):
        pass


def test_a_folder_without_space_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: Any, **named: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.mkdir", full)
    with pytest.raises(ZooError, match="No space left on device"), store.claim_run(tmp_path / "runs", "a"):
        pass


def test_only_a_finished_record_counts_as_finished(keep: Callable[..., Any], tmp_path: Path) -> None:
    good, bad = keep("lenet5"), keep("mobilenet", outcome="failed", reason="out of memory", test=None)
    assert store.finished_record(tmp_path, good.id) == good
    assert store.finished_record(tmp_path, bad.id) is None
    assert store.finished_record(tmp_path, "nothing-0") is None
    (tmp_path / good.id / RECORD).write_text("{}")
    assert store.finished_record(tmp_path, good.id) is None


def test_a_record_of_a_later_version_is_not_taken_for_none(keep: Callable[..., Any], tmp_path: Path) -> None:
    record = keep(schema=99)
    with pytest.raises(LaterSchemaError, match="update cnn-zoo"):
        store.finished_record(tmp_path, record.id)


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.EMFILE], ids=errno.errorcode.get)
def test_a_record_that_cannot_be_read_now_is_not_taken_for_none(
    keep: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """A finished run would else be trained again, and replaced."""

    def fail(*given: Any, **named: Any) -> Any:
        raise OSError(number, os.strerror(number))

    record = keep()
    monkeypatch.setattr("os.open", fail)
    with pytest.raises(ZooError, match=rf"record\.json cannot be read: {os.strerror(number)}"):
        store.finished_record(tmp_path, record.id)


def test_publishing_leaves_only_what_a_run_is(make_record: Callable[..., Any], tmp_path: Path) -> None:
    partial = tmp_path / "a.partial"
    partial.mkdir()
    write_record(make_record("lenet5", id="a"), partial)
    kept = {RECORD, "predictions.npz", "history.csv", "weights.weights.h5"}
    served = {".lock", ".latency.lock.soft", "claim-000001.json", "begun.json", "checkpoint.npz", "best-3.npz"}
    for name in (kept | served) - {RECORD}:
        (partial / name).touch()
    assert store.publish(partial) == tmp_path / "a"
    assert {path.name for path in (tmp_path / "a").iterdir()} == kept
    assert not partial.exists()


def test_a_checkpoint_is_removed_after_the_final_name_is_on_the_disk(
    make_record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partial = tmp_path / "a.partial"
    partial.mkdir()
    save_checkpoint(partial, TrainingState(), [np.zeros(3)])
    write_record(make_record("lenet5", id="a"), partial)

    def lost_power(folder: Path) -> None:
        assert folder == tmp_path
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(store, "fsync_folder", lost_power)
        with pytest.raises(ZooError, match=r"cannot write .*a: Input/output error"):
            store.publish(partial)
    assert load_checkpoint(tmp_path / "a") is not None
    store.remove_leftovers(tmp_path / "a")
    assert [path.name for path in (tmp_path / "a").iterdir()] == [RECORD]


HALF_WRITTEN = (".record.json.a1b2c3_d.tmp", ".best-12.npz.abcdefgh.tmp", ".weights.weights.h5.abcdefgh.tmp")
OF_EARLIER_VERSIONS = (".history.csv.abcdefgh", "checkpoint.tmp", "best-4.tmp")
OF_OTHERS = ("notes.tmp", ".cache.of.mine", "checkpoint.npz.tmp", ".record.json", "best-a.tmp", ".lock.old")


def test_half_written_files_of_a_killed_process_go_at_the_next_start_and_no_others(tmp_path: Path) -> None:
    partial = tmp_path / "a.partial"
    partial.mkdir()
    for name in (*HALF_WRITTEN, *OF_EARLIER_VERSIONS, *OF_OTHERS):
        (partial / name).touch()
    with store.claim_run(tmp_path, "a"):
        assert {path.name for path in partial.iterdir()} == {*OF_OTHERS, "claim-000001.json"}


@pytest.mark.skipif(sys.platform == "win32", reason="there is no flock")
def test_a_run_is_claimed_without_flock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(*given: Any) -> None:
        raise OSError(errno.ENOTSUP, "no flock")

    monkeypatch.setattr("fcntl.flock", flock)
    monkeypatch.setattr("fcntl.lockf", flock)
    with store.claim_run(tmp_path, "a") as claim:
        with pytest.raises(ClaimedError, match=r"process \d+ on .* works on"), store.claim_run(tmp_path, "a"):
            pass
        (claim.folder / "begun.json").touch()
    with store.claim_run(tmp_path, "a") as claim:
        store.publish(claim.folder)
    assert list((tmp_path / "a").iterdir()) == []


def test_publishing_takes_the_place_of_a_failed_run(make_record: Callable[..., Any], tmp_path: Path) -> None:
    for name, outcome in (("a", "failed"), ("a.partial", "finished")):
        (tmp_path / name).mkdir()
        write_record(make_record("lenet5", id="a", outcome=outcome), tmp_path / name)
    store.publish(tmp_path / "a.partial")
    assert store.finished_record(tmp_path, "a") is not None


def test_a_whole_run_that_only_lacks_its_name_gets_it(make_record: Callable[..., Any], tmp_path: Path) -> None:
    partial = tmp_path / "a.partial"
    partial.mkdir()
    assert store.publish_complete(partial) is None
    write_record(make_record("lenet5", id="a", outcome="failed"), partial)
    assert store.publish_complete(partial) is None
    record = make_record("lenet5", id="a")
    write_record(record, partial)
    assert store.publish_complete(partial) == record == store.finished_record(tmp_path, "a")


def test_partial_runs_are_the_folders_of_that_ending(tmp_path: Path) -> None:
    (tmp_path / "b.partial").mkdir()
    (tmp_path / "a.partial").mkdir()
    (tmp_path / "c").mkdir()
    (tmp_path / "d.partial").touch()
    assert store.partial_folders(tmp_path) == [tmp_path / "a.partial", tmp_path / "b.partial"]


def test_the_home_folder_may_be_a_tilde_in_zoo_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ZOO_RUNS", "~/mine")
    assert store.runs_folder() == tmp_path / "mine"


def test_a_link_in_place_of_a_partial_run_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "net-1.partial").symlink_to("elsewhere")
    with (
        pytest.raises(ZooError, match=r"net-1\.partial is a symbolic link.*remove it"),
        store.claim_run(tmp_path, "net-1"),
    ):
        pass
    assert not list((tmp_path / "elsewhere").iterdir())
