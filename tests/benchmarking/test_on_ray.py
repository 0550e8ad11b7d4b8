"""Runs as tasks of a real Ray cluster of two nodes on this machine, one of which is killed."""

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

from modelzoo.benchmarking import jobs, on_ray, queue
from modelzoo.benchmarking.on_ray import make_runs_on_ray
from modelzoo.benchmarking.queue import Claimed, Job
from modelzoo.datasets.dataset import DataSet, Split, Splits
from modelzoo.errors import ZooError
from modelzoo.machine.limits import cores
from modelzoo.runs import events, store
from modelzoo.runs.predictions import PREDICTIONS, VALIDATION, read_predictions
from modelzoo.runs.record import Record, read_record, write_record

ray = pytest.importorskip("ray")

SPLITS = Splits(*[Split(np.zeros((4, 8, 8), np.uint8), np.arange(4))] * 3, ("a", "b", "c", "d"))
EPOCHS = 8

# The most of the images that runs with other numbers of threads may classify differently.
DIFFERENT = 0.05

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]


class Cluster:
    """Two nodes, which are processes of this machine; each may use all of its cores."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        args = {"num_cpus": cores(), "object_store_memory": 100_000_000, "memory": 4_000_000_000}
        self._more = args
        self._cluster = Cluster(initialize_head=True, head_node_args={**args, "include_dashboard": False})
        self.second = self._cluster.add_node(**args)

    @property
    def address(self) -> str:
        return str(self._cluster.address)

    def kill_second(self) -> None:
        """Remove the second node as a power loss does, and start another one."""
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
    """Send a fake in the place of training to the nodes; it waits in its third epoch for a file."""
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
                try:
                    while epoch == 2 and not spec.go.exists() and monotonic() < end:
                        sleep(0.05)
                except KeyboardInterrupt:
                    (claim.folder / "interrupted").write_text(f"after epoch {epoch + 1}")
                    raise
            record = replace(made, id=spec.id)
            (claim.folder / "weights.weights.h5").write_bytes(splits.train.images[:].tobytes() * 100_000)
            write_record(record, claim.folder)
            store.publish(claim.folder)
        return record

    monkeypatch.setattr(jobs, "run_in_worker", run_in_worker)
    for module in (on_ray, queue, jobs):
        ray.cloudpickle.register_pickle_by_value(module)
    yield
    for module in (on_ray, queue, jobs):
        ray.cloudpickle.unregister_pickle_by_value(module)


class Made:
    """The outcomes of runs on the cluster, and their events; `on` is called with each event."""

    def __init__(self, cluster: Cluster, runs: Path, go: Path, *ids: str, on: Callable[[Any], None]) -> None:
        recipe = SimpleNamespace(input=SimpleNamespace(geometry=(8, "pad", 1)))
        specs: list[Any] = [SimpleNamespace(id=name, title=name.upper(), go=go, recipe=recipe) for name in ids]
        self.events: list[Any] = []
        self.outcomes: dict[str, Any] = {}

        def report(event: Any) -> None:
            self.events.append(event.event if isinstance(event, events.OfRun) else event)
            on(self)

        for index, outcome in make_runs_on_ray(map(Job, specs), SPLITS, runs, address=cluster.address, report=report):
            self.outcomes[ids[index]] = outcome

    def count(self, text: str) -> int:
        return sum(isinstance(event, events.Waiting) and event.what == text for event in self.events)

    @property
    def notes(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, events.Note)]


def killing(cluster: Cluster, go: Path) -> Callable[[Made], None]:
    """Remove a node when two runs have three epochs; let all runs end after the note of the loss."""
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
    assert lost[0] == "Ray lost its node or its process; the run resumes from its last checkpoint"
    assert events.Resumed(3) in made.events
    assert made.count("epoch 1") == 3
    assert not any(isinstance(event, events.Step) for event in made.events)
    assert sorted(path.name for path in runs.iterdir()) == ["one", "three", "two"]


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """Return the path of the temporary folder through a descriptor that no other process has."""
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


def test_a_process_that_dies_again_and_again_is_an_error_of_its_run_alone(
    cluster: Cluster, fake: None, tmp_path: Path
) -> None:
    (tmp_path / "go").touch()
    made = Made(cluster, tmp_path / "runs", tmp_path / "go", "crash", "one", on=lambda made: None)
    assert isinstance(made.outcomes["crash"], ZooError)
    assert str(made.outcomes["crash"]).startswith("Ray lost its node or process 4 times: ")
    assert made.outcomes["one"].outcome == "finished"
    ended = [event.result for event in made.events if isinstance(event, events.RunEnded)]
    assert [text.split(":")[0].split(",")[0] for text in ended] == ["finished", "not made"]


def test_ctrl_c_interrupts_the_runs_and_waits_for_their_checkpoints(
    cluster: Cluster, fake: None, tmp_path: Path
) -> None:
    def on(made: Made) -> None:
        if made.count("epoch 3") == 2:
            raise KeyboardInterrupt

    runs = tmp_path / "runs"
    with pytest.raises(KeyboardInterrupt):
        Made(cluster, runs, tmp_path / "go", "one", "two", "three", on=on)
    assert sorted(path.name for path in runs.iterdir()) == ["one.partial", "two.partial"]
    assert {path.read_text() for path in runs.glob("*.partial/interrupted")} == {"after epoch 3"}


def test_a_claimed_run_is_yielded_as_such(cluster: Cluster, fake: None, tmp_path: Path) -> None:
    (tmp_path / "go").touch()
    with store.claim_run(tmp_path / "runs", "one"):
        made = Made(cluster, tmp_path / "runs", tmp_path / "go", "one", "two", on=lambda made: None)
    assert isinstance(made.outcomes["one"], Claimed)
    assert "works on" in made.outcomes["one"].text
    assert made.outcomes["two"].outcome == "finished"


def test_a_cluster_without_the_memory_of_a_run_is_an_error(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_ray, "MEMORY_BYTES", 5_000_000_000)
    expected = r"no node of the Ray cluster has .* and 5 GB of memory; .* 2 nodes .* 4 GB"
    with pytest.raises(ZooError, match=expected):
        Made(cluster, tmp_path / "runs", tmp_path / "go", "one", on=lambda made: None)


def test_real_runs_equal_those_of_workers_but_for_the_number_of_threads(
    cluster: Cluster, tiny: DataSet, recipe_file: Path, tmp_path: Path
) -> None:
    """Compare tasks with all cores and workers with half of them: their sums may differ in the last bits."""
    import modelzoo

    given: dict[str, Any] = {"dataset": tiny, "recipe": recipe_file, "seeds": 2, "latency_batches": (), "report": None}
    ours = modelzoo.bench(["lenet5"], ray=cluster.address, runs=tmp_path / "ray", **given)
    theirs = modelzoo.bench(["lenet5"], workers=min(2, cores()), runs=tmp_path / "workers", **given)
    assert len(ours.records) == 2
    for one, other in zip(ours.records, theirs.records, strict=True):
        for same in ("id", "recipe", "dataset", "versions"):
            assert getattr(one, same) == getattr(other, same)
        assert len(one.epochs) == len(other.epochs)
        assert one.files.keys() == other.files.keys()
        assert one.test is not None
        assert other.test is not None
        assert abs(one.test.correct - other.test.correct) <= DIFFERENT * one.test.images
        for name in (PREDICTIONS, VALIDATION):
            first, second = (
                best_classes(tmp_path / way, record, name) for way, record in (("ray", one), ("workers", other))
            )
            assert np.mean(first != second) <= DIFFERENT


def best_classes(runs: Path, record: Record, name: str) -> Any:
    predictions = read_predictions(runs / record.id, name, record)
    assert predictions is not None
    return predictions.best[:, 0]
