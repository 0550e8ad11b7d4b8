"""The README shows what the commands print: each `console` block is run again and compared.

ZOO_WRITE_GOLDEN=1 writes what they print into the README.
"""

import os
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ zoo (.*)\n((?:.*\n)*?)```", README)
FILES = re.findall(r"```sh\n(cat > (?:.*\n)*?)```", README)
LEADERBOARD = ROOT / "docs" / "explanation" / "overturned.md"
EXAMPLE, PRINTED = re.findall(r"```python\n((?:.*\n)*?)```\n\n.*:\n\n```text\n((?:.*\n)*?)```", README)[0]


@pytest.fixture(autouse=True)
def _no_local_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Show what a fresh clone prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)


def compare(printed: str, shown: str) -> None:
    """Check that the README shows what is printed, or write it there."""
    lines = "\n".join(line.rstrip() for line in printed.strip("\n").splitlines()) + "\n"
    if os.environ.get("ZOO_WRITE_GOLDEN"):
        path = ROOT / "README.md"
        path.write_text(path.read_text(encoding="utf-8").replace(shown, lines), encoding="utf-8")
        return
    assert lines == shown


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_a_command_prints_what_the_readme_shows(command: str, shown: str, zoo: Callable) -> None:
    for block in FILES:
        subprocess.run(["sh", "-ec", block], check=True)
    printed = zoo(*shlex.split(command))
    assert printed.code == 0
    compare(printed.out, shown)


def test_the_python_example_prints_what_the_readme_shows(capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(EXAMPLE, "README.md", "exec"), {})
    compare(capsys.readouterr().out, PRINTED)


def test_the_leaderboard_is_that_of_the_published_runs(zoo: Callable, tmp_path: Path) -> None:
    shown = LEADERBOARD.read_text(encoding="utf-8")
    (tmp_path / "board.md").write_text(shown, encoding="utf-8")
    assert zoo("export", "board.md").code == 0
    assert (tmp_path / "board.md").read_text(encoding="utf-8") == shown
