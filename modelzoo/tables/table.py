"""Tables: one description of columns and rows, written as Markdown, CSV, LaTeX or HTML."""

import csv
import html
import io
import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec

from modelzoo.base.text import printable, quote
from modelzoo.errors import ZooError, unknown

# Forms of output: `tables.text` writes "table" for people, `render` the others for exchange.
Form = Literal["table", "markdown", "csv", "latex", "html"]

MISSING = "–"

# A spreadsheet runs a text with this start, in Japan also of full width; apostrophes may guard it. A number is none.
_FORMULA = "'*[-=+@\uff0d\uff1d\uff0b\uff20]"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[KMB]?"


class Column(msgspec.Struct, frozen=True):
    """One column: its heading, and the text of its values; every form shows `None` as missing.

    `wrap` lets cells fold where a terminal is narrow. Cells of the first column and of `right` ones (numbers) never
    fold. `terminal_only` is for bars, which the exchange forms leave out. `unit` is that of the raw values.
    `sense` says which of the values is the best; LaTeX prints it bold.
    """

    key: str
    label: str
    show: Callable[[Any], str] = str
    right: bool = False
    wrap: bool = True
    terminal_only: bool = False
    unit: str = ""
    sense: Literal["max", "min"] | None = None

    def __post_init__(self) -> None:
        """Make the heading printable."""
        _make_printable(self, "key", "label")


class Shown(msgspec.Struct, frozen=True):
    """A cell with its own text in place of its column's; CSV has the value."""

    value: Any
    text: str


class Table(msgspec.Struct, frozen=True):
    """Rows of raw values, columns that show them, and sentences around them.

    `lead` is the conclusion, above the table. `caption` is one sentence of conditions below it. `notes` follow, a line
    each.
    """

    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    caption: str = ""
    notes: Sequence[str] = ()
    lead: str = ""

    def __post_init__(self) -> None:
        """Make the sentences printable."""
        _make_printable(self, "caption", "lead")
        msgspec.structs.force_setattr(self, "notes", [*map(printable, self.notes)])

    def cells(self) -> list[list[str]]:
        """Return the printable text of every cell."""
        return [[_text(column, value) for column, value in zip(self.columns, row, strict=True)] for row in self.rows]

    def best(self) -> list[list[bool]]:
        """Return for every cell whether it is the best of several values in a column with a sense."""
        cells = self.cells()
        columns = [
            _best([raw_value(row[index]) for row in self.rows], [row[index] for row in cells], column.sense)
            for index, column in enumerate(self.columns)
        ]
        return [[column[row] for column in columns] for row in range(len(self.rows))]


def raw_value(cell: Any) -> Any:
    """Return the value of a cell without its own text."""
    return cell.value if isinstance(cell, Shown) else cell


def is_number(value: Any) -> bool:
    """Return whether a value is a finite number; a truth value is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _best(values: Sequence[Any], texts: Sequence[str], sense: str | None) -> list[bool]:
    numbers = [value for value in values if is_number(value)]
    if sense is None or len(numbers) < 2:
        return [False] * len(values)
    best = max(numbers) if sense == "max" else min(numbers)
    text = texts[values.index(best)]
    return [value == best or shown == text for value, shown in zip(values, texts, strict=True)]


def _make_printable(part: msgspec.Struct, *fields: str) -> None:
    for field in fields:
        msgspec.structs.force_setattr(part, field, printable(getattr(part, field)))


def _text(column: Column, value: Any) -> str:
    if isinstance(value, Shown):
        return printable(value.text)
    return MISSING if value is None else printable(column.show(value))


def render(table: Table, form: Form) -> str:
    """Return the table in one of the exchange forms, with a newline at its end.

    CSV has the raw values at full precision alone. The other forms have the text of the cells, escaped for the form,
    with lead, caption and notes.
    """
    table = without_terminal_columns(table)
    if form == "csv":
        return _csv(table)
    return {"markdown": _markdown, "latex": _latex, "html": _html}[form](table)


def without_terminal_columns(table: Table) -> Table:
    """Return the table without its bars."""
    return _with_columns(table, [index for index, column in enumerate(table.columns) if not column.terminal_only])


def select_columns(tables: Sequence[Table], keys: Sequence[str]) -> list[Table]:
    """Return the tables with the columns of these keys in their order, without the tables that have none of them.

    Raises
    ------
    ZooError
        If no table has the column, or a key is there twice.
    """
    if twice := next((key for index, key in enumerate(keys) if key in keys[:index]), None):
        raise ZooError(f"column {quote(twice)} is selected twice; name it once")
    known = dict.fromkeys(column.key for table in tables for column in table.columns)
    for key in keys:
        if key not in known:
            raise unknown("column", key, known, hint=f"known: {', '.join(known)}")
    parts = []
    for table in tables:
        places = {column.key: index for index, column in enumerate(table.columns)}
        parts.append(_with_columns(table, [places[key] for key in keys if key in places]))
    return [part for part in parts if part.columns]


def _with_columns(table: Table, indices: Sequence[int]) -> Table:
    return msgspec.structs.replace(
        table,
        columns=[table.columns[index] for index in indices],
        rows=[[row[index] for index in indices] for row in table.rows],
    )


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_raw(column.key) for column in table.columns)
    writer.writerows([_raw(value) for value in row] for row in table.rows)
    return out.getvalue()


def _raw(value: Any) -> Any:
    """Return the value for CSV: a text printable, with an apostrophe before a formula (OWASP, CSV Injection)."""
    value = raw_value(value)
    if not isinstance(value, str):
        return "" if value is None else value
    text = printable(value)
    return f"'{text}" if re.match(_FORMULA, text) and not re.fullmatch(_NUMBER, text) else text


def unguarded(cell: str) -> str:
    """Return the text of a CSV cell without the apostrophe that `render` puts before a formula."""
    return cell[1:] if cell.startswith("'") and re.match(_FORMULA, cell) else cell


def escape_markdown(text: str) -> str:
    """Escape text for a Markdown cell, so that it begins or ends no cell, line, tag or emphasis."""
    text = re.sub(r"[\\|*_`\[\]~$]", r"\\\g<0>", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _escape_paragraph(text: str) -> str:
    """Escape text for a Markdown paragraph: it begins no heading, list or rule either."""
    return re.sub(r"^([0-9]{0,9})([-+=#.)])", r"\1\\\2", escape_markdown(text))


def escape_latex(text: str) -> str:
    """Escape text for LaTeX."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    special.update({"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"})
    special.update({"▲": r"$\bigtriangleup$", "▼": r"$\bigtriangledown$"})
    special.update({character: "\\" + character for character in "&%$#_{}"})
    return "".join(special.get(character, character) for character in text)


