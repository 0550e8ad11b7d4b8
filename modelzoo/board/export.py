"""Export of the leaderboard to a file, in the form that the suffix names."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import is_missing, read_bytes
from modelzoo.board.columns import flat_table, leaderboard_tables
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.board.markers import BEGIN, END, has_markers, replace_marked
from modelzoo.errors import ZooError
from modelzoo.tables.document import document
from modelzoo.tables.table import Form, render, select_columns

TITLE = "Leaderboard"


def export(board: Leaderboard, path: Path, *, columns: Sequence[str] = (), force: bool = False) -> None:
    """Write the leaderboard to `path`.

    A Markdown file with markers is changed between them only; a file without markers is replaced only with `force`.
    Files of the other forms are replaced.

    Parameters
    ----------
    columns : keys of the columns to write, in their order; none for all columns. JSON takes none

    Raises
    ------
    ZooError
        If the form or a column is unknown, the markers are out of order, or reading or writing fails.
    """
    form = path.suffix.lower()
    if form not in _FORMS and form != ".md":
        known = ", ".join((".md", *_FORMS))
        raise ZooError(f"cannot export to {path}: suffix {path.suffix!r}; expected one of {known}")
    if columns and form == ".json":
        raise ZooError(f"`columns` selects columns of a table; the JSON in {path} has the whole leaderboard")
    if form == ".md":
        write_atomically(path, _markdown_file(board, path, columns, force), follow_links=True)
    else:
        write_atomically(path, _FORMS[form](board, columns), follow_links=True)


def as_text(board: Leaderboard, form: Form, columns: Sequence[str] = ()) -> str:
    """Render the leaderboard in one of the exchange forms; CSV is one flat table of all sections."""
    tables = [flat_table(board)] if form == "csv" else leaderboard_tables(board, keep=columns)
    return "\n".join(render(table, form) for table in (select_columns(tables, columns) if columns else tables))


def _markdown_file(board: Leaderboard, path: Path, columns: Sequence[str], force: bool) -> str | bytes:
    text = as_text(board, "markdown", columns)
    try:
        present = read_bytes(path)
    except ZooError as error:
        if not is_missing(error):
            raise
        present = b""
    if has_markers(present):
        return replace_marked(present, text, path=str(path))
    if present.strip() and not force:
        raise ZooError(
            f"{path} exists and has no markers; put {BEGIN} and {END} where the table goes, or replace it by --force"
        )
    return f"# {TITLE}\n\n{BEGIN}\n{text}{END}\n"


_FORMS: Mapping[str, Callable[[Leaderboard, Sequence[str]], str | bytes]] = {
    ".csv": lambda board, columns: as_text(board, "csv", columns),
    ".json": lambda board, _: msgspec.json.format(msgspec.json.encode(board.to_dict()), indent=2) + b"\n",
    ".html": lambda board, columns: document(f"<h1>{TITLE}</h1>\n{as_text(board, 'html', columns)}", TITLE),
    ".tex": lambda board, columns: as_text(board, "latex", columns),
}
