"""A trained run for the tests of deployment, and files that were saved of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import modelzoo
from modelzoo.datasets.dataset import DataSet
from modelzoo.deployment.save import Saved
from modelzoo.runs.events import Event

RECIPE = 'title = "Short"\nbatch_size = 32\nepochs = 3\n'


@pytest.fixture(scope="session")
def run_folder(tiny_npz: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of LeNet-5 on the tiny data set, which it nearly learned."""
    pytest.importorskip("keras")
    folder = tmp_path_factory.mktemp("deployment")
    recipe = folder / "short.toml"
    recipe.write_text(RECIPE)
    record = modelzoo.bench("lenet5", dataset=str(tiny_npz), recipe=recipe, runs=folder / "runs", latency_batches=())
    return folder / "runs" / record.id


@pytest.fixture(scope="session")
def deploy() -> None:
    """Skip a test where the converters or their backend are missing."""
    keras = pytest.importorskip("keras")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the converters need TensorFlow")
    for package in ("tf2onnx", "onnxruntime", "ai_edge_litert"):
        pytest.importorskip(package)


@dataclass(frozen=True)
class Saving:
    """A file that was saved of the run, what `modelzoo.save` returned of it, and what it told."""

    path: Path
    made: Saved
    told: list[Event]


@pytest.fixture(scope="session")
def savings(deploy: None, run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Saving]:
    """Save the run in a format, once."""
    folder = tmp_path_factory.mktemp("saved")

    @cache
    def save(to: Any, *, int8: bool = False) -> Saving:
        suffix = {"keras": ".keras", "onnx": ".onnx", "litert": ".tflite"}[to]
        path, told = folder / f"{'int8' if int8 else 'float'}{suffix}", list[Event]()
        return Saving(path, modelzoo.save(run_folder, to, path, int8=int8, report=told.append), told)

    return save


@pytest.fixture(scope="session")
def saved(savings: Callable[..., Saving]) -> Callable[..., Path]:
    """Return the file of the run in a format."""
    return lambda to, **options: savings(to, **options).path


@pytest.fixture(scope="session")
def test_images(tiny: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the test images of the tiny data set, as PNG files in their order."""
    image = pytest.importorskip("PIL.Image")
    folder = tmp_path_factory.mktemp("images")
    for index, pixels in enumerate(np.asarray(tiny.test.images)):
        image.fromarray(pixels).save(folder / f"{index:03}.png")
    return folder
