"""The machine and its software, as in a record."""

import os
import platform
import subprocess
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import msgspec

from modelzoo.base.install import install_command
from modelzoo.errors import ZooError, first_line
from modelzoo.machine.limits import cores, memory_limit_bytes
from modelzoo.machine.native_stderr import suppress_native_stderr
from modelzoo.runs.record import Hardware

# Keras' backends, and the extra of this project that installs each.
BACKENDS = {"tensorflow": "bench", "jax": "jax", "torch": "torch"}

_PROC = Path("/proc")

# The extra that also installs a backend's CUDA; PyTorch's package includes it.
CUDA_EXTRAS = {"tensorflow": "cuda", "jax": "jax-cuda"}

# Not empty once this process has left its accelerators to others; that cannot be undone.
_left: list[Any] = []

# JAX's names of NVIDIA's GPUs.
_CUDA_PLATFORMS = ("cuda", "gpu")


class Card(msgspec.Struct, frozen=True):
    """An NVIDIA GPU: name, driver and compute capability (8.6), as nvidia-smi prints them."""

    name: str
    driver: str
    capability: float | None


def card() -> Card | None:
    """Return the first GPU that CUDA_VISIBLE_DEVICES leaves to this process; None without one.

    nvidia-smi numbers GPUs by their bus. On a machine with several kinds of GPU, CUDA does so only under
    CUDA_DEVICE_ORDER=PCI_BUS_ID.
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return ask_card(None)
    first = visible.split(",")[0].strip()
    if first in ("", "-1"):
        return None
    # nvidia-smi accepts no UUID of a MIG slice: the first GPU is assumed to be the slice's.
    return ask_card(None if first.startswith("MIG-") else first)


@cache
def ask_card(which: str | None) -> Card | None:
    """Ask nvidia-smi for one GPU, by index or UUID, or for the first; return None where it names none.

    A process runs each query once, and the query makes no CUDA client.
    """
    selection = [] if which is None else ["-i", which]
    query = ["nvidia-smi", *selection, "--query-gpu=name,driver_version,compute_cap", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
        name, driver, capability = answer.splitlines()[0].rsplit(",", 2)
    except (OSError, subprocess.SubprocessError, IndexError, ValueError):
        return None
    try:
        return Card(name.strip(), driver.strip(), float(capability))
    except ValueError:  # [N/A]
        return Card(name.strip(), driver.strip(), None)


def hardware() -> Hardware:
    """Read the CPU, the cores and the memory that this process may use, and the backend's GPU, if any."""
    gpu, driver = _gpu()
    return Hardware(
        cpu=_cpu(),
        cores=cores(),
        gpu=gpu,
        driver=driver,
        memory_gb=round(memory_limit_bytes() / 1e9, 1),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
    )


def find_devices() -> None:
    """Find the backend's devices now, because the backend prints a list that would disturb a run's progress.

    Raises
    ------
    ZooError
        If JAX finds no device.
    """
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        with suppress_native_stderr():
            tf.config.list_logical_devices()
        return
    with suppress_native_stderr():
        keras.utils.set_random_seed(0)  # loads TensorFlow too, where it is installed
    if backend == "jax":
        require_jax_device()


def require_jax_device() -> None:
    """Raise a ZooError where JAX has no device, for example because JAX_PLATFORMS names a missing one."""
    import jax

    try:
        jax.devices()
    except Exception as error:  # RuntimeError, AssertionError
        allowed = os.environ.get("JAX_PLATFORMS")
        reason = first_line(error) or "no platform can be initialized"
        if not allowed:
            raise ZooError(f"JAX finds no device: {reason}; `zoo doctor` says what is missing") from None
        raise ZooError(
            f"JAX finds no device under JAX_PLATFORMS={allowed}: {reason}; unset it, or install what it names "
            f"({install_command('jax-cuda')} for cuda)"
        ) from None


def leave_devices() -> None:
    """Keep this process off accelerators: a backend takes most of their memory at its first use.

    Other processes can then use the memory. From then on this process trains nothing (`devices_left`).
    """
    import keras

    _left.append(True)
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        try:
            with suppress_native_stderr():
                tf.config.set_visible_devices([], "GPU")
        except RuntimeError:  # in use already, as in a Python session that has trained before
            return
    elif backend == "jax":
        import jax

        # The first use of a device initializes every platform that this setting allows. In a session that has trained
        # before, the setting is too late. Only the default device then keeps computations off the GPU.
        jax.config.update("jax_platforms", "cpu")
        jax.config.update("jax_default_device", "cpu")
    else:
        on_cpu = keras.device("cpu")
        on_cpu.__enter__()
        _left.append(on_cpu)


def devices_left() -> bool:
    """Return whether accelerators were left to other processes, so that training needs a worker."""
    return bool(_left)


def versions(backend: str) -> dict[str, str]:
    """Return the versions of the software that measured values depend on."""
    numbers = {"python": platform.python_version()}
    for package in ("cnn-zoo", "keras", "numpy", f"{backend}-cpu", backend):
        with suppress(PackageNotFoundError):
            numbers[package.removesuffix("-cpu")] = version(package)
    return numbers


def reset_peak_memory() -> None:
    """Clear the peak of memory, so that each run in a process has its own (Linux).

    TensorFlow's and PyTorch's peaks on the GPU are cleared too; JAX cannot clear its peak.
    """
    _reset_gpu_peak()
    try:
        (_PROC / "self" / "clear_refs").write_text("5")
    except OSError:
        return


def peak_memory_mb() -> float | None:
    """Return the peak memory of this process, in 10^6 bytes."""
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


def _reset_gpu_peak() -> None:
    tf, torch = sys.modules.get("tensorflow"), sys.modules.get("torch")
    if tf and tf.config.list_physical_devices("GPU"):
        tf.config.experimental.reset_memory_stats("GPU:0")
    if torch and torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def _cpu() -> str:
    try:
        for line in (_PROC / "cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _gpu() -> tuple[str | None, str | None]:
    """Return name and driver of the backend's GPU."""
    if not has_gpu():
        return None, None
    gpu = card()
    return (gpu.name, gpu.driver) if gpu else ("GPU", None)


def has_gpu() -> bool:
    """Return whether the backend uses a GPU, or would have used one before this process left its devices.

    A process that left its devices makes no CUDA client.
    """
    import keras

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_physical_devices("GPU"))
    if backend == "jax":
        if devices_left():
            return jax_allows_cuda() and has_cuda_plugin() and card() is not None
        import jax

        return bool(jax.default_backend() == "gpu")
    import torch

    return bool(torch.cuda.is_available())


def jax_allows_cuda() -> bool:
    """Return whether JAX_PLATFORMS lets JAX compute on NVIDIA's GPUs: unset, or CUDA is the first of its list."""
    return os.environ.get("JAX_PLATFORMS", "").split(",")[0] in ("", *_CUDA_PLATFORMS)


def has_cuda_plugin() -> bool:
    """Return whether a CUDA plugin of JAX is installed; JAX looks for plugins in the same places."""
    names = [entry.name for entry in entry_points(group="jax_plugins")]
    namespace = find_spec("jax_plugins")
    folders = namespace.submodule_search_locations if namespace else None
    names += [module.name for module in iter_modules(folders or [])]
    return any("cuda" in name for name in names)
