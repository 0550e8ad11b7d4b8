"""Several runs at a time: slots, events, latency at the end, and the end of all workers."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from modelzoo.benchmarking import jobs as job_module
from modelzoo.benchmarking import parallel, queue
from modelzoo.benchmarking.parallel import unique_names
from modelzoo.benchmarking.progress import describe
from modelzoo.benchmarking.queue import Claimed, Job, make_runs
from modelzoo.benchmarking.shares import Share
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.errors import ZooError
from modelzoo.runs import store
from modelzoo.runs.events import Event, Measuring, OfRun, RunEnded, RunStarted
from modelzoo.runs.record import Record, write_record

SPLITS = Splits(*[Split(np.zeros((4, 8, 8), np.uint8), np.arange(4))] * 3, ("a", "b", "c", "d"))


class Workers:
    """Runs without processes: what ran at the same time, where, and with what."""

    def __init__(self, make_record: Callable[..., Record]) -> None:
        self.make_record, self.lock = make_record, threading.Lock()
        self.running: list[str] = []
        self.log: list[tuple[str, tuple[int, ...], int]] = []  # id, batches, runs at that time
        self.slots: dict[str, tuple[str, str | None]] = {}
        self.together = threading.Barrier(2)

    def run_in_worker(self, spec: Any, splits: Splits, runs: Path, **how: Any) -> Record:
        with self.lock:
            self.running.append(spec.id)
            self.log.append((spec.id, how["latency_batches"], len(self.running)))
        try:
            known = store.finished_record(runs, spec.id)
            how["report"](RunStarted(spec.id, spec.title, finished=known is not None))
            if how["latency_batches"]:
                how["report"](Measuring("latency"))
            if known is None:
                known = self.train(spec, runs, how)
            return known
        finally:
            with self.lock:
                self.running.remove(spec.id)

    def train(self, spec: Any, runs: Path, how: Any) -> Record:
        with store.claim_run(runs, spec.id) as claim:
            self.slots[spec.id] = how["folder"].name, how["environment"].get("CUDA_VISIBLE_DEVICES")
            if spec.id in ("a", "b"):
                self.together.wait(30)
            if "hung" in spec.id:
                while not how["stop"].requests:
                    threading.Event().wait(0.01)
                raise KeyboardInterrupt
            if "defect" in spec.id:
                raise AssertionError("a defect")
            if "unusable" in spec.id:
                raise ZooError("cannot be made")
            record = self.make_record("lenet5", id=spec.id)
            write_record(record, claim.folder)
            store.publish(claim.folder)
            return record


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch, make_record: Callable[..., Record]) -> Workers:
    """Two shares of a machine, with a GPU each."""
    made = Workers(make_record)
    monkeypatch.setattr(job_module, "run_in_worker", made.run_in_worker)
    monkeypatch.setattr(queue, "divide_machine", lambda count, worker_mb: (Share(gpu="0"), Share(gpu="1")))
    monkeypatch.setattr(parallel, "sleep", lambda seconds: None)
    return made


def jobs(*ids: str, batches: tuple[int, ...] = ()) -> list[Job]:
    recipe = SimpleNamespace(input=SimpleNamespace(geometry=(8, "pad", 1)))
    specs = [SimpleNamespace(id=i, title=i.upper(), seed=0, recipe_name="", recipe=recipe) for i in ids]
    return [Job(spec, batches) for spec in specs]  # type: ignore[arg-type]


def start(runs: Path, work: list[Job], events: list[Any] | None = None) -> Iterator[tuple[int, Any]]:
    report: Callable[[Event], None] = (lambda event: None) if events is None else events.append
    return make_runs(work, SPLITS, runs, folder=runs, workers=2, report=report)


def test_runs_are_made_at_the_same_time_each_with_its_own_gpu_and_folder(workers: Workers, tmp_path: Path) -> None:
    """The first two wait for each other."""
    ended = dict(start(tmp_path, jobs("a", "b", "c", "d")))
    assert {index: record.id for index, record in ended.items()} == {0: "a", 1: "b", 2: "c", 3: "d"}
    assert {workers.slots["a"], workers.slots["b"]} == {("worker-1", "0"), ("worker-2", "1")}
    assert max(count for _, _, count in workers.log) == 2


def test_latency_is_measured_after_all_trainings_one_run_at_a_time(workers: Workers, tmp_path: Path) -> None:
    events: list[Any] = []
    ended = [index for index, _ in start(tmp_path, jobs("a", "b", "c", batches=(1, 32)), events)]
    assert sorted(ended) == [0, 1, 2]
    trained, timed = workers.log[:3], workers.log[3:]
    assert {(run_id, batches) for run_id, batches, _ in trained} == {("a", ()), ("b", ()), ("c", ())}
    assert {(run_id, batches, count) for run_id, batches, count in timed} == {
        ("a", (1, 32), 1), ("b", (1, 32), 1), ("c", (1, 32), 1)
    }  # fmt: skip
    assert sum(isinstance(event.event, RunStarted) for event in events) == 3  # not again for latency


def test_a_line_names_each_run_that_starts_or_ends(
    workers: Workers, make_record: Callable[..., Record], tmp_path: Path
) -> None:
    events: list[Any] = []
    list(start(tmp_path, jobs("c", "unusable"), events))
    assert all(isinstance(event, OfRun) for event in events)
    lines = {describe(event) for event in events}
    top1 = make_record("lenet5").test.top1
    assert {f"C: finished, test accuracy {top1:.2f} %", "UNUSABLE: not made: cannot be made", "C: run c"} <= lines


def test_a_claimed_run_is_tried_again_after_the_others(workers: Workers, tmp_path: Path) -> None:
    with store.claim_run(tmp_path, "e"):
        ended = list(start(tmp_path, jobs("e", "c", "d")))
    assert [index for index, _ in ended][2] == 0
    assert isinstance(ended[2][1], Claimed)
    assert not [run_id for run_id, _, _ in workers.log if run_id == "e"]


def test_a_request_to_stop_ends_all_workers(workers: Workers, tmp_path: Path) -> None:
    """The caller leaves the loop, as Ctrl-C does."""
    ended = start(tmp_path, jobs("c", "hung-1", "hung-2"))
    assert next(ended)[1].id == "c"
    ended.close()  # type: ignore[attr-defined]
    assert workers.running == []
    assert not (tmp_path / "hung-1.partial").exists()


def test_a_defect_in_a_thread_is_raised_and_ends_the_others(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="a defect"):
        list(start(tmp_path, jobs("hung", "defect")))
    assert workers.running == []


def test_names_of_runs_are_unique_by_what_differs() -> None:
    def spec(title: str, seed: int, recipe: str) -> Any:
        return SimpleNamespace(title=title, seed=seed, recipe_name=recipe, id=f"{title}-{seed}-{recipe}")

    specs = [spec("A", 0, "x"), spec("A", 1, "x"), spec("B", 0, "x"), spec("C", 0, "x"), spec("C", 0, "y")]
    assert unique_names(specs) == ["A, seed 0", "A, seed 1", "B", "C, recipe x", "C, recipe y"]


def test_the_end_of_a_run_is_one_line(make_record: Callable[..., Record]) -> None:
    failed = make_record("lenet5", outcome="failed", reason="out of memory", test=None)
    assert parallel.result_of(failed) == "failed: out of memory"
    assert describe(OfRun("a", "A, seed 1", RunEnded("failed: out of memory"))) == "A, seed 1: failed: out of memory"
    assert describe(OfRun("a", "A, seed 1", RunStarted("a-1", "A"))) == "A, seed 1: run a-1"
