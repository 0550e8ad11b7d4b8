"""Export of a leaderboard to a file: the page, or its tables in the form that the suffix names."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from modelzoo.base.arguments import checked
from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import read_present
from modelzoo.base.text import cut, quote
from modelzoo.board.export import table_file
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.errors import ZooError
from modelzoo.page.write import page_of

PAGE = ".html"

# The characters of a changed line in a message, and those of them before the change.
_EXCERPT = 40
_BEFORE = 15


@checked
def export(board: Leaderboard, path: str | Path, *, columns: Sequence[str] = (), force: bool = False) -> None:
    """Write the leaderboard to `path`, in the form that its suffix names.

    ``.html`` is a page that ranks again while the reader moves the weights. It needs no server and no other file. A
    Markdown file with markers is changed between them only; a file without markers is replaced only with `force`.
    Files of the other forms are replaced.

    Parameters
    ----------
    board : as `leaderboard` gives it
    path : file to write; its suffix is ``.html``, ``.md``, ``.csv``, ``.json``, ``.tex`` or ``.xlsx``
    columns : keys of the columns of a table, in their order; none for all. The page and JSON take none
    force : replace a Markdown file without markers

    Raises
    ------
    ZooError
        If the form or a column is unknown, the markers are out of order, or reading or writing fails.
    """
    path = Path(path)
    write_atomically(path, _content(board, path, columns, force), follow_links=True)


def export_change(board: Leaderboard, path: Path, *, columns: Sequence[str] = (), force: bool = False) -> str | None:
    """Return the first change that `export` would make, with its line; None if the file stays as it is.

    Raises
    ------
    ZooError
        As `export` does, if nothing could be written.
    """
    new, present = _content(board, path, columns, force), read_present(path)
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


def _content(board: Leaderboard, path: Path, columns: Sequence[str], force: bool) -> bytes:
    if path.suffix.lower() != PAGE:
        content = table_file(board, path, columns=columns, force=force)
    elif columns:
        raise ZooError(f"`columns` selects columns of a table; the page {path} has all of them; leave it out")
    else:
        content = page_of(board)
    return content.encode() if isinstance(content, str) else content
