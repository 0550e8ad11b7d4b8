"""The weights file of a run: the one that Keras writes, and whole or not there."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import modelzoo
from modelzoo.benchmarking.trained import WEIGHTS, save_weights

pytestmark = [pytest.mark.xdist_group("keras"), pytest.mark.slow]

# Files of more than 100 kB cannot be written, as on a disk that is full.
FULL = """
import resource, sys
from pathlib import Path

import keras

from modelzoo.benchmarking.trained import save_weights
from modelzoo.errors import ZooError

network = keras.Sequential([keras.Input((300,)), keras.layers.Dense(300), keras.layers.Dense(300)])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    save_weights(network, Path(sys.argv[1]))
except ZooError as error:
    print(error)
"""


def network() -> Any:
    keras = pytest.importorskip("keras")
    layers = keras.layers
    inner = keras.Sequential([keras.Input((4, 4, 2)), layers.Conv2D(3, 2), layers.BatchNormalization()])
    return keras.Sequential([keras.Input((4, 4, 2)), inner, layers.Dropout(0.5), layers.Flatten(), layers.Dense(5)])


def test_the_weights_file_is_the_one_that_keras_writes(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    first, second = network(), network()
    save_weights(first, tmp_path / WEIGHTS)
    first.save_weights(tmp_path / "keras.weights.h5")

    def content(path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        with h5py.File(path) as file:
            file.visititems(lambda name, it: found.update({name: it[()] if hasattr(it, "shape") else dict(it.attrs)}))
        return found

    ours, theirs = content(tmp_path / WEIGHTS), content(tmp_path / "keras.weights.h5")
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[name], theirs[name]) for name in ours)
    second.load_weights(tmp_path / WEIGHTS)
    assert all(np.array_equal(one, other) for one, other in zip(first.weights, second.weights, strict=True))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit on a file's size")
def test_a_full_disk_is_one_line_and_leaves_no_file(tmp_path: Path) -> None:
    """HDF5 itself crashes the process."""
    pytest.importorskip("keras")
    path = str(Path(modelzoo.__file__).parents[1])
    ended = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / WEIGHTS)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    (line,) = ended.stdout.splitlines()
    assert line.startswith(f"cannot write {tmp_path / WEIGHTS}: File too large; ")
    assert list(tmp_path.iterdir()) == []
