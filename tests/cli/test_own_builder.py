"""A builder in the current folder, as `zoo bench mynet:build` names it, in a process of its own and in workers."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import modelzoo

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("own_builder")]

MODULE = """
import keras
from parts import head

def build(*, input_shape, classes):
    pixels = [keras.Input(input_shape), keras.layers.Rescaling(1 / 255), keras.layers.AveragePooling2D(4)]
    return keras.Sequential([*pixels, keras.layers.Flatten(), head(classes)])
"""
PARTS = """
import keras

def head(classes):
    return keras.layers.Dense(classes, activation="softmax")
"""
NOTE = "'mynet:build' gives a model that ends in a softmax; zoo removes it"
BENCH = ("bench", "mynet:build", "--dataset", "tiny.npz", "--epochs", "1", "--batch-size", "32", "--no-latency")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, tiny_npz: Path) -> Path:
    """Make a folder with only the module, its part, the images and a file named like a module of Python."""
    made = tmp_path_factory.mktemp("own")
    (made / "mynet.py").write_text(MODULE)
    (made / "parts.py").write_text(PARTS)
    (made / "random.py").write_text("1 / 0\n")
    (made / "tiny.npz").write_bytes(tiny_npz.read_bytes())
    return made


@pytest.fixture(scope="module")
def in_folder(folder: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command in the folder."""
    environment = os.environ | {"PYTHONPATH": str(Path(modelzoo.__file__).parents[1]), "ZOO_DATA": str(folder)}
    environment.pop("ZOO_RUNS", None)

    def run(*arguments: str, safe_path: bool = True) -> subprocess.CompletedProcess[str]:
        # Like the script `zoo`, and unlike `python -m modelzoo`, the option -P leaves the folder out of the path.
        python = [sys.executable, *(["-P"] if safe_path else []), "-m", "modelzoo"]
        return subprocess.run([*python, *arguments], cwd=folder, env=environment, capture_output=True, text=True)

    return run


@pytest.fixture(scope="module")
def benched(in_folder: Callable[..., subprocess.CompletedProcess[str]]) -> subprocess.CompletedProcess[str]:
    """Make a single run, which the tests share."""
    ended = in_folder(*BENCH)
    assert ended.returncode == 0, ended.stderr
    return ended


@pytest.fixture
def restored(folder: Path) -> Iterator[None]:
    """Restore the files that a test changes or removes."""
    yield
    (folder / "mynet.py").write_text(MODULE)
    (folder / "random.py").write_text("1 / 0\n")


def test_a_single_run_finds_the_module_and_its_part_and_notes_the_removed_softmax_once(
    in_folder: Callable[..., subprocess.CompletedProcess[str]],
    benched: subprocess.CompletedProcess[str],
    folder: Path,
    restored: None,
) -> None:
    assert benched.stderr.count(NOTE) == 1
    assert "loading" in benched.stderr.splitlines()[0]
    (folder / "random.py").unlink()
    again = in_folder(*BENCH, safe_path=False)
    assert "finished before" in again.stderr, again.stderr


def test_workers_find_the_module(in_folder: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    ended = in_folder(*BENCH, "--seed", "1", "--seeds", "2")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr.count(NOTE) == 1
    assert ended.stderr.count(": run mynet-build-") == 2


def test_latency_finds_the_module_here_and_in_workers(
    in_folder: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    for models in (["mynet:build"], ["mynet:build", "lenet5"]):
        ended = in_folder("latency", *models, "--batch", "1", "--calls", "5")
        assert ended.returncode == 0, ended.stderr
        assert ended.stderr.count(NOTE) == 1
        assert "mynet:build" in ended.stdout


def test_a_prediction_notes_that_the_module_changed_since_the_run(
    in_folder: Callable[..., subprocess.CompletedProcess[str]],
    benched: subprocess.CompletedProcess[str],
    folder: Path,
    restored: None,
) -> None:
    pytest.importorskip("PIL.Image").new("L", (28, 28), 200).save(folder / "gray.png")
    run, *_ = sorted((folder / "runs").iterdir())
    predict = ("predict", run.name, "gray.png", "--format", "csv")
    same = in_folder(*predict)
    (folder / "mynet.py").write_text(MODULE.replace("1 / 255", "1 / 25"))  # the same weights fit
    changed = in_folder(*predict)
    assert (same.returncode, changed.returncode) == (0, 0), same.stderr + changed.stderr
    assert same.stdout != changed.stdout
    assert "not the one" not in same.stderr
    assert "mynet:build or a file that it imports is not the one" in changed.stderr
