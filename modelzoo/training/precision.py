"""The floating-point precision of a network, where the device supports it."""

from collections.abc import Iterator
from contextlib import contextmanager

from modelzoo.machine import hardware
from modelzoo.recipes.recipe import Precision
from modelzoo.runs.events import Note, Report

# NVIDIA's Ampere; earlier GPUs and most CPUs emulate bfloat16 slowly.
_BFLOAT16_SINCE = 8


def usable(precision: Precision, report: Report) -> Precision:
    """Return the precision where the device supports it, else float32, with a note."""
    if precision == "float32" or _has_bfloat16():
        return precision
    report(Note(f"no GPU of compute capability {_BFLOAT16_SINCE}: float32 in place of {precision}"))
    return "float32"


@contextmanager
def computing_in(precision: Precision) -> Iterator[None]:
    """Set the precision of layers that are made in the block; float32 keeps Keras' own setting."""
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
