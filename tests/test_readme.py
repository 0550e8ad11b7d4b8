"""The README shows what the commands print: each `console` block is run again and compared."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n\$ zoo (.*)\n((?:.*\n)*?)```", README)


def test_the_readme_names_the_two_commands() -> None:
    assert "make demo" in README
    assert "make test" in README


@pytest.mark.parametrize(("command", "printed"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_a_command_prints_what_the_readme_shows(
    command: str, printed: str, zoo: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No local runs: the README shows what a fresh clone prints.
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    shown = zoo(*shlex.split(command))
    assert shown.code == 0
    assert _lines(shown.out) == _lines(printed)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").splitlines()]


def test_the_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n((?:.*\n)*?)```", README)
    exec(compile(example, "README.md", "exec"), {})


def test_the_leaderboard_is_that_of_the_published_runs(
    zoo: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    assert zoo("export", "README.md").code == 0
    assert (tmp_path / "README.md").read_text(encoding="utf-8") == README
