"""Printing: tables in the form asked for, whole results as JSON, warnings on stderr."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, cast

import typer
from msgspec.structs import replace

from modelzoo.tables.table import Form, Table, render
from modelzoo.tables.text import fits, plain_text

# Of a table at a terminal: rich takes 0.4 ms for each, minutes for the thousands that other people's tables have.
MOST_ROWS = 1000


class Format(StrEnum):
    """The forms a table can be printed in."""

    table = "table"
    markdown = "markdown"
    csv = "csv"
    latex = "latex"
    html = "html"


FORMAT = typer.Option(Format.table, "--format", help="Form of the table.")
JSON = typer.Option(False, "--json", help="Print the whole result as JSON, full precision, instead of a table.")


def emit(table: Callable[[], Table], form: Format, as_json: bool, payload: Callable[[], Any]) -> None:
    """Print a result on stdout: its table in `form`, or its payload as JSON.

    Both are functions, so that only the one that is printed is computed.
    """
    if as_json:
        emit_json(payload())
    elif form is Format.table:
        show(table())
    else:
        _write(render(table(), cast("Form", form.value)))


def emit_json(payload: Any) -> None:
    """Print `payload` on stdout as indented JSON; a NaN becomes null."""
    import msgspec

    _write(msgspec.json.format(msgspec.json.encode(payload), indent=2).decode() + "\n")


def _write(text: str) -> None:
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        # A bare one: Click makes exit code 1 of one that has an errno.
        raise BrokenPipeError from None


def show(table: Table) -> None:
    """Print a table on stdout: for a person at a terminal, no more rows than one reads; else all of it, as text."""
    width = shutil.get_terminal_size().columns
    if not _is_terminal() and _takes_any_character() and (len(table.rows) > MOST_ROWS or fits(table, width)):
        _write(plain_text(table, width))
    else:
        from modelzoo.tables.terminal import print_table  # rich takes a tenth of the time of `zoo rank`

        print_table(_readable(table) if _is_terminal() else table)


def _is_terminal() -> bool:
    # The other two make rich take any stdout for a terminal.
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR")) or os.environ.get("TTY_COMPATIBLE") == "1"


def _takes_any_character() -> bool:
    # Rich has an ASCII rule for the others, such as a pipe of Windows.
    return sys.stdout.encoding.lower().startswith("utf")


def _readable(table: Table) -> Table:
    """The table without the rows beyond the most, saying so on stderr."""
    if len(table.rows) <= MOST_ROWS:
        return table
    print(
        f"zoo: the first {MOST_ROWS:,} of {len(table.rows):,} rows; a pipe (| less) and --format csv have all of them",
        file=sys.stderr,
    )
    return replace(table, rows=table.rows[:MOST_ROWS])


def warn(messages: Iterable[str]) -> None:
    """Print each message on stderr, a line each."""
    for message in messages:
        print(f"zoo: warning: {message}", file=sys.stderr)
