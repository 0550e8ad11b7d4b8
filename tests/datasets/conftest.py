"""Small data sets on disk, as the loaders find them."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Write = Callable[..., Path]


def idx(array: np.ndarray) -> bytes:
    """The bytes of an IDX file of unsigned bytes."""
    return (
        bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.astype(np.uint8).tobytes()
    )


@pytest.fixture
def write_idx() -> Write:
    """Write an array as an IDX file, gzipped where its name ends in .gz."""

    def write(path: Path, array: np.ndarray) -> Path:
        data = idx(array)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
        return path

    return write


@pytest.fixture
def write_pairs(write_idx: Write) -> Callable[..., dict[str, np.ndarray]]:
    """Write both splits as four IDX files; each class `first` to `first + classes - 1` has as many images."""

    def write(folder: Path, prefix: str = "", *, classes: int = 3, first: int = 0) -> dict[str, np.ndarray]:
        random = np.random.default_rng(classes)
        arrays = {}
        for part, each in (("train", 2), ("test", 1)):
            labels = np.repeat(np.arange(first, first + classes), each)
            arrays[f"{part}-images"] = random.integers(0, 256, (len(labels), 28, 28)).astype(np.uint8)
            arrays[f"{part}-labels"] = labels
            write_idx(folder / f"{prefix}{part}-images-idx3-ubyte.gz", arrays[f"{part}-images"])
            write_idx(folder / f"{prefix}{part}-labels-idx1-ubyte.gz", labels)
        return arrays

    return write
