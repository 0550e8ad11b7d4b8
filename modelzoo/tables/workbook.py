"""Tables as an Excel workbook: a sheet for each, numbers as numbers, equal tables as equal bytes."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from modelzoo.base.text import cut
from modelzoo.tables.table import Column, Shown, Table, is_number, raw_value, without_terminal_columns
from modelzoo.tables.text import text_width

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

# Excel takes no longer name of a sheet, none of these characters, and no longer text.
_LONGEST_NAME = 31
_FORBIDDEN = r"[\[\]:*?/\\']"
_LONGEST_TEXT = 32_767

# Widths in characters; the arrow of the filter covers two.
_WIDEST = 60
_ARROW = 2

# The date of every workbook, so that its bytes depend on its content alone.
_CREATED = datetime(1980, 1, 1)
# A text that says no more than its number; a star marks another source.
_NUMBER = re.compile(r"[+-]?[\d.,]+[KMB%]?\*?")
_PLAIN = re.compile(r"[+-]?\d[\d,]*(?:\.(\d+))?(%?)\*?")


def workbook(sheets: Sequence[tuple[str, Table]]) -> bytes:
    """Return an Excel workbook: a sheet for each table, with a frozen and filtered heading, sentences below the rows.

    Values are written at full precision in the decimals of their column. A text stays text: Excel runs no formula of
    it.

    Parameters
    ----------
    sheets : name and table of each; a name is numbered, and cut to the length that Excel takes
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": _CREATED})
        for number, (name, table) in enumerate(sheets, 1):
            sheet = book.add_worksheet(f"{number} {re.sub(_FORBIDDEN, '-', name)}"[:_LONGEST_NAME])
            _fill(sheet, book, without_terminal_columns(table))
    return out.getvalue()


def _fill(sheet: "Worksheet", book: "Workbook", table: Table) -> None:
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    cells = table.cells()
    for index, column in enumerate(table.columns):
        texts = [row[index] for row in cells]
        values = [_value(row[index], text) for row, text in zip(table.rows, texts, strict=True)]
        _write_text(sheet, 0, index, column.label, heading)
        form = book.add_format({"num_format": _number_format(values, texts)})
        for row, (value, text) in enumerate(zip(values, texts, strict=True), 1):
            if is_number(value):
                sheet.write_number(row, index, value, form)
            elif value is not None:
                _write_text(sheet, row, index, text)
        sheet.set_column(index, index, _width(column, texts))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(cells), len(table.columns) - 1)
    sentences = [sentence for sentence in (table.lead, table.caption, *table.notes) if sentence]
    for row, sentence in enumerate(sentences, len(cells) + 2):
        _write_text(sheet, row, 0, sentence)


def _value(cell: Any, text: str) -> Any:
    """Return the value of a cell; the text, if it is the cell's own and says more than the number."""
    return text if isinstance(cell, Shown) and not _NUMBER.fullmatch(text) else raw_value(cell)


def _write_text(sheet: "Worksheet", row: int, column: int, text: str, form: "Format | None" = None) -> None:
    sheet.write_string(row, column, cut(text, _LONGEST_TEXT), form)


def _width(column: Column, texts: Sequence[str]) -> int:
    """Return the width of a column: of its longest text, or of the longest word of its heading."""
    words = max(map(text_width, column.label.split()), default=0)
    return min(max(words + _ARROW, *map(text_width, texts), 1) + 1, _WIDEST)


def _number_format(values: Sequence[Any], texts: Sequence[str]) -> str:
    """Return Excel's format of a column: 0.00 for 94.90, 0% for 12%, and #,##0 for 25.6M, whose value is whole."""
    shown = [text for value, text in zip(values, texts, strict=True) if is_number(value)]
    plain = [match for match in map(_PLAIN.fullmatch, shown) if match]
    if len(plain) < len(shown):
        return "#,##0" if all(value == int(value) for value in values if is_number(value)) else "General"
    decimals = max((len(match[1] or "") for match in plain), default=0)
    whole = "#,##0" if any("," in text for text in shown) else "0"
    percent = "%" if any(match[2] for match in plain) else ""
    return whole + f".{'0' * decimals}" * (decimals > 0) + percent
