"""`docs/reference/commands.md` is the help of all commands."""

import os
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import typer

from modelzoo.cli import COMMANDS, app_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"

_HEAD = """\
# Commands

The `--help` of each command. Exit codes: 0 done; 1 an error, one line on stderr; 2 usage; 3 some runs failed; 130
interrupted. Results go to stdout. Progress, notes (`zoo: note:`), warnings (`zoo: warning:`) and errors (`zoo:`) go to
stderr.

`zoo help` lists the commands, and `zoo help rank` explains one, as `zoo rank -h` does. `zoo --install-completion` lets
your shell (bash, zsh, fish or PowerShell) complete commands, options and names: models, recipes, data sets, runs. In
bash, `eval "$(zoo --show-completion)"` does so for one session.

A command that prints a table writes it to a file with `-o FILE`, in the form that the suffix names: `.csv`, `.md`,
`.html`, `.tex`, `.xlsx`, `.json` or `.txt`. `--columns name,rank` selects the columns and their order, by the keys in
the first line of the CSV.
"""


@pytest.mark.skipif(
    not version("typer").startswith("0.28."), reason="other versions of Typer word their help differently"
)
def test_the_reference_is_the_help(zoo: Callable) -> None:
    page = "\n".join([_HEAD, *_sections(zoo)])
    if os.environ.get("ZOO_WRITE_GOLDEN"):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
    assert page == PAGE.read_text(encoding="utf-8")


def _sections(zoo: Callable) -> Iterator[str]:
    for command in COMMANDS:
        group = typer.main.get_command(app_of(command))
        alone = [""] if getattr(group, "invoke_without_command", True) else []
        for name in [*alone, *getattr(group, "commands", [])]:
            words = [command, name] if name else [command]
            yield f"## `zoo {' '.join(words)}`\n\n```text\n{zoo(*words, '--help').out.strip()}\n```\n"
