"""The place where runs are made, and clusters that cannot be used."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.benchmarking import ray_cluster
from modelzoo.benchmarking.executors import executor_of
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.errors import ZooError

SPLITS = Splits(*[Split(np.zeros((4, 8, 8), np.uint8), np.arange(4))] * 3, ("a", "b", "c", "d"))


def make(folder: Path, **options: Any) -> list[Any]:
    return [*executor_of(BenchOptions(**options), folder)([], SPLITS, folder / "runs")]


def test_without_a_cluster_runs_are_made_on_this_machine(tmp_path: Path) -> None:
    assert make(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ray": "local", "workers": 2}, "`ray` and `workers` exclude each other"),
        ({"ray": "local", "batch_size": "auto"}, "`batch_size` auto tries steps on this machine"),
    ],
)
def test_options_that_contradict_a_cluster_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ZooError, match=message):
        BenchOptions(**options)


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    with pytest.raises(ZooError, match=r"`ray` needs Ray; pip install .*\[ray\]"):
        make(tmp_path, ray="local")


def free_port() -> str:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{bound.getsockname()[1]}"


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (free_port, r"no Ray cluster at 127\.0\.0\.1:\d+: [Cc]onnection refused; start one with `ray start --head`"),
        (lambda: "node7", "`ray` is 'node7'; expected local, auto or HOST:PORT"),
        (lambda: "ray://node7:x", "expected local, auto or HOST:PORT"),
        (lambda: "node7:99999999", "no Ray cluster at node7:99999999"),
    ],
)
def test_an_address_without_a_cluster_is_one_line(
    tmp_path: Path, address: Callable[[], str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    monkeypatch.setenv("RAY_ADDRESS", address())
    for named in (address(), "auto"):
        with pytest.raises(ZooError, match=message) as raised:
            make(tmp_path, ray=named)
        assert "\n" not in str(raised.value)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([{"CPU": 8, "memory": 9e9}], {"num_gpus": 0, "num_cpus": 8}),  # one run a node
        ([{"CPU": 8, "memory": 9e9}, {"CPU": 4, "memory": 9e9}], {"num_gpus": 0, "num_cpus": 4}),
        ([{"CPU": 64, "GPU": 8, "memory": 9e9}], {"num_gpus": 1, "num_cpus": 8}),  # one run a GPU
        ([{"CPU": 2, "memory": 9e9}, {"CPU": 8, "GPU": 2, "memory": 9e9}], {"num_gpus": 1, "num_cpus": 4}),
        ([{"CPU": 2, "GPU": 4, "memory": 9e9}], {"num_gpus": 1, "num_cpus": 1}),
        ([{"memory": 9e9}, {"CPU": 2, "memory": 9e9}], {"num_gpus": 0, "num_cpus": 2}),  # a head without work
    ],
)
def test_a_run_takes_a_gpu_with_its_share_of_the_cpus_or_the_smallest_node(
    nodes: list[dict[str, float]], expected: dict[str, int]
) -> None:
    assert ray_cluster.resources_of_run(nodes, 2_000_000_000) == expected | {"memory": 2_000_000_000}


@pytest.mark.parametrize("nodes", [[], [{"CPU": 8, "memory": 1e9}], [{"memory": 9e9}]])
def test_a_cluster_without_room_for_a_run_is_an_error(nodes: list[dict[str, float]]) -> None:
    with pytest.raises(ZooError, match=r"no node of the Ray cluster has .* and 2 GB of memory"):
        ray_cluster.resources_of_run(nodes, 2_000_000_000)
