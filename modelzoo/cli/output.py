"""Printing: results on stdout or in a file, in the form that the user chose; messages on stderr."""

import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from msgspec import Struct
from msgspec.structs import replace

from modelzoo.base.atomic import write_atomically
from modelzoo.base.paths import shown
from modelzoo.base.text import printable, quote
from modelzoo.cli.options import Columns, as_typed, split
from modelzoo.errors import ZooError, unknown
from modelzoo.tables.document import document
from modelzoo.tables.table import Form, Table, render, select_columns
from modelzoo.tables.text import MOST_ROWS, render_text

# One folder may hold thousands of damaged files.
MOST_WARNINGS = 20

# The width of a text file: no row is folded.
_UNFOLDED = sys.maxsize

# The forms of `--format` as users type them, and the form that a suffix of `--output` names. The older word `markdown`
# is accepted too.
FORMATS: dict[str, Form] = {"table": "table", "md": "markdown", "csv": "csv", "latex": "latex", "html": "html"}
_WORKBOOK = ".xlsx"
_SUFFIXES: dict[str, Form | Literal["json"]] = {
    ".csv": "csv",
    ".md": "markdown",
    ".html": "html",
    ".tex": "latex",
    _WORKBOOK: "table",
    ".json": "json",
    ".txt": "table",
}

Json = Annotated[bool, typer.Option("--json", help="Print the whole result as JSON, full precision.")]


def form_of(text: str) -> Form:
    """Parse a form of tables as users type it."""
    if text == "markdown":
        return "markdown"
    if text not in FORMATS:
        raise typer.BadParameter(str(unknown("form", text, FORMATS)))
    return FORMATS[text]


class OutputOptions(Struct, frozen=True):
    """The options of every command that prints tables: their form, their columns, and the file to write."""

    form: Annotated[
        Any,
        typer.Option(
            "--format",
            metavar=f"<{'/'.join(FORMATS)}>",
            parser=form_of,
            autocompletion=lambda: [*FORMATS],
            help="Form of the table. Default: table, or the form that the suffix of --output names.",
        ),
    ] = None
    columns: Columns = ""
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write to this file instead: .csv, .md, .html, .tex, .xlsx, .json or .txt."
        ),
    ] = None
    as_json: Json = False

    def __post_init__(self) -> None:
        """Reject contradictions before anything is computed."""
        if self.as_json and self.form:
            raise typer.BadParameter("--json and --format: give one of them")
        if self.columns and not self.keys:
            raise typer.BadParameter(f"--columns {self.columns} names no column; expected keys, as in name,score")
        if self.json and self.columns:
            raise typer.BadParameter("--columns selects columns of a table; the JSON has the whole result")
        if self.output is None:
            return
        if self.is_workbook and (self.form or self.as_json):
            raise typer.BadParameter(f"{shown(self.output)} is a workbook, and another form is given; leave one out")
        if not self.output.parent.is_dir():
            raise ZooError(
                f"cannot write {shown(self.output)}: its folder does not exist; make it, or name another one"
            )
        if self.as_json or self.form or self.output.suffix.lower() in _SUFFIXES:
            return
        raise ZooError(
            f"cannot write {shown(self.output)}: suffix {quote(self.output.suffix)} names no form; expected one of "
            f"{', '.join(_SUFFIXES)}, or give --format"
        )

    @property
    def json(self) -> bool:
        """Whether the result is written as JSON."""
        return self.as_json or (self.form is None and self._suffix_form == "json")

    @property
    def table_form(self) -> Form:
        """The form of the tables."""
        suffix_form = self._suffix_form
        return self.form or ("table" if suffix_form == "json" else suffix_form)

    @property
    def keys(self) -> list[str]:
        """The keys of the chosen columns; none where all are shown."""
        return split(self.columns) or []

    @property
    def is_workbook(self) -> bool:
        """Whether the tables are sheets of an Excel workbook."""
        return self.output is not None and self.output.suffix.lower() == _WORKBOOK

    @property
    def width(self) -> int | None:
        """The characters that a table may take: None for chosen columns, a file, or a form that has no width."""
        return terminal_width() if self.table_form == "table" and not self.columns and not self.output else None

    @property
    def _suffix_form(self) -> Form | Literal["json"]:
        return _SUFFIXES.get(self.output.suffix.lower(), "table") if self.output else "table"

    def emit(
        self,
        result: Any,
        table: Callable[[], Table | Sequence[Table]],
        *,
        notes: Sequence[str] = (),
        warnings: Sequence[str] = (),
    ) -> None:
        """Print a result, or write it to the file: as JSON, or its tables with a blank line between two.

        Parameters
        ----------
        table : return the table or the tables; JSON needs none
        notes, warnings : about the result; the last table has them. CSV and JSON have no place, so they go to
            stderr
        """
        if self.json or self.table_form == "csv":
            warn(warnings)
            for message in notes:
                note(message)
        if self.json:
            self._write(json_text(result, sys.stdout.encoding if self.output is None else "utf-8"))
            return
        made = table()
        tables = [made] if isinstance(made, Table) else [*made]
        tables = select_columns(tables, self.keys) if self.columns else tables
        about = [*(f"Warning: {message}" for message in warnings), *notes]
        tables[-1] = replace(tables[-1], notes=[*map(_sentence, about), *tables[-1].notes])
        if self.output and self.is_workbook:
            from modelzoo.tables.workbook import workbook

            _write_file(self.output, workbook([(self.output.stem, part) for part in tables]))
        elif self.table_form != "table":
            text = "\n".join(render(part, self.table_form) for part in tables)
            self._write(document(text) if self.table_form == "html" and self.output else text)
        elif self.output:
            self._write("\n".join(render_text(part, _UNFOLDED) for part in tables))
        else:
            self._write("\n".join(map(_as_text, tables)))

    def _write(self, text: str) -> None:
        if self.output is None:
            sys.stdout.write(text)
        else:
            _write_file(self.output, text)


