"""Printing: tables in the form asked for, whole results as JSON, warnings on stderr."""

import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, cast

import typer

from modelzoo.tables import Form, Table, render


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
        sys.stdout.write(render(table(), cast("Form", form.value)))


def emit_json(payload: Any) -> None:
    """Print `payload` on stdout as indented JSON; a NaN becomes null."""
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(payload), indent=2).decode() + "\n")


def show(table: Table) -> None:
    """Print a table on stdout for a person at a terminal; plain text where stdout is none."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    console = Console(highlight=False)
    grid = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in table.columns:
        grid.add_column(Text(column.label), justify="right" if column.right else "left")
    for row in table.cells():
        grid.add_row(*(Text(cell) for cell in row))
    console.print(grid)
    for line in filter(None, (table.caption, *table.notes)):
        console.print(Text(line), soft_wrap=not console.is_terminal)


def warn(messages: Iterable[str]) -> None:
    """Print each message on stderr, a line each."""
    for message in messages:
        print(f"zoo: warning: {message}", file=sys.stderr)
