"""Precision: what a network computes in, and whether the device is made for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from modelzoo.training.events import Note, Report
from modelzoo.training.recipe import Precision

# NVIDIA's Ampere; earlier ones, and CPUs but for the newest, emulate bfloat16 slowly.
_BFLOAT16_SINCE = 8


def usable(asked: Precision, report: Report) -> Precision:
    """The precision asked for where the device has it, else float32, which is reported."""
    if asked == "float32" or _has_bfloat16():
        return asked
    report(Note(f"no GPU of compute capability {_BFLOAT16_SINCE} and no TPU: float32 in place of {asked}"))
    return "float32"


@contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Let layers that are made meanwhile compute in that precision; float32 leaves them to Keras' own setting."""
    import keras

    before = keras.config.dtype_policy()
    if precision != "float32":
        keras.config.set_dtype_policy(precision)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _has_bfloat16() -> bool:
    import keras

    asked = {"tensorflow": _tensorflow_capability, "jax": _jax_capability, "torch": _torch_capability}
    return asked[keras.backend.backend()]() >= _BFLOAT16_SINCE


def _tensorflow_capability() -> float:
    import tensorflow as tf

    if tf.config.list_physical_devices("TPU"):
        return float("inf")
    details = (tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU"))
    return max((_number(one.get("compute_capability", (0, 0))) for one in details), default=0.0)


def _jax_capability() -> float:
    import jax

    device = jax.devices()[0]
    if device.platform == "tpu":
        return float("inf")
    return float(getattr(device, "compute_capability", None) or 0) if device.platform == "gpu" else 0.0


def _torch_capability() -> float:
    import torch

    return _number(torch.cuda.get_device_capability()) if torch.cuda.is_available() else 0.0


def _number(capability: Any) -> float:
    major, minor = capability
    return float(major) + float(minor) / 10
