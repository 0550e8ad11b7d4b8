"""Shares of a machine: a GPU or cores for each worker, and refusals that say how many workers fit."""

import os
import subprocess
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from modelzoo.benchmarking import shares
from modelzoo.benchmarking.shares import Share, divide_machine
from modelzoo.errors import ZooError
from modelzoo.machine.limits import cores

pytestmark = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="a process cannot be limited to cores")


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of 8 cores and 16 GB without a GPU."""
    monkeypatch.setattr(shares, "cores", lambda: 8)
    monkeypatch.setattr(shares.os, "sched_getaffinity", lambda which: set(range(4, 12)))
    monkeypatch.setattr(shares, "memory_limit_bytes", lambda: 16_000_000_000)
    monkeypatch.setattr(shares.hardware, "peak_memory_mb", lambda: 1_000.0)
    monkeypatch.setattr(shares.hardware, "has_gpu", lambda: False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    """A faked list of two GPUs."""

    def nvidia_smi(command: Any, **how: Any) -> Any:
        return subprocess.CompletedProcess(command, 0, stdout="GPU-aa\nGPU-bb\n")

    monkeypatch.setattr(shares.hardware, "has_gpu", lambda: True)
    monkeypatch.setattr(shares.subprocess, "run", nvidia_smi)


def test_one_worker_has_the_whole_machine() -> None:
    assert divide_machine(1) == (Share(),)
    assert divide_machine(1)[0].environment == {}


def test_workers_get_equal_parts_of_the_cores_that_overlap_nowhere() -> None:
    parts = [share.cores for share in divide_machine(3)]
    assert parts == [{4, 5}, {6, 7}, {8, 9}]
    assert divide_machine(3)[0].environment == {
        "OMP_NUM_THREADS": "2", "TF_NUM_INTRAOP_THREADS": "2", "TF_NUM_INTEROP_THREADS": "2"
    }  # fmt: skip


def test_tensorflow_reads_the_variables_of_its_threads() -> None:
    found = find_spec("tensorflow")
    if found is None or found.origin is None:
        pytest.skip("TensorFlow is not installed")
    library = next(Path(found.origin).parent.glob("libtensorflow_framework*")).read_bytes()
    assert [name for name in shares.THREADS[1:] if name.encode() + b"\0" not in library] == []


def test_a_quota_counts_where_it_is_less_than_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "cores", lambda: 2)
    assert [len(share.cores) for share in divide_machine(2)] == [1, 1]


@pytest.mark.usefixtures("gpus")
def test_each_worker_sees_its_own_gpu_alone() -> None:
    assert [share.environment for share in divide_machine(2)] == [
        {"CUDA_VISIBLE_DEVICES": "GPU-aa"}, {"CUDA_VISIBLE_DEVICES": "GPU-bb"}
    ]  # fmt: skip


@pytest.mark.usefixtures("gpus")
def test_gpus_are_those_that_are_left_to_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, 1,2")
    assert [share.gpu for share in divide_machine(2)] == ["3", "1"]
    with pytest.raises(ZooError, match=r"`workers` is 4, and each needs a GPU; 3 GPUs can be used .*: give 3 at most"):
        divide_machine(4)


@pytest.mark.usefixtures("gpus")
def test_more_workers_than_gpus_are_refused() -> None:
    with pytest.raises(ZooError, match=r"`workers` is 3, and each needs a GPU; 2 GPUs can be used .*: give 2 at most"):
        divide_machine(3)


def test_more_workers_than_cores_are_refused() -> None:
    with pytest.raises(ZooError, match=r"`workers` is 9, and each needs a core; this process may use 8: give 8"):
        divide_machine(9)


def test_workers_whose_memory_does_not_fit_are_refused_with_the_number_that_fits() -> None:
    assert len(divide_machine(3, worker_mb=5_000.0)) == 3
    with pytest.raises(ZooError, match=r"`workers` is 4, and each takes 5 GB .* give them 15 GB: give 3 at most"):
        divide_machine(4, worker_mb=5_000.0)


def test_an_unknown_memory_refuses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "memory_limit_bytes", lambda: 0)
    assert len(divide_machine(8, worker_mb=5_000.0)) == 8


def test_a_system_that_limits_no_process_to_cores_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(shares.os, "sched_setaffinity")
    with pytest.raises(ZooError, match="`workers` is above 1, and this system cannot limit a process to some cores"):
        divide_machine(2)


def test_a_thread_and_its_processes_use_and_count_the_cores_of_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    before, counted = os.sched_getaffinity(0), []

    def work() -> None:
        Share(cores=frozenset({min(before)})).use_cores()
        counted.append(cores())
        counted.append(int(subprocess.run(["nproc"], capture_output=True, check=True).stdout))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert counted == [1, 1]
    assert os.sched_getaffinity(0) == before