def _tabulated(table: Table, tablefmt: str, escape: Callable[[str], str]) -> str:
    import tabulate

    # tabulate pads wide characters only where wcwidth is installed; the text must not depend on that.
    tabulate.WIDE_CHARS_MODE = False
    return tabulate.tabulate(
        [[escape(cell) for cell in row] for row in table.cells()],
        headers=[escape(column.label) for column in table.columns],
        tablefmt=tablefmt,
        colalign=["right" if column.right else "left" for column in table.columns] if table.rows else None,
        disable_numparse=True,
    )


def _markdown(table: Table) -> str:
    parts = [_escape_paragraph(table.lead)] if table.lead else []
    parts.append(_tabulated(table, "pipe", escape_markdown))
    if table.caption:
        parts.append(_escape_paragraph(table.caption))
    if table.notes:
        parts.append("\n".join(f"- {_escape_paragraph(note)}" for note in table.notes))
    return "\n\n".join(parts) + "\n"


def _latex(table: Table) -> str:
    lines = [r"% Needs \usepackage{booktabs} in the preamble.", r"\begin{table}", r"\centering"]
    if table.lead:
        lines.append(rf"{escape_latex(table.lead)}\par")
    lines.append(rf"\begin{{tabular}}{{{''.join('r' if column.right else 'l' for column in table.columns)}}}")
    lines += [r"\toprule", _latex_row(escape_latex(column.label) for column in table.columns), r"\midrule"]
    for row, best in zip(table.cells(), table.best(), strict=True):
        cells = map(escape_latex, row)
        lines.append(
            _latex_row(rf"\textbf{{{cell}}}" if bold else cell for cell, bold in zip(cells, best, strict=True))
        )
    lines += [r"\bottomrule", r"\end{tabular}"]
    if table.caption:
        lines.append(rf"\caption{{{escape_latex(table.caption)}}}")
    lines.extend(rf"\par {escape_latex(note)}" for note in table.notes)
    lines.append(r"\end{table}")
    return "\n".join(lines) + "\n"


def _latex_row(cells: Iterable[str]) -> str:
    """Return a row; a bracket or star at its start would be an option of the line before."""
    row = " & ".join(cells) + r" \\"
    return f"{{}}{row}" if row.startswith(("[", "*")) else row


def _html(table: Table) -> str:
    lines = ["<figure>"]
    if table.lead:
        lines.append(f"<p>{html.escape(table.lead)}</p>")
    lines.append(_tabulated(table, "unsafehtml", html.escape))
    if table.caption:
        lines.append(f"<figcaption>{html.escape(table.caption)}</figcaption>")
    if table.notes:
        items = "".join(f"<li>{html.escape(note)}</li>" for note in table.notes)
        lines.append(f"<ul>{items}</ul>")
    lines.append("</figure>")
    return "\n".join(lines) + "\n"
