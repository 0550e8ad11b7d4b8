"""`zoo export`: the leaderboard as a file."""

from pathlib import Path

import typer

from modelzoo.cli import exit_codes
from modelzoo.cli.board import BoardOptions
from modelzoo.cli.options import Columns, split, with_options
from modelzoo.cli.output import note, problem
from modelzoo.exporting import export as write
from modelzoo.exporting import export_change


@with_options
def export(
    *,
    file: Path = typer.Argument(
        ..., metavar="FILE", help="File to write: .html (the page), .md, .csv, .json, .tex or .xlsx."
    ),
    options: BoardOptions,
    columns: Columns = "",
    check: bool = typer.Option(False, "--check", help="Write nothing; exit with 1 if the file would change."),
    force: bool = typer.Option(False, "--force", help="Replace a Markdown file that has no markers."),
) -> None:
    """Write the leaderboard to a file, in the form that its suffix names.

    An .html file is a page that ranks again as you move the weights, without a server. A Markdown file is changed
    between its lines <!-- zoo:begin --> and <!-- zoo:end --> and nowhere else; a new one gets them. The other forms are
    replaced. `zoo export leaderboard.md --check` keeps a page up to date in CI.

    Example: zoo export leaderboard.md --columns measured_rank,change,name,accuracy,tie,latency
    """
    keys = split(columns) or ()
    board = options.load()
    if board.note:
        note(board.note)
    if not check:
        write(board, file, columns=keys, force=force)
        note(f"wrote {file}")
        return
    if change := export_change(board, file, columns=keys, force=force):
        problem(change)
        raise typer.Exit(exit_codes.WOULD_CHANGE)
    note(f"{file} is up to date")
