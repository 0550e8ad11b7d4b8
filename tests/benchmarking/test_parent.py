"""A process that lets others do its runs makes no client of an accelerator; under JAX, in a process of its own."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

# Registers a platform that JAX prefers to the CPU and that tells when it is initialized, then does what is asked for.
PROGRAM = """
import sys
from pathlib import Path

from jax._src import xla_bridge

asked = []


def initialize():
    asked.append("accelerator")
    raise RuntimeError("made up")


xla_bridge.register_backend_factory("accelerator", initialize, priority=400, fail_quietly=True)

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.benchmarking import bench, jobs, untrained
from modelzoo.deployment.latency import latency
from modelzoo.machine import hardware

what, folder = sys.argv[1], Path(sys.argv[2])
if what == "stays":
    hardware.leave_devices = lambda: None
if what == "latency":
    untrained.measure_isolated = lambda measure, network, *how, **options: (None, network)
    found = latency("lenet5", "mobilenet", apart=True)
    print(len(found.networks), asked, xla_bridge.backends_are_initialized())
else:
    import numpy as np

    labels = np.arange(200) % 4
    split = Split(np.full((200, 28, 28), 200, np.uint8), labels)
    data = DataSet("tiny", "Tiny", ("a", "b", "c", "d"), split, split, {"made": "up"}, synthetic=True)
    recipe = folder / "wide.toml"
    recipe.write_text('title = "Wide"\\nwidth = 1.5\\nprecision = "mixed_bfloat16"')
    jobs.run_in_worker = lambda spec, splits, runs, **how: hardware.hardware()
    made = bench.bench_all(["lenet5", "mobilenet"], data, bench.BenchOptions(recipe=recipe, runs=folder))
    print(len(made.measured), asked, sorted(xla_bridge.backends()))
"""

ON_JAX = pytest.mark.skipif(find_spec("jax") is None, reason="needs jax")


def told(what: str, folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("JAX_PLATFORMS", "PYTEST_ADDOPTS")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, what, str(folder)],
        env=environment | {"KERAS_BACKEND": "jax"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.slow
@ON_JAX
@pytest.mark.parametrize(
    ("what", "printed"),
    [("leaves", "2 [] ['cpu']"), ("stays", "2 ['accelerator'] ['cpu']")],
)
def test_the_parent_of_two_runs_initializes_the_cpu_alone(what: str, printed: str, tmp_path: Path) -> None:
    """The second case shows that the first one could fail: the parent builds networks, which JAX initializes for."""
    assert told(what, tmp_path) == printed


@pytest.mark.slow
@ON_JAX
def test_the_parent_of_latencies_initializes_no_device(tmp_path: Path) -> None:
    assert told("latency", tmp_path) == "2 [] False"


@pytest.mark.slow
@ON_JAX
@pytest.mark.parametrize(
    "arguments", [["bench", "lenet5", "--dataset", "glyphs", "--epochs", "1"], ["latency", "lenet5"]]
)
def test_without_a_device_jax_trains_nothing_and_one_line_says_what_to_do(arguments: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "modelzoo", *arguments],
        env={**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cuda", "ZOO_RUNS": str(tmp_path / "runs")},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    line = done.stderr.splitlines()[-1]
    assert line.startswith("zoo: ")
    assert "JAX finds no device under JAX_PLATFORMS=cuda" in line
    assert "unset it, or install what it names" in line
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.glob("runs/*"))
