"""The machine and its software, as a record states them."""

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from modelzoo.training.record import Hardware

# Keras' backends, and the extra of this project that installs each.
BACKENDS = {"tensorflow": "bench", "jax": "jax", "torch": "torch"}

_PROC = Path("/proc")


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

        tf.config.list_logical_devices()


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


def flops(network: Any) -> float | None:
    """Multiplications and additions of one picture, each counted; None where the backend does not tell."""
    import keras

    if keras.backend.backend() == "jax":
        return _flops_of_jax(network)
    return _flops_of_tensorflow(network) if keras.backend.backend() == "tensorflow" else None


def _flops_of_tensorflow(network: Any) -> float | None:
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
    from tensorflow.python.profiler.model_analyzer import profile
    from tensorflow.python.profiler.option_builder import ProfileOptionBuilder

    tf.get_logger().setLevel("ERROR")  # the profiler warns of its own deprecated parts
    picture = tf.TensorSpec((1, *network.input_shape[1:]), tf.uint8)
    concrete = tf.function(lambda pixels: network(pixels, training=False)).get_concrete_function(picture)
    # Made constant, the graph has the inner functions, such as grouped convolutions, written out: they count too.
    graph = convert_variables_to_constants_v2(concrete).graph
    options = ProfileOptionBuilder(ProfileOptionBuilder.float_operation()).with_empty_output().build()
    total = profile(graph, options=options).total_float_ops
    return float(total) if total else None


def _flops_of_jax(network: Any) -> float | None:
    import jax
    import numpy as np

    state = [variable.value for variable in network.trainable_variables]
    others = [variable.value for variable in network.non_trainable_variables]
    picture = np.zeros((1, *network.input_shape[1:]), np.uint8)
    run = jax.jit(lambda pixels: network.stateless_call(state, others, pixels, training=False)[0])
    costs = run.lower(picture).compile().cost_analysis()
    return float(costs["flops"]) if costs and "flops" in costs else None


def _cpu() -> str:
    try:
        for line in (_PROC / "cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def _gpu() -> tuple[str | None, str | None]:
    """Name and driver of the GPU that the backend would use."""
    import keras

    if not sees_gpu(keras.backend.backend()):
        return None, None
    query = ["nvidia-smi", "--query-gpu=name,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return "GPU", None
    name, _, driver = answer.splitlines()[0].partition(",")
    return name.strip(), driver.strip()


def sees_gpu(backend: str) -> bool:
    """Whether that backend, which is the one in use, would compute on a GPU."""
    if backend == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.list_physical_devices("GPU"))
    if backend == "jax":
        import jax

        return bool(jax.default_backend() == "gpu")
    import torch

    return bool(torch.cuda.is_available())
