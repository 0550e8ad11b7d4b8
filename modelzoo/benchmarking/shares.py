"""The shares of a machine that several workers get: a GPU each, or some of the cores."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from modelzoo.base.text import byte_size, plural
from modelzoo.errors import ZooError
from modelzoo.machine import hardware
from modelzoo.machine.limits import cores, memory_limit_bytes

# LeNet-5 took 878 MB on 470 images, with TensorFlow and batches of 128. Larger networks and data take more.
LEAST_WORKER_MB = 800.0

# Libraries that count the machine's cores, not those of their process, read these.
THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


@dataclass(frozen=True)
class Share:
    """The part of a machine that one worker uses; by default all of it."""

    cores: frozenset[int] = frozenset()
    gpu: str | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the variables that a worker needs before its first import."""
        threads = dict.fromkeys(THREADS, str(len(self.cores))) if self.cores else {}
        return threads if self.gpu is None else threads | {"CUDA_VISIBLE_DEVICES": self.gpu}

    def use_cores(self) -> None:
        """Limit the calling thread to the cores; a process that it starts inherits the limit."""
        if self.cores:
            os.sched_setaffinity(0, self.cores)


def divide_machine(workers: int, *, worker_mb: float = LEAST_WORKER_MB) -> tuple[Share, ...]:
    """Return the share of each worker: one GPU where the backend uses GPUs, else an equal part of the cores.

    Parameters
    ----------
    worker_mb : memory of one worker

    Raises
    ------
    ZooError
        If there are more workers than GPUs or cores, or their memory does not fit.
    """
    if workers == 1:
        return (Share(),)
    _require_memory(workers, max(worker_mb, LEAST_WORKER_MB))
    return _one_gpu_each(workers) if hardware.has_gpu() else _some_cores_each(workers)


def visible_gpus() -> tuple[str, ...]:
    """Return the GPUs that CUDA_VISIBLE_DEVICES leaves to this process, else all that nvidia-smi lists."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return tuple(filter(None, (name.strip() for name in visible.split(","))))
    command = ["nvidia-smi", "--query-gpu=uuid", "--format=csv,noheader"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(answer.split())


def _one_gpu_each(workers: int) -> tuple[Share, ...]:
    gpus = visible_gpus()
    if workers > len(gpus):
        raise ZooError(
            f"`workers` is {workers}, and each needs a GPU; {plural(len(gpus), 'GPU')} can be used (nvidia-smi, "
            f"CUDA_VISIBLE_DEVICES): give {max(1, len(gpus))} at most"
        )
    return tuple(Share(gpu=gpu) for gpu in gpus[:workers])


def _some_cores_each(workers: int) -> tuple[Share, ...]:
    if not hasattr(os, "sched_setaffinity"):
        raise ZooError(
            "`workers` is above 1, and this system cannot limit a process to some cores; give 1, or use Linux"
        )
    count = cores()
    if workers > count:
        raise ZooError(
            f"`workers` is {workers}, and each needs a core; this process may use {count}: give {count} at most"
        )
    # A quota of a container may leave fewer cores than there are.
    usable, each = sorted(os.sched_getaffinity(0)), count // workers
    return tuple(Share(cores=frozenset(usable[index * each : (index + 1) * each])) for index in range(workers))


def _require_memory(workers: int, worker_mb: float) -> None:
    total_mb = memory_limit_bytes() / 1e6
    left_mb = total_mb - (hardware.peak_memory_mb() or 0.0)
    if total_mb and workers * worker_mb > left_mb:
        raise ZooError(
            f"`workers` is {workers}, and each takes {byte_size(worker_mb * 1e6)} of memory at least; this process may "
            f"give them {byte_size(max(0.0, left_mb) * 1e6)}: give {max(1, int(left_mb // worker_mb))} at most"
        )
