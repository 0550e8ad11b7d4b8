"""Start-up noise, set aside."""

import os
import subprocess
import sys

import pytest

from modelzoo.errors import ZooError
from modelzoo.machine.native_stderr import suppress_native_stderr


def noise() -> None:
    """What C++ code does: write past Python."""
    os.write(2, b"E0000 cuda_platform.cc: failed call to cuInit\n")


def test_start_up_noise_is_kept_off_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with suppress_native_stderr():
        noise()
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "after\n"


def start(error: Exception) -> None:
    with suppress_native_stderr():
        noise()
        raise error


def test_a_start_that_fails_prints_what_was_set_aside(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError):
        start(RuntimeError())
    assert "failed call to cuInit" in capfd.readouterr().err


def test_an_error_of_one_line_stays_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZooError):
        start(ZooError("training needs keras"))
    assert capfd.readouterr().err == ""


def test_without_a_place_for_temporary_files_the_noise_is_dropped(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> None:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.TemporaryFile", missing)
    with suppress_native_stderr():
        noise()
    assert capfd.readouterr().err == ""


def test_a_closed_stderr_needs_no_suppression() -> None:
    script = (
        "import os; os.close(2)\n"
        "from modelzoo.machine.native_stderr import suppress_native_stderr\n"
        "with suppress_native_stderr(): print('loaded')"
    )
    assert subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True).stdout == b"loaded\n"
