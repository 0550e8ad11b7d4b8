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
