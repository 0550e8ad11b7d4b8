"""Printing: tables in the form asked for, whole results as JSON, warnings on stderr."""

import sys
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

import typer

from modelzoo.tables import Form, Table, render, without_terminal_columns

if TYPE_CHECKING:
    from rich.table import Table as RichTable


# What rich puts between two columns of these tables.
_GAP = 2


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
    """Print a table on stdout for a person at a terminal; plain text where stdout is none."""
    from rich.console import Console
    from rich.text import Text

    class Terminal(Console):
        def on_broken_pipe(self) -> None:
            # Rich would exit with 1; a reader that has enough (`| head`) is no error.
            raise BrokenPipeError

    console = Terminal(highlight=False)
    width, grid = console.width, _grid(table)
    least = _least_width(grid)
    if least > width:
        # Bars are the first to go where there is no room for them.
        grid = _grid(without_terminal_columns(table))
        least = _least_width(grid)
    if table.lead:
        console.print(Text(table.lead), "", soft_wrap=not console.is_terminal, sep="\n")
    # A terminal that is narrower still breaks the lines; rich would cut 12.3M to 12.3.
    console.width = max(width, least)
    console.print(grid)
    console.width = width
    for line in filter(None, (table.caption, *table.notes)):
        console.print(Text(line), soft_wrap=not console.is_terminal)


def _grid(table: Table) -> "RichTable":
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    cells = table.cells()
    for place, column in enumerate(table.columns):
        # Names and figures are never cut: their headings fold to the width that the cells need, and long texts fold.
        whole = place == 0 or column.right or column.key in ("name", "second")
        label = _folded(column.label, [row[place] for row in cells]) if whole else column.label
        lines = [*label.split("\n"), *(row[place] for row in cells)]
        grid.add_column(
            Text(label),
            # Rich takes a longest word for the least width of what does not wrap, and cuts other cells for the rest.
            min_width=max(map(cell_len, lines)) if whole else None,
            justify="right" if column.right else "left",
            no_wrap=whole or column.terminal_only,
            overflow="fold",
        )
    for row in cells:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def _least_width(grid: "RichTable") -> int:
    """The columns that the table needs so that nothing is cut; rich would lay every cell out to tell as much."""
    from rich.cells import cell_len

    widths = [
        column.min_width
        or max(cell_len(word) for cell in (column.header, *column.cells) for word in (str(cell).split() or [""]))
        for column in grid.columns
    ]
    return sum(widths) + _GAP * (len(widths) - 1)


def _folded(label: str, cells: list[str]) -> str:
    """The heading broken at its blanks into lines no wider than the widest cell, where its words allow."""
    from rich.cells import cell_len

    width = max((cell_len(cell) for cell in cells), default=0)
    lines: list[str] = []
    for word in label.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


def warn(messages: Iterable[str]) -> None:
    """Print each message on stderr, a line each."""
    for message in messages:
        print(f"zoo: warning: {message}", file=sys.stderr)
