"""What every test may use: the command line in-process, and the real data where it is at hand."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from modelzoo.cli import main

# The same examples every time, and no verdict by the clock of a busy machine.
settings.register_profile("zoo", deadline=None, derandomize=True)
settings.load_profile("zoo")


@dataclass(frozen=True)
class Printed:
    """What one command left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def zoo(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Printed]:
    """Run `zoo ARGS…` in this process, 80 columns wide, without colour."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> Printed:
        monkeypatch.setattr(sys, "argv", ["zoo", *arguments])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
        printed = capsys.readouterr()
        return Printed(code, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real EMNIST files named by ZOO_TEST_DATA; tests that need it skip without it."""
    folder = os.environ.get("ZOO_TEST_DATA")
    if not folder:
        pytest.skip("ZOO_TEST_DATA is not set")
    return Path(folder)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with the file of that name in the test's `golden/` folder; ZOO_WRITE_GOLDEN=1 rewrites it."""

    def check(name: str, text: str) -> None:
        path = Path(request.path).parent / "golden" / name
        if os.environ.get("ZOO_WRITE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return check
