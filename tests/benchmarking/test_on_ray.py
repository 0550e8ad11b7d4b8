"""Runs as tasks of a real Ray cluster: two nodes on this machine, of which one is killed on the way."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from modelzoo.benchmarking import on_ray, queue
from modelzoo.benchmarking.on_ray import make_runs_on_ray
from modelzoo.benchmarking.queue import Job
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.runs import events, store
from modelzoo.runs.record import Record, read_record, write_record

ray = pytest.importorskip("ray")

SPLITS = Splits(*[Split(np.zeros((4, 8, 8), np.uint8), np.arange(4))] * 3, ("a", "b", "c", "d"))
EPOCHS = 8

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]


class Cluster:
    """Two nodes of one CPU each, which are processes of this machine."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        args = {"num_cpus": 1, "object_store_memory": 100_000_000, "memory": 4_000_000_000}
        self._more = args
        self._cluster = Cluster(initialize_head=True, head_node_args={**args, "include_dashboard": False})
        self.second = self._cluster.add_node(**args)

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def kill_second(self) -> None:
        """Kill the second node as a power loss does, and start another one."""
        self._cluster.remove_node(self.second, allow_graceful=False)
        self.second = self._cluster.add_node(**self._more)

    def shutdown(self) -> None:
        self._cluster.shutdown()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_worker_niceness", "0")
        started = Cluster()
        yield started
        started.shutdown()


@pytest.fixture
def fake(make_record: Callable[..., Record], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Send the code to the nodes with a fake in the place of training, which waits for a file after its third epoch."""
    made = make_record("lenet5")

    def run_in_worker(spec: Any, splits: Splits, runs: Path, *, report: Any, **_: Any) -> Record:
        if spec.id == "crash":
            os._exit(1)
        with store.claim_run(runs, spec.id) as claim:
            checkpoint = claim.folder / "checkpoint.npz"
            begin = int(checkpoint.read_text()) if checkpoint.exists() else 0
            report(events.RunStarted(spec.id, spec.title))
            if begin:
                report(events.Resumed(begin))
            for epoch in range(begin, EPOCHS):
                checkpoint.write_text(str(epoch + 1))
                report(events.Waiting(f"epoch {epoch + 1}"))
                report(events.Step(epoch, EPOCHS, 1, 1, 0.0))
                end = monotonic() + 60
                while epoch == 2 and not spec.go.exists() and monotonic() < end:
                    sleep(0.05)
            record = replace(made, id=spec.id)
            (claim.folder / "weights.weights.h5").write_bytes(splits.train.images[:].tobytes() * 100_000)
            write_record(record, claim.folder)
            store.publish(claim.folder)
        return record

    monkeypatch.setattr(queue, "run_in_worker", run_in_worker)
    for module in (on_ray, queue):
        ray.cloudpickle.register_pickle_by_value(module)
    yield
    for module in (on_ray, queue):
        ray.cloudpickle.unregister_pickle_by_value(module)


class Made:
    """The outcomes of runs on the cluster, and their events; `on` is called with each event."""

    def __init__(self, cluster: Cluster, runs: Path, go: Path, *ids: str, on: Callable[[Any], None]) -> None:
        recipe = SimpleNamespace(input=SimpleNamespace(geometry=(8, "pad", 1)))
        specs: list[Any] = [SimpleNamespace(id=name, title=name.upper(), go=go, recipe=recipe) for name in ids]
        self.events: list[Any] = []
        self.outcomes: dict[str, Any] = {}

        def report(event: Any) -> None:
            self.events.append(event)
            on(self)

        jobs = [Job(spec) for spec in specs]
        for index, outcome in make_runs_on_ray(jobs, SPLITS, runs, address=cluster.address, report=report):
            self.outcomes[ids[index]] = outcome

    def count(self, text: str) -> int:
        return sum(isinstance(event, events.Waiting) and event.what == text for event in self.events)

    @property
    def notes(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, events.Note)]


def killing(cluster: Cluster, go: Path) -> Callable[[Made], None]:
    """Kill a node when two runs have three epochs; let all runs end after the note of the loss."""
    killed = []

    def on(made: Made) -> None:
        if made.count("epoch 3") == 2 and not killed:
            killed.append(True)
            cluster.kill_second()
        if any("Ray lost" in note for note in made.notes):
            go.touch()

    return on


def test_a_run_whose_node_is_lost_resumes_from_its_checkpoint_in_a_shared_folder(
    cluster: Cluster, fake: None, tmp_path: Path
) -> None:
    runs, go = tmp_path / "runs", tmp_path / "go"
    made = Made(cluster, runs, go, "one", "two", "three", on=killing(cluster, go))
    assert sorted(made.outcomes) == ["one", "three", "two"]
    assert {outcome.outcome for outcome in made.outcomes.values()} == {"finished"}
    lost = [note for note in made.notes if "lost" in note]
    assert len(lost) == 1
    assert lost[0].endswith(": Ray lost its node or its process; the run resumes from its last checkpoint")
    assert events.Resumed(3) in made.events
    assert made.count("epoch 1") == 3
    assert not any(isinstance(event, events.Step) for event in made.events)
    assert sorted(path.name for path in runs.iterdir()) == ["one", "three", "two"]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """The path of the temporary folder through a descriptor that no other process has."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    os.dup2(descriptor, 900)
    yield Path("/proc/self/fd/900")
    os.close(900)
    os.close(descriptor)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc")
def test_the_files_of_a_run_come_back_from_a_node_that_shares_no_folder_and_a_lost_run_begins_again(
    cluster: Cluster, fake: None, tmp_path: Path, own: Path
) -> None:
    go = tmp_path / "go"
    made = Made(cluster, own / "runs", go, "one", "two", on=killing(cluster, go))
    lost = [note for note in made.notes if "lost" in note]
    assert len(lost) == 1
    assert lost[0].endswith("the run begins again")
    assert made.count("epoch 1") == 3
    assert not any(isinstance(event, events.Resumed) for event in made.events)
    for name in ("one", "two"):
        assert {path.name for path in (tmp_path / "runs" / name).iterdir()} == {"record.json", "weights.weights.h5"}
        assert read_record(tmp_path / "runs" / name / "record.json") == made.outcomes[name]
        assert (tmp_path / "runs" / name / "weights.weights.h5").stat().st_size == 256 * 100_000
    again = Made(cluster, tmp_path / "runs", go, "one", "two", on=lambda made: None)
    assert again.outcomes == made.outcomes
    assert [type(event) for event in again.events] == [events.Note]  # no task was needed
