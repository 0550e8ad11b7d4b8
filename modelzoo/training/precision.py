"""Precision: what a network computes in, and whether the device is made for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from modelzoo.machine import hardware
from modelzoo.recipes.recipe import Precision
from modelzoo.runs.events import Note, Report

# NVIDIA's Ampere; earlier ones, and CPUs but for the newest, emulate bfloat16 slowly.
_BFLOAT16_SINCE = 8


def usable(asked: Precision, report: Report) -> Precision:
    """The precision asked for where the device has it, else float32, which is reported."""
    if asked == "float32" or _has_bfloat16():
        return asked
    report(Note(f"no GPU of compute capability {_BFLOAT16_SINCE}: float32 in place of {asked}"))
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
    card = hardware.card()
    return card is not None and (card.capability or 0.0) >= _BFLOAT16_SINCE and hardware.has_gpu()
