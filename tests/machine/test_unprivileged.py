"""A user without a home folder, in a child process that is `nobody`: root ignores permission bits."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parents[2]
NOBODY, WITHOUT_ENTRY = 65534, 54321


def become(user: int) -> None:
    os.setgroups([])
    os.setgid(user)
    os.setuid(user)


def run(*arguments: str, user: int, cwd: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run Python as another user, or skip the test where this user cannot."""
    if sys.platform == "win32" or os.getuid() != 0:
        pytest.skip("only root can become another user")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200", **variables}
    options = {"env": environment, "cwd": cwd, "capture_output": True, "text": True}
    try:
        subprocess.run(
            [sys.executable, "-c", "import modelzoo"], preexec_fn=lambda: become(user), check=True, **options
        )  # type: ignore[call-overload]
        return subprocess.run([sys.executable, *arguments], preexec_fn=lambda: become(user), check=False, **options)  # type: ignore[call-overload, no-any-return]
    except (PermissionError, subprocess.CalledProcessError):
        pytest.skip("another user cannot read this Python or the project")


@pytest.mark.parametrize(
    ("user", "variable"),
    [(NOBODY, "HOME"), (NOBODY, "KERAS_HOME"), (WITHOUT_ENTRY, None)],
    ids=["HOME cannot be read", "KERAS_HOME cannot be read", "no HOME and no entry"],
)
def test_the_doctor_needs_no_home_folder(user: int, variable: str | None) -> None:
    with TemporaryDirectory() as name:  # pytest's own folders are closed to other users
        folder, hidden = Path(name), Path(name) / "hidden"
        folder.chmod(0o755)
        hidden.mkdir(mode=0o700)
        variables = {} if variable is None else {variable: str(hidden)}
        printed = run("-m", "modelzoo", "doctor", user=user, cwd=folder, **variables)
    assert (printed.returncode, printed.stderr) == (0, "")
    keras = [line for line in printed.stdout.splitlines() if line.startswith("Keras")]
    assert bool(keras) == (variable == "KERAS_HOME")
    assert all("Permission denied" in line for line in keras)
