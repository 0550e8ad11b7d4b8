"""Results in a notebook: one line of text, a short HTML table, a data frame with units."""

import html
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace

from modelzoo.base.text import cut, plural
from modelzoo.errors import ZooError
from modelzoo.tables.table import Column, Shown, Table, render

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

# The rows of each table, and the tables, that a notebook shows; a data frame has all rows.
HTML_ROWS = 10
HTML_TABLES = 3
# The most characters of a result as one line.
_LINE = 160


class Result:
    """The base of all results of public functions; a subclass has `tables` and `_summary`.

    Attributes
    ----------
    _index : the column of the data frame that names its rows; None numbers them
    _charted : of a result without a chart, the results that draw its content
    """

    __slots__ = ()

    _index: ClassVar[str | None] = None
    _charted: ClassVar[str] = ""

    def tables(self) -> Sequence[Table]:
        """Return the tables for people, in reading order."""
        raise NotImplementedError

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw the result; write .svg, .png or .pdf to `path`, if given.

        Raises
        ------
        ZooError
            If the result has no chart; the message names a result that has one.
        """
        raise ZooError(f"{type(self).__name__} has no chart; {self._charted}")

    def to_frame(self) -> "pd.DataFrame":
        """Return a DataFrame of plain numbers and texts, a row for each row of the result.

        ``attrs["units"]`` has the unit of each column that has one. ``attrs["conditions"]`` describes the values,
        ``attrs["sources"]`` names the sources of published ones.
        """
        return frame_of(self._flat_table(), index=self._index, sources=getattr(self, "sources", ()))

    def _summary(self) -> str:
        """Return the content in a few words, for one line of text."""
        raise NotImplementedError

    def _flat_table(self) -> Table:
        """Return the table of the data frame: one value a cell."""
        return self.tables()[0]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({cut(self._summary(), _LINE)})"

    def _repr_html_(self) -> str:
        return short_html(self.tables(), remarks=self._remarks())

    def _remarks(self) -> Sequence[str]:
        """Return the notes, warnings and problems that the command line prints with the tables."""
        return ()


def short_html(tables: Sequence[Table], *, rows: int | None = None, remarks: Sequence[str] = ()) -> str:
    """Return the first rows of the first tables as HTML; notes are folded below each table.

    Parameters
    ----------
    rows : the number of rows that a single cut table would have
    remarks : further notes of the first table
    """
    tables = [replace(table, notes=(*table.notes, *remarks)) if table is tables[0] else table for table in tables]
    parts = [_short_table(table, len(table.rows) if rows is None else rows) for table in tables[:HTML_TABLES]]
    if (others := len(tables) - HTML_TABLES) > 0:
        parts.append(f"<p>… {plural(others, 'more table')}</p>\n")
    return "".join(parts)


def _short_table(table: Table, rows: int) -> str:
    shown = render(replace(table, rows=table.rows[:HTML_ROWS], notes=()), "html")
    if (others := rows - HTML_ROWS) > 0:
        shown += f"<p>… {others:,} more</p>\n"
    if table.notes:
        notes = "".join(f"<li>{html.escape(note)}</li>" for note in table.notes)
        shown += f"<details><summary>{plural(len(table.notes), 'note')}</summary><ul>{notes}</ul></details>\n"
    return shown


def frame_of(
    table: Table, *, index: str | None = None, sources: Sequence[str] | Mapping[str, Any] = ()
) -> "pd.DataFrame":
    """Return the raw values of a table as a DataFrame, with units, conditions and sources in its `attrs`."""
    import pandas as pd

    columns = {
        column.key: [_plain(row[position]) for row in table.rows] for position, column in enumerate(table.columns)
    }
    frame = pd.DataFrame(columns)
    frame.attrs.update(attrs_of(table.columns, table.caption, sources))
    return frame if index is None else frame.set_index(index)


def attrs_of(columns: Sequence[Column], conditions: str, sources: Sequence[str] | Mapping[str, Any]) -> dict[str, Any]:
    """Return the `attrs` of a data frame; values that JSON can hold, as Parquet files need them."""
    units = {column.key: column.unit for column in columns if column.unit}
    return {"units": units, "conditions": conditions, "sources": list(sources)}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Shown) else value
