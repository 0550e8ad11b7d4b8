"""Export of the leaderboard to a file, in the form that the suffix names."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from modelzoo.base.files import is_missing, read_bytes
from modelzoo.board.columns import flat_table, leaderboard_tables, numeric_tables
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.board.markers import BEGIN, END, has_markers, replace_marked
from modelzoo.errors import ZooError
from modelzoo.tables.table import Form, render
from modelzoo.tables.workbook import workbook

TITLE = "Leaderboard"


def exported(board: Leaderboard, path: Path, *, force: bool = False) -> bytes:
    """Return the content of the file `path` after an export to it.

    A Markdown file with markers changes between them only; a file without markers is replaced only with `force`.

    Raises
    ------
    ZooError
        If the form is unknown, the markers are out of order, or the file cannot be read.
    """
    form = path.suffix.lower()
    if form not in _FORMS and form != ".md":
        known = ", ".join((".md", ".html", *_FORMS))
        raise ZooError(f"cannot export to {path}: suffix {path.suffix!r}; expected one of {known}")
    content = _markdown_file(board, path, force) if form == ".md" else _FORMS[form](board)
    return content.encode() if isinstance(content, str) else content


def present_content(path: Path) -> bytes | None:
    """Return the content of the file; None without one."""
    try:
        return read_bytes(path)
    except ZooError as error:
        if not is_missing(error):
            raise
        return None


def as_text(board: Leaderboard, form: Form) -> str:
    """Render the leaderboard in one of the exchange forms; CSV is one flat table of all sections."""
    if form == "csv":
        return render(flat_table(board), "csv")
    return "\n".join(render(table, form) for table in leaderboard_tables(board))


def _markdown_file(board: Leaderboard, path: Path, force: bool) -> str | bytes:
    text = as_text(board, "markdown")
    present = present_content(path) or b""
    if has_markers(present):
        return replace_marked(present, text, path=str(path))
    if present.strip() and not force:
        raise ZooError(
            f"{path} exists and has no markers; put {BEGIN} and {END} where the table goes, or replace it by --force"
        )
    return f"# {TITLE}\n\n{BEGIN}\n{text}{END}\n"


_FORMS: Mapping[str, Callable[[Leaderboard], str | bytes]] = {
    ".csv": lambda board: as_text(board, "csv"),
    ".json": lambda board: msgspec.json.format(msgspec.json.encode(board.to_dict()), indent=2) + b"\n",
    ".tex": lambda board: as_text(board, "latex"),
    ".xlsx": lambda board: workbook(
        [
            (section.protocol.dataset, table)
            for section, table in zip(board.sections, numeric_tables(board), strict=True)
        ]
    ),
}
