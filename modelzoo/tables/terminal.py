"""Tables laid out by rich: for a person at a terminal, and where long texts must be folded."""

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from modelzoo.tables.table import Table, without_terminal_columns
from modelzoo.tables.text import heading, is_whole, text_width, total


class _Terminal(Console):
    def on_broken_pipe(self) -> None:
        # Rich would exit with 1; a reader that has enough (`| head`) is no error.
        raise BrokenPipeError


def print_table(table: Table) -> None:
    """Print lead, table, caption and notes on stdout."""
    console = _Terminal(highlight=False)
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


def _grid(table: Table) -> RichTable:
    grid = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    cells = table.cells()
    for place, column in enumerate(table.columns):
        # Names and figures are never cut: their headings fold to the width that the cells need, and long texts fold.
        whole = is_whole(place, column)
        label = heading(column.label, [row[place] for row in cells]) if whole else column.label
        lines = [*label.split("\n"), *(row[place] for row in cells)]
        grid.add_column(
            Text(label),
            # Rich takes a longest word for the least width of what does not wrap, and cuts other cells for the rest.
            min_width=max(map(text_width, lines)) if whole else None,
            justify="right" if column.right else "left",
            no_wrap=whole or column.terminal_only,
            overflow="fold",
        )
    for row in cells:
        grid.add_row(*(Text(cell) for cell in row))
    return grid


def _least_width(grid: RichTable) -> int:
    """The columns that the table needs so that nothing is cut; rich would lay every cell out to tell as much."""
    return total(
        [
            column.min_width
            or max(text_width(word) for cell in (column.header, *column.cells) for word in (str(cell).split() or [""]))
            for column in grid.columns
        ]
    )
