"""Tables: one description of columns and rows, written as Markdown, CSV, LaTeX or HTML."""

import csv
import html
import io
from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

# Forms of output: `tables.text` writes "table" for people, `render` the others for exchange.
Form = Literal["table", "markdown", "csv", "latex", "html"]

MISSING = "–"


class Column(msgspec.Struct, frozen=True):
    """One column: its heading, and the text of its values; every form shows `None` as missing.

    `wrap` lets cells fold where a terminal is narrow. Cells of the first column and of `right` ones (numbers) never
    fold. `terminal_only` is for bars, which the exchange forms leave out.
    """

    key: str
    label: str
    show: Callable[[Any], str] = str
    right: bool = False
    wrap: bool = True
    terminal_only: bool = False


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

    def cells(self) -> list[list[str]]:
        """Return the text of every cell."""
        return [[_text(column, value) for column, value in zip(self.columns, row, strict=True)] for row in self.rows]


def _text(column: Column, value: Any) -> str:
    if isinstance(value, Shown):
        return value.text
    return MISSING if value is None else column.show(value)


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
    indices = [index for index, column in enumerate(table.columns) if not column.terminal_only]
    return msgspec.structs.replace(
        table,
        columns=[table.columns[index] for index in indices],
        rows=[[row[index] for index in indices] for row in table.rows],
    )


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.key for column in table.columns)
    writer.writerows([_raw(value) for value in row] for row in table.rows)
    return out.getvalue()


def _raw(value: Any) -> Any:
    if isinstance(value, Shown):
        return value.value
    return "" if value is None else value


def escape_markdown(text: str) -> str:
    """Escape text for a Markdown cell, so that it begins or ends no cell, line, tag or emphasis."""
    text = " ".join(text.splitlines())
    for character in "\\|*_`[]":
        text = text.replace(character, "\\" + character)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_latex(text: str) -> str:
    """Escape text for LaTeX."""
    special = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
    special.update({"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"})
    special.update({"▲": r"$\bigtriangleup$", "▼": r"$\bigtriangledown$"})
    special.update({character: "\\" + character for character in "&%$#_{}"})
    return "".join(special.get(character, character) for character in " ".join(text.splitlines()))


def _tabulated(table: Table, tablefmt: str, escape: Callable[[str], str]) -> str:
    from tabulate import tabulate

    return tabulate(
        [[escape(cell) for cell in row] for row in table.cells()],
        headers=[escape(column.label) for column in table.columns],
        tablefmt=tablefmt,
        colalign=["right" if column.right else "left" for column in table.columns] if table.rows else None,
        disable_numparse=True,
    )


def _markdown(table: Table) -> str:
    parts = [escape_markdown(table.lead)] if table.lead else []
    parts.append(_tabulated(table, "pipe", escape_markdown))
    if table.caption:
        parts.append(escape_markdown(table.caption))
    if table.notes:
        parts.append("\n".join(f"- {escape_markdown(note)}" for note in table.notes))
    return "\n\n".join(parts) + "\n"


def _latex(table: Table) -> str:
    lines = [r"\begin{table}", r"\centering"]
    if table.lead:
        lines.append(rf"{escape_latex(table.lead)}\par")
    lines.append(_tabulated(table, "latex_raw", escape_latex))
    if table.caption:
        lines.append(rf"\caption{{{escape_latex(table.caption)}}}")
    lines.extend(rf"\par {escape_latex(note)}" for note in table.notes)
    lines.append(r"\end{table}")
    return "\n".join(lines) + "\n"


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
