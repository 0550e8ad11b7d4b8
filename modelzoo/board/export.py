"""Files of the leaderboard's tables, in the form that the suffix names."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from modelzoo.base.files import read_present
from modelzoo.board.columns import flat_table, leaderboard_tables, sheets
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.board.markers import BEGIN, END, has_markers, replace_marked
from modelzoo.errors import ZooError
from modelzoo.tables.table import Form, render, select_columns
from modelzoo.tables.workbook import workbook

TITLE = "Leaderboard"


def table_file(board: Leaderboard, path: Path, *, columns: Sequence[str] = (), force: bool = False) -> str | bytes:
    """Return the new content of the file `path`: the leaderboard's tables.

    A Markdown file with markers is changed between them only; a file without markers is replaced only with `force`.

    Parameters
    ----------
    columns : keys of the columns to write, in their order; none for all columns. JSON takes none

    Raises
    ------
    ZooError
        If the form or a column is unknown, the markers are out of order, or the file cannot be read.
    """
    form = path.suffix.lower()
    if form == ".md":
        return _markdown_file(board, path, columns, force)
    if form not in _FORMS:
        known = ", ".join((".md", ".html", *_FORMS))
        raise ZooError(f"cannot export to {path}: suffix {path.suffix!r}; expected one of {known}")
    return _FORMS[form](board, columns)


def as_text(board: Leaderboard, form: Form, columns: Sequence[str] = ()) -> str:
    """Render the leaderboard in one of the exchange forms; CSV is one flat table of all sections."""
    tables = [flat_table(board)] if form == "csv" else leaderboard_tables(board, columns=columns)
    return "\n".join(render(table, form) for table in (select_columns(tables, columns) if columns else tables))


def _markdown_file(board: Leaderboard, path: Path, columns: Sequence[str], force: bool) -> str | bytes:
    text = as_text(board, "markdown", columns)
    present = read_present(path) or b""
    if has_markers(present):
        return replace_marked(present, text, path=str(path))
    if present.strip() and not force:
        raise ZooError(
            f"{path} exists and has no markers; put {BEGIN} and {END} where the table goes, or replace it by --force"
        )
    return f"# {TITLE}\n\n{BEGIN}\n{text}{END}\n"


def _workbook(board: Leaderboard, columns: Sequence[str]) -> bytes:
    named = sheets(board, columns=columns)
    return workbook([(name, select_columns([table], columns)[0]) for name, table in named] if columns else named)


def _json(board: Leaderboard, columns: Sequence[str]) -> bytes:
    if columns:
        raise ZooError("`columns` selects columns of a table; JSON has the whole leaderboard; leave it out")
    return msgspec.json.format(msgspec.json.encode(board.to_dict()), indent=2) + b"\n"


_FORMS: Mapping[str, Callable[[Leaderboard, Sequence[str]], str | bytes]] = {
    ".csv": lambda board, columns: as_text(board, "csv", columns),
    ".json": _json,
    ".tex": lambda board, columns: as_text(board, "latex", columns),
    ".xlsx": _workbook,
}
