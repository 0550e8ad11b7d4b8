"""The queue: claimed runs are skipped, tried again, waited for or taken over."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from modelzoo.base import claim_files
from modelzoo.base.processes import Process, this_process
from modelzoo.benchmarking import jobs as job_module
from modelzoo.benchmarking import queue
from modelzoo.benchmarking.queue import Claimed, Job, make_runs
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.errors import ClaimedError, ZooError
from modelzoo.runs import store
from modelzoo.runs.record import Record, write_record

ELSEWHERE = Process("node7", "other start", "pid:[1]", 4321, "99")
ENDED = msgspec.structs.replace(this_process(), started="1")
SPLITS = Splits(*[Split(np.zeros((4, 8, 8), np.uint8), np.arange(4))] * 3, ("a", "b", "c", "d"))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, make_record: Callable[..., Record]) -> list[str]:
    """The runs that this process made, without a worker or a network."""
    made: list[str] = []

    def run_in_worker(spec: Any, splits: Splits, runs: Path, **how: Any) -> Record:
        with store.claim_run(runs, spec.id) as claim:
            known = store.finished_record(runs, spec.id)
            if known is None:
                if "unusable" in spec.id:
                    raise ZooError("cannot be made")
                made.append(spec.id)
                known = make_record("lenet5", id=spec.id)
                write_record(known, claim.folder)
                store.publish(claim.folder)
        return known

    monkeypatch.setattr(job_module, "run_in_worker", run_in_worker)
    return made


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of this process; it advances by each wait for a claimed run."""
    now = [0.0]
    monkeypatch.setattr(claim_files, "monotonic", lambda: now[0])
    monkeypatch.setattr(queue, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


def jobs(*ids: str) -> list[Job]:
    recipe = SimpleNamespace(input=SimpleNamespace(geometry=(8, "pad", 1)))
    return [Job(SimpleNamespace(id=run_id, recipe=recipe)) for run_id in ids]  # type: ignore[arg-type]


def write(runs: Path, run_id: str, holder: Process, *, beat: int = 0) -> None:
    """Write the claim of another process."""
    partial = runs / f"{run_id}.partial"
    partial.mkdir(parents=True, exist_ok=True)
    content = {"token": "1", "holder": holder, "beat": beat}
    (partial / "claim-000001.json").write_bytes(msgspec.json.encode(content))


def results(runs: Path, *ids: str, **how: Any) -> list[tuple[int, Any]]:
    return [
        (index, outcome if isinstance(outcome, Claimed) else getattr(outcome, "id", str(outcome)))
        for index, outcome in make_runs(jobs(*ids), SPLITS, runs, folder=runs, **how)
    ]


def test_a_claimed_run_is_skipped_and_reported_at_the_end(made: list[str], tmp_path: Path) -> None:
    with store.claim_run(tmp_path, "a"):
        ended = results(tmp_path, "a", "b", "c")
    assert made == ["b", "c"]
    assert [index for index, _ in ended] == [1, 2, 0]
    assert "works on" in ended[-1][1].text
    assert f"process {this_process().pid} on {this_process().host} " in ended[-1][1].text


def test_a_run_that_another_process_finished_meanwhile_is_reported(
    made: list[str], make_record: Callable[..., Record], tmp_path: Path
) -> None:
    with store.claim_run(tmp_path, "a") as claim:
        ended = make_runs(jobs("a", "b"), SPLITS, tmp_path, folder=tmp_path)
        assert next(ended)[0] == 1
        write_record(make_record("lenet5", id="a"), claim.folder)
        store.publish(claim.folder)
    assert [(index, outcome.id) for index, outcome in ended] == [(0, "a")]
    assert made == ["b"]


def test_the_run_of_a_process_that_ended_here_is_made_in_its_turn(made: list[str], tmp_path: Path) -> None:
    write(tmp_path, "a", ENDED)
    assert results(tmp_path, "a", "b") == [(0, "a"), (1, "b")]


def test_the_run_of_a_machine_that_fell_silent_is_taken_over(
    made: list[str], clock: list[float], tmp_path: Path
) -> None:
    write(tmp_path, "a", ELSEWHERE)
    assert results(tmp_path, "a", "b") == [(1, "b"), (0, "a")]
    assert made == ["b", "a"]
    assert clock[0] == claim_files.STALE_S


def test_a_sign_of_life_ends_the_watch_at_the_end(
    made: list[str], clock: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def beat(seconds: float) -> None:
        clock[0] += 10.0
        write(tmp_path, "a", ELSEWHERE, beat=1)

    write(tmp_path, "a", ELSEWHERE)
    monkeypatch.setattr(queue, "sleep", beat)
    ((index, outcome),) = results(tmp_path, "a")
    assert (index, outcome.text[:21]) == (0, "process 4321 on node7")
    assert clock[0] == 10.0


def test_the_others_are_waited_for_where_all_results_are_needed(
    made: list[str], make_record: Callable[..., Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed: list[float] = []
    reported: list[Any] = []

    def finish(seconds: float) -> None:
        passed.append(seconds)
        if len(passed) == 3:
            write_record(make_record("lenet5", id="a"), claim.folder)
            store.publish(claim.folder)

    monkeypatch.setattr(queue, "sleep", finish)
    with store.claim_run(tmp_path, "a") as claim:
        assert results(tmp_path, "a", "b", wait=True, report=reported.append) == [(1, "b"), (0, "a")]
    (note,) = [event.text for event in reported]
    assert note.startswith(f"process {os.getpid()} on ")
    assert note.endswith("a.partial; waiting for it")
    assert len(passed) == 3
    assert made == ["b"]


def test_a_run_that_failed_in_the_other_process_is_not_tried_again(
    made: list[str], make_record: Callable[..., Record], tmp_path: Path
) -> None:
    with store.claim_run(tmp_path, "a") as claim:
        ended = make_runs(jobs("a", "b"), SPLITS, tmp_path, folder=tmp_path)
        next(ended)
        write_record(
            make_record("lenet5", id="a", outcome="failed", finished="2026-11-28T05:00:00Z", test=None), claim.folder
        )
        store.publish(claim.folder)
    assert [(index, outcome.outcome) for index, outcome in ended] == [(0, "failed")]
    assert made == ["b"]


def test_an_earlier_failure_of_a_run_whose_process_died_is_tried_again(
    made: list[str], make_record: Callable[..., Record], clock: list[float], tmp_path: Path
) -> None:
    (tmp_path / "a").mkdir()
    write_record(make_record("lenet5", id="a", outcome="failed", test=None), tmp_path / "a")
    write(tmp_path, "a", ELSEWHERE)
    assert results(tmp_path, "a") == [(0, "a")]
    assert made == ["a"]


def test_an_error_ends_one_run_alone(made: list[str], tmp_path: Path) -> None:
    assert results(tmp_path, "a", "unusable", "b") == [(0, "a"), (1, "cannot be made"), (2, "b")]


def test_a_process_that_was_faster_counts_as_a_claim(
    made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def claimed(*given: Any, **how: Any) -> Record:
        raise ClaimedError("process 5 on node8 works on it; wait for it")

    monkeypatch.setattr(job_module, "run_in_worker", claimed)
    assert results(tmp_path, "a") == [(0, Claimed("process 5 on node8 works on it"))]


def test_jobs_are_taken_as_the_runs_before_them_end(made: list[str], tmp_path: Path) -> None:
    taken: list[list[str]] = []

    def prepared() -> Any:
        for job in jobs("a", "b"):
            taken.append(list(made))
            yield job

    list(make_runs(prepared(), SPLITS, tmp_path, folder=tmp_path))
    assert taken == [[], ["a"]]
