"""Export of a leaderboard to a file: the page, or the forms of `board.export`."""

from itertools import zip_longest
from pathlib import Path

from modelzoo.base.arguments import checked
from modelzoo.base.atomic import write_atomically
from modelzoo.base.text import cut, quote
from modelzoo.board.export import exported, present_content
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.page.write import page_of

PAGE = ".html"

# The characters of a changed line in a message, and those of them before the change.
_EXCERPT = 40
_BEFORE = 15


@checked
def export(board: Leaderboard, path: str | Path, *, force: bool = False) -> None:
    """Write the leaderboard to `path`, in the form that its suffix names.

    ``.html`` is a page that ranks again while the reader moves the weights. It needs no server and no other file. A
    Markdown file with markers is changed between them only; a file without markers is replaced only with `force`.
    Files of the other forms are replaced.

    Raises
    ------
    ZooError
        If the form is unknown, the markers are out of order, or the file cannot be read or written.
    """
    write_atomically(Path(path), _content(board, Path(path), force), follow_links=True)


@checked
def export_change(board: Leaderboard, path: str | Path, *, force: bool = False) -> str | None:
    """Return the first change that `export` would make, with its line; None if the file stays as it is.

    Raises
    ------
    ZooError
        If the form is unknown, the markers are out of order, or the file cannot be read.
    """
    path = Path(path)
    new, present = _content(board, path, force), present_content(path)
    if present == new:
        return None
    return f"{path} is missing" if present is None else f"{path}{_first_change(present, new)}"


def _content(board: Leaderboard, path: Path, force: bool) -> bytes:
    if path.suffix.lower() == PAGE:
        return page_of(board).encode()
    return exported(board, path, force=force)


def _first_change(present: bytes, new: bytes) -> str:
    """Return the number of the first line that differs, and its texts around the difference."""
    try:
        lines = [content.decode().splitlines(keepends=True) for content in (present, new)]
    except UnicodeDecodeError:
        return " would change"
    changed = enumerate(zip_longest(*lines, fillvalue=""), 1)
    number, (old, now) = next(item for item in changed if item[1][0] != item[1][1])
    same = next((index for index, (left, right) in enumerate(zip(old, now, strict=False)) if left != right), 0)
    start = max(0, same - _BEFORE)
    old, now = (quote(cut(line[start:], _EXCERPT)) for line in (old, now))
    return f":{number} would change from {old} to {now}"
