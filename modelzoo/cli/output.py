"""Printing: results on stdout in the form that the user chose, messages on stderr."""

import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import typer
from msgspec.structs import replace

from modelzoo.base.text import printable
from modelzoo.cli.options import as_typed
from modelzoo.tables.table import Form, Table, render
from modelzoo.tables.text import MOST_ROWS, render_text

# One folder may hold thousands of damaged files.
MOST_WARNINGS = 20

FORMAT = typer.Option("table", "--format", help="Form of the table.")
JSON = typer.Option(False, "--json", help="Print the whole result as JSON, full precision, instead of a table.")


def emit(result: Any, form: Form, as_json: bool, *, table: Callable[[], Table | Sequence[Table]]) -> None:
    """Print a result on stdout: as JSON, or its tables in `form` with a blank line between two.

    Parameters
    ----------
    table : return the table or the tables; JSON needs none
    """
    if as_json:
        emit_json(result)
        return
    tables = table()
    for index, part in enumerate([tables] if isinstance(tables, Table) else tables):
        if index:
            sys.stdout.write("\n")
        if form == "table":
            show(part)
        else:
            sys.stdout.write(render(part, form))


def emit_json(result: Any) -> None:
    """Print a result, or the dict that its `to_dict` returns, on stdout as indented JSON; a NaN becomes null."""
    import json

    import msgspec

    payload = result.to_dict() if hasattr(result, "to_dict") else result
    try:
        text = msgspec.json.format(msgspec.json.encode(payload), indent=2).decode()
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # the stream lacks a character, or a file's name is not UTF-8
        raw = json.dumps(msgspec.to_builtins(payload))
        text = json.dumps(json.loads(raw, parse_constant=lambda _: None), indent=2)
    sys.stdout.write(text + "\n")


def table_width(form: Form) -> int | None:
    """Return the characters that a table may take: those of the terminal, None for a form that has no width."""
    return shutil.get_terminal_size().columns if form == "table" else None


def show(table: Table) -> None:
    """Print a table on stdout as text: at a terminal the first `MOST_ROWS` rows, in a pipe all of them."""
    terminal = sys.stdout.isatty()
    if terminal and len(table.rows) > MOST_ROWS:
        note(f"the first {MOST_ROWS:,} of {len(table.rows):,} rows; a pipe (| less) and --format csv have all of them")
        table = replace(table, rows=table.rows[:MOST_ROWS])
    sys.stdout.write(render_text(table, shutil.get_terminal_size().columns, terminal=terminal))


def say(lines: Iterable[str]) -> None:
    """Print sentences on stdout, a line each."""
    for line in lines:
        print(printable(line))


def note(message: str) -> None:
    """Print a note on stderr: a fact that changes nothing, such as the file that was written."""
    _print("note: ", message)


def warn(messages: Iterable[str]) -> None:
    """Print warnings on stderr, a line each: the result holds, with a reason to look again."""
    messages = list(messages)
    for message in messages[:MOST_WARNINGS]:
        _print("warning: ", message)
    if (others := len(messages) - MOST_WARNINGS) > 0:
        _print("warning: ", f"{others:,} more warnings like these")


def problem(message: str) -> None:
    """Print a problem on stderr: the reason for an exit code other than 0."""
    _print("", message)


def _print(weight: str, message: str) -> None:
    print(f"zoo: {weight}{printable(as_typed(message))}", file=sys.stderr)
