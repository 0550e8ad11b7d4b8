"""Tables cut to a terminal: each row is one line of the columns that matter most."""

from collections.abc import Mapping

from msgspec.structs import replace

from modelzoo.tables.table import Table
from modelzoo.tables.text import GAP, text_width


def fit_table(table: Table, width: int, priorities: Mapping[str, int]) -> Table:
    """Return the table with the columns that fit in `width` characters, headings unfolded; a note names the others.

    Parameters
    ----------
    priorities : of each column by its key; columns are taken from the highest down, each where it has room
    """
    lines = [[column.label for column in table.columns], *table.cells()]
    widths = [max(text_width(line[index]) for line in lines) for index in range(len(table.columns))]
    first, *others = sorted(range(len(widths)), key=lambda index: -priorities[table.columns[index].key])
    kept, room = [first], width - widths[first]
    for index in others:
        if widths[index] + GAP <= room:
            kept.append(index)
            room -= widths[index] + GAP
    kept.sort()
    dropped = [column.label for index, column in enumerate(table.columns) if index not in kept]
    if not dropped:
        return table
    note = f"Left out to fit {width} columns: {', '.join(dropped)}; a wider terminal and --format md have them."
    return replace(
        table,
        columns=[table.columns[index] for index in kept],
        rows=[[row[index] for index in kept] for row in table.rows],
        notes=(*table.notes, note),
    )
