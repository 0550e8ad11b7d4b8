"""Keeping TensorFlow's start-up messages off the terminal."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_startup_noise() -> Iterator[None]:
    """Send stderr nowhere while TensorFlow loads: what its C++ code then prints obeys no setting (2.21)."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
