"""CSV files, read strictly: every problem is collected with its file, line and column; nothing is guessed."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from unicodedata import normalize

import msgspec

from modelzoo.base.files import read_text
from modelzoo.base.paths import shown
from modelzoo.base.text import cut, quote
from modelzoo.errors import ZooError
from modelzoo.tables.table import unguarded


class Row(msgspec.Struct, frozen=True):
    """One row: its cells by column, stripped of surrounding blanks, and its first line."""

    line: int
    cells: Mapping[str, str]


class Sheet(msgspec.Struct):
    """A CSV file's header and its well-formed rows, with the faults of the others.

    A fault in one row leaves the others readable, so that one run lists all faults. `cut` is True where nothing could
    be read after a fault.
    """

    path: Path
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    noted: list[tuple[int, str]] = []
    cut: bool = False

    @property
    def faults(self) -> list[str]:
        """The faults recorded so far, in the order of their lines."""
        return [text for _, text in sorted(self.noted, key=lambda fault: fault[0])]

    def fault(self, line: int | None, text: str) -> None:
        """Record a fault: ``catalog/sources/slides.csv:14: top1 is …``."""
        position = shown(self.path) if line is None else f"{shown(self.path)}:{line}"
        self.noted.append((line or 0, f"{position}: {text}"))

    def require(self, columns: Iterable[str]) -> None:
        """Record a fault for each of these columns that the header lacks."""
        for column in columns:
            if column not in self.header and self.header:
                self.fault(1, f"column {column} is missing; the header has {cut(', '.join(self.header))}")


def read_sheet(path: Path, *, heading: Sequence[str] = (), columns: Sequence[str] = ()) -> Sheet:
    """Read a CSV file: UTF-8 with or without a byte-order mark, commas, LF or CRLF.

    Parameters
    ----------
    heading : the header that the file must have, where it is fixed
    columns : names of its columns then, as a fixed heading may repeat a word
    """
    sheet = Sheet(path)
    text = _decode(path, sheet)
    if text is None:
        return sheet
    records = _records(text, sheet)
    if not records:
        if not sheet.noted:
            sheet.fault(None, "is empty; expected a header line and rows below it")
        return sheet
    if heading:
        _read_fixed_header(records[0][1], sheet, heading, columns or heading)
    else:
        _read_header(records[0][1], sheet)
    if not sheet.header:
        return sheet
    for line, cells in records[1:]:
        if len(cells) != len(sheet.header):
            sheet.fault(line, f"has {len(cells)} cells; the header has {len(sheet.header)}")
        else:
            sheet.rows.append(Row(line, dict(zip(sheet.header, (cell.strip() for cell in cells), strict=True))))
    if not sheet.rows and not sheet.noted:
        sheet.fault(None, "has a header and no rows; expected rows below it")
    return sheet


def _decode(path: Path, sheet: Sheet) -> str | None:
    """Return the file's text with composed characters, as names are compared."""
    try:
        text = read_text(path)
    except ZooError as error:
        sheet.noted.append((0, str(error)))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        sheet.fault(line, "has a zero byte, as UTF-16 and binary files have; save it as UTF-8")
        return None
    return normalize("NFC", text)


def _records(text: str, sheet: Sheet) -> list[tuple[int, list[str]]]:
    """Return the records that are not blank, each with its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    records: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((begins, [*map(unguarded, cells)]))
            begins = reader.line_num + 1
    except csv.Error as error:
        sheet.cut = True
        sheet.fault(begins, f"is no CSV record: {error}; look for a quotation mark that is not closed")
    return records


def _read_header(cells: Sequence[str], sheet: Sheet) -> None:
    sheet.header = tuple(cell.strip() for cell in cells)
    for column, count in Counter(sheet.header).items():
        if count > 1:
            wrong = f"column {quote(column)} is repeated" if column else f"{count} columns have no name"
            sheet.fault(1, f"{wrong}; each column needs another name")
    if len(sheet.header) == 1 and any(mark in sheet.header[0] for mark in ";\t"):
        sheet.header = ()  # no further line can be read
        sheet.fault(
            1,
            "the columns are not separated by commas; save the file with commas between the columns and points in the "
            'numbers, as pandas does: read_csv(file, sep=None, decimal=",", engine="python").to_csv(file, index=False)',
        )


def _read_fixed_header(cells: Sequence[str], sheet: Sheet, heading: Sequence[str], columns: Sequence[str]) -> None:
    sheet.header = tuple(columns)
    if [cell.strip() for cell in cells] != list(heading):
        sheet.fault(1, f"the header is {cut(','.join(cells))}; expected {','.join(heading)}")


def raise_first(faults: Sequence[str], check: str = "zoo check") -> None:
    """Raise the first fault as an error with the number of other faults, if there are any."""
    if not faults:
        return
    more = f" (and {len(faults) - 1} more; `{check}` lists them)" if len(faults) > 1 else ""
    raise ZooError(faults[0] + more)
