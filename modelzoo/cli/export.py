"""`zoo export`: the leaderboard as a file."""

from pathlib import Path

import typer

from modelzoo.board.export import export as write
from modelzoo.cli.board import BoardOptions
from modelzoo.cli.options import Columns, split, with_options
from modelzoo.cli.output import note


@with_options()
def export(
    *,
    file: Path = typer.Argument(..., help="File to write: .md, .csv, .json, .html or .tex."),
    options: BoardOptions,
    columns: Columns = "",
    force: bool = typer.Option(False, "--force", help="Replace a Markdown file that has no markers."),
) -> None:
    """Write the leaderboard to a file, in the form that its suffix names.

    A Markdown file is changed between its lines <!-- zoo:begin --> and <!-- zoo:end --> and nowhere else; a new one
    gets them. The other forms are replaced.

    Example: zoo export leaderboard.md --columns measured_rank,change,name,accuracy,latency,params
    """
    write(options.load(), file, columns=split(columns) or (), force=force)
    note(f"wrote {file}")
