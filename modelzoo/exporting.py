"""Export of a leaderboard to a file: the page, or the forms of `board.export`."""

from pathlib import Path

from modelzoo.base.arguments import checked
from modelzoo.base.atomic import write_atomically
from modelzoo.board.export import export as export_table
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.page.write import page_of

PAGE = ".html"


@checked
def export(board: Leaderboard, path: str | Path, *, force: bool = False) -> None:
    """Write the leaderboard to `path`, in the form that its suffix names.

    ``.html`` is a page that ranks again while the reader moves the weights; it needs no server and no other file. A
    Markdown file with markers is changed between them only; a file without markers is replaced only with `force`.
    Files of the other forms are replaced.

    Raises
    ------
    ZooError
        If the form is unknown, the markers are out of order, or the file cannot be read or written.
    """
    path = Path(path)
    if path.suffix.lower() == PAGE:
        write_atomically(path, page_of(board), follow_links=True)
    else:
        export_table(board, path, force=force)
