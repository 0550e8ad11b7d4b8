"""What must hold on JAX, where another backend is in use: a backend is chosen once in a process."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.skipif(find_spec("jax") is None, reason="needs jax")
@pytest.mark.skipif(os.environ.get("KERAS_BACKEND") == "jax", reason="the tests themselves run here")
def test_the_tests_of_the_scan_engine_pass_on_jax() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        str(HERE / "engines" / "test_scan_engine.py"),
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    # Compiling is what these tests take their time for.
    environment |= {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
    done = subprocess.run(command, env=environment, cwd=HERE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
