"""Export of the leaderboard to a file, in the form that the suffix names."""

from collections.abc import Callable, Mapping
from itertools import zip_longest
from pathlib import Path

import msgspec

from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import is_missing, read_bytes
from modelzoo.base.text import cut, quote
from modelzoo.board.columns import flat_table, leaderboard_tables, numeric_tables
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.board.markers import BEGIN, END, has_markers, replace_marked
from modelzoo.errors import ZooError
from modelzoo.tables.table import Form, render
from modelzoo.tables.workbook import workbook

TITLE = "Leaderboard"

# The characters of a changed line in a message, and those of them before the change.
_EXCERPT = 40
_BEFORE = 15


def export(board: Leaderboard, path: Path, *, force: bool = False) -> None:
    """Write the leaderboard to `path`.

    A Markdown file with markers is changed between them only; a file without markers is replaced only with `force`.
    Files of the other forms are replaced.

    Raises
    ------
    ZooError
        If the form is unknown, the markers are out of order, or the file cannot be read or written.
    """
    write_atomically(path, _exported(board, path, force), follow_links=True)


def export_change(board: Leaderboard, path: Path, *, force: bool = False) -> str | None:
    """Return the first change that `export` would make, with its line; None if the file stays as it is.

    Raises
    ------
    ZooError
        As `export` does, if nothing could be written.
    """
    new, present = _exported(board, path, force), _present(path)
    if present is None:
        return f"{path} is missing; without --check this command writes it"
    if present == new:
        return None
    try:
        old_lines, new_lines = (content.decode().splitlines(keepends=True) for content in (present, new))
    except UnicodeDecodeError:
        return f"{path} would change; without --check this command writes it"
    changed = enumerate(zip_longest(old_lines, new_lines, fillvalue=""), 1)
    number, (old, now) = next(item for item in changed if item[1][0] != item[1][1])
    same = next((index for index, (left, right) in enumerate(zip(old, now, strict=False)) if left != right), 0)
    start = max(0, same - _BEFORE)
    old, now = (quote(cut(line[start:], _EXCERPT)) for line in (old, now))
    return f"{path}:{number} would change from {old} to {now}; without --check this command writes it"


def _exported(board: Leaderboard, path: Path, force: bool) -> bytes:
    form = path.suffix.lower()
    if form not in _FORMS and form != ".md":
        known = ", ".join((".md", *_FORMS))
        raise ZooError(f"cannot export to {path}: suffix {path.suffix!r}; expected one of {known}")
    content = _markdown_file(board, path, force) if form == ".md" else _FORMS[form](board)
    return content.encode() if isinstance(content, str) else content


def _present(path: Path) -> bytes | None:
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
    present = _present(path) or b""
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
    ".html": lambda board: _TEMPLATE.format(title=TITLE, body=as_text(board, "html")),
    ".tex": lambda board: as_text(board, "latex"),
    ".xlsx": lambda board: workbook(
        [
            (section.protocol.dataset, table)
            for section, table in zip(board.sections, numeric_tables(board), strict=True)
        ]
    ),
}

_TEMPLATE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 90rem; padding: 0 1rem; color: #222; }}
figure {{ margin: 0 0 3rem; overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ padding: 0.3rem 0.7rem; border-bottom: 1px solid #ddd; white-space: nowrap; }}
thead th {{ border-bottom: 2px solid #222; vertical-align: bottom; white-space: normal; }}
figcaption, ul {{ color: #555; margin-top: 0.8rem; max-width: 60rem; }}
</style>
</head>
<body>
<h1>{title}</h1>
{body}</body>
</html>
"""
