"""Facts of a run on a GPU: TF32, determinism, the peak of its memory."""

import os
from typing import Any

from modelzoo.machine import hardware
from modelzoo.runs.record import OnGpu

# NVIDIA's Ampere brought TF32.
_TF32_SINCE = 8

# JAX's names of the precisions that XLA computes in TF32 on a GPU: all up to HIGH, and one algorithm.
# `bfloat16`, an alias of DEFAULT, is TF32 too (jax.lax.Precision; XLA's matmul_utils.cc).
_JAX_TF32 = (None, "default", "fastest", "bfloat16", "bfloat16_3x", "tensorfloat32", "high", "TF32_TF32_F32")

# The similar --xla_gpu_exclude_nondeterministic_ops leaves XLA to choose algorithms by timing them in each process.
_XLA_DETERMINISTIC = "--xla_gpu_deterministic_ops"


def on_gpu() -> OnGpu | None:
    """Return the facts of this process's run on a GPU; None without a GPU.

    The peak of memory is the device's since `hardware.reset_peak_memory`. JAX has no reset: its peak is since the
    start of the process.
    """
    import keras

    if not hardware.has_gpu():
        return None
    backend = keras.backend.backend()
    card = hardware.card()
    capability = None if card is None else card.capability
    allowed = os.environ.get("NVIDIA_TF32_OVERRIDE") != "0" and _allows_tf32(backend)
    return OnGpu(
        tf32=False if not allowed else None if capability is None else capability >= _TF32_SINCE,
        deterministic=_is_deterministic(backend),
        peak_memory_mb=_peak_memory_mb(backend),
    )


def _allows_tf32(backend: str) -> bool:
    if backend == "jax":
        import jax

        return jax.config.jax_default_matmul_precision in _JAX_TF32
    if backend == "tensorflow":
        import tensorflow as tf

        return bool(tf.config.experimental.tensor_float_32_execution_enabled())
    import torch

    return bool(torch.backends.cuda.matmul.allow_tf32 or torch.backends.cudnn.allow_tf32)


def _is_deterministic(backend: str) -> bool:
    if backend == "jax":
        # The last of two equal flags counts.
        flags = dict(flag.partition("=")[::2] for flag in os.environ.get("XLA_FLAGS", "").split())
        return flags.get(_XLA_DETERMINISTIC, "false").lower() in ("", "1", "true")
    if backend == "tensorflow":
        return tensorflow_is_deterministic()
    import torch

    return bool(torch.are_deterministic_algorithms_enabled())


def tensorflow_is_deterministic() -> bool:
    """Return whether TensorFlow's operations are deterministic."""
    from tensorflow.python.framework.config import is_op_determinism_enabled  # private; it reads the variable

    return bool(is_op_determinism_enabled())


def _peak_memory_mb(backend: str) -> float | None:
    """Return the peak in 10^6 bytes; None where the backend has none, or the GPU no longer answers."""
    try:
        peak = _peak_bytes(backend)
    except Exception:  # of any type; the record must be written in any case
        return None
    return None if peak is None else round(peak / 1e6, 1)


def _peak_bytes(backend: str) -> Any:
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.config.experimental.get_memory_info("GPU:0")["peak"]
    if backend == "jax":
        import jax

        return (jax.devices()[0].memory_stats() or {}).get("peak_bytes_in_use")
    import torch

    return torch.cuda.max_memory_allocated()
