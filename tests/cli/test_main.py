import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from modelzoo.cli import COMMANDS, app_of
from modelzoo.errors import ZooError

ROOT = Path(__file__).parents[2]


def test_every_command_is_in_the_help(zoo: Callable) -> None:
    printed = zoo("--help")
    assert printed.code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in printed.out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_ends_with_an_example_one_can_run(command: str, zoo: Callable) -> None:
    printed = zoo(command, "--help")
    assert printed.code == 0
    assert f"zoo {command}" in printed.out.split("Usage:")[1].split("\n", 1)[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_described_in_the_readme_or_the_docs(command: str) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
    group = typer.main.get_command(app_of(command))
    commands = getattr(group, "commands", {"": group})
    for name, subcommand in commands.items():
        assert f"zoo {command} {name}".strip() in pages
        for parameter in subcommand.params:
            for option in parameter.opts:
                assert not option.startswith("--") or option == "--help" or option in pages, option


def test_an_unknown_command_is_a_usage_error(zoo: Callable) -> None:
    printed = zoo("rnak")
    assert printed.code == 2
    assert "rnak" in printed.err


def test_a_zoo_error_is_one_line_on_stderr_and_exit_code_1(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise ZooError("what, where, expected, next")

    monkeypatch.setattr("modelzoo.cli.app", fail)
    assert zoo() == type(zoo("--version"))(1, "", "zoo: what, where, expected, next\n")


def test_an_interruption_exits_with_130(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("modelzoo.cli.app", interrupt)
    assert zoo().code == 130


def test_a_reader_that_has_enough_is_no_error() -> None:
    command = f"{sys.executable} -m modelzoo --help | true"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [("--by", ""), ("--by", " "), ("--by=",), ("--where", ""), ("--source", "")])
def test_an_empty_value_is_a_usage_error_and_not_the_default(zoo: Callable, arguments: tuple[str, ...]) -> None:
    printed = zoo("rank", *arguments)
    assert (printed.code, printed.out) == (2, "")
    assert f"an empty value {'for' if len(arguments) == 1 else 'after'} {arguments[0].rstrip('=')}" in printed.err