def _write_file(path: Path, content: str | bytes) -> None:
    write_atomically(path, content, follow_links=True)
    note(f"wrote {path}")


def _sentence(message: str) -> str:
    """Return a message as a sentence of a table's notes."""
    typed = as_typed(message)
    return f"{typed[0].upper()}{typed[1:]}."


def emit_json(result: Any) -> None:
    """Print a result, or the dict that its `to_dict` returns, on stdout as indented JSON; a NaN becomes null."""
    sys.stdout.write(json_text(result, sys.stdout.encoding))


def json_text(result: Any, encoding: str) -> str:
    """Return a result, or the dict that its `to_dict` returns, as indented JSON; a NaN becomes null.

    Parameters
    ----------
    encoding : characters that it lacks are escaped
    """
    import json

    import msgspec

    payload = result.to_dict() if hasattr(result, "to_dict") else result
    try:
        text = msgspec.json.format(msgspec.json.encode(payload), indent=2).decode()
        text.encode(encoding)
    except UnicodeEncodeError:  # the stream lacks a character, or a file's name is not UTF-8
        raw = json.dumps(msgspec.to_builtins(payload))
        text = json.dumps(json.loads(raw, parse_constant=lambda _: None), indent=2)
    return text + "\n"


def terminal_width() -> int:
    """Return the characters of a line of the terminal; in a pipe 80, or those of COLUMNS."""
    return shutil.get_terminal_size().columns


def show(table: Table) -> None:
    """Print a table on stdout as text."""
    sys.stdout.write(_as_text(table))


def _as_text(table: Table) -> str:
    """Return a table as text for stdout: for a terminal the first `MOST_ROWS` rows, for a pipe all of them."""
    terminal = sys.stdout.isatty()
    if terminal and len(table.rows) > MOST_ROWS:
        note(f"the first {MOST_ROWS:,} of {len(table.rows):,} rows; --output FILE writes all of them")
        table = replace(table, rows=table.rows[:MOST_ROWS])
    return render_text(table, terminal_width(), terminal=terminal)


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
