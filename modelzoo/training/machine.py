"""The machine and its software, as a record states them."""

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from modelzoo.training.quiet import without_startup_noise
from modelzoo.training.record import Hardware

# Keras' backends, and the extra of this project that installs each.
BACKENDS = {"tensorflow": "bench", "jax": "jax", "torch": "torch"}

_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")

# Not empty once this process has left its accelerators to others, which cannot be undone.
_left: list[bool] = []


def hardware() -> Hardware:
    """CPU, memory and, where the backend sees one, GPU."""
    gpu, driver = _gpu()
    return Hardware(
        cpu=_cpu(),
        cores=cores(),
        gpu=gpu,
        driver=driver,
        memory_gb=round(_memory_bytes() / 1e9, 1),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
    )


def find_devices() -> None:
    """Let the backend find its devices now; it prints what it finds, and later that stands among a run's progress."""
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with without_startup_noise():
            tf.config.list_logical_devices()


def leave_devices() -> None:
    """Leave the memory of accelerators to other processes: backends take most of it when they are first used.

    This process trains nothing from then on (`devices_left`).
    """
    import keras

    _left.append(True)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        try:
            with without_startup_noise():
                tf.config.set_visible_devices([], "GPU")
        except RuntimeError:  # in use already, as in a session of Python that has trained before
            return
    elif keras.backend.backend() == "jax":
        import jax

        jax.config.update("jax_default_device", "cpu")


def devices_left() -> bool:
    """Whether accelerators were left to other processes, so that what is to use them needs one of its own."""
    return bool(_left)


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def versions(backend: str) -> dict[str, str]:
    """Versions of what the figures depend on."""
    found = {"python": platform.python_version()}
    for key, names in {
        "cnn-zoo": ("cnn-zoo",),
        "keras": ("keras",),
        "numpy": ("numpy",),
        backend: (backend, f"{backend}-cpu"),
    }.items():
        for name in names:
            try:
                found[key] = version(name)
                break
            except PackageNotFoundError:
                continue
    return found


def reset_peak_memory() -> None:
    """Begin a new peak, so that a run's is not that of the run before it in the same process (Linux)."""
    try:
        (_PROC / "self" / "clear_refs").write_text("5")
    except OSError:
        return


def peak_memory_mb() -> float | None:
    """The most memory that this process has held, in 10^6 bytes."""
    try:
        for line in (_PROC / "self" / "status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) * 1024 / 1e6, 1)
    except OSError:
        pass
    if sys.platform == "win32":
        return None
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


def _cpu() -> str:
    try:
        for line in (_PROC / "cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def memory_limit_bytes() -> int:
    """The memory that this process may have: the machine's, or less in a container (Linux); 0 where nothing tells."""
    try:
        limit = int((_CGROUPS / "memory.max").read_text())
    except (OSError, ValueError):  # no file, or "max"
        return _memory_bytes()
    return min(limit, _memory_bytes() or limit)


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _gpu() -> tuple[str | None, str | None]:
    """Name and driver of the GPU that the backend would use."""
    if not has_gpu():
        return None, None
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return "GPU", None
    name, _, driver = answer.splitlines()[0].partition(",")
    return name.strip(), driver.strip()


def has_gpu() -> bool:
    """Whether the backend sees a GPU."""
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_physical_devices("GPU"))
    if backend == "jax":
        import jax

        return bool(jax.default_backend() == "gpu")
    import torch

    return bool(torch.cuda.is_available())
