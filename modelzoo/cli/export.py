"""`zoo export`: the leaderboard as a file."""

from pathlib import Path

import typer

from modelzoo.board.export import export as write
from modelzoo.cli.board import BY, DATASET, PUBLISHED_BY_OPTION, RUNS_OPTION, load_board
from modelzoo.cli.options import Catalog, Source


def export(
    file: Path = typer.Argument(..., help="File to write: .md, .csv, .json, .html or .tex."),
    dataset: str = DATASET,
    by: str = BY,
    published_by: str = PUBLISHED_BY_OPTION,
    source: Source = "",
    catalog: Catalog = None,
    runs: Path | None = RUNS_OPTION,
    force: bool = typer.Option(False, "--force", help="Replace a Markdown file that has no markers."),
) -> None:
    """Write the leaderboard to a file, in the form that its suffix names.

    A Markdown file is changed between its lines <!-- zoo:begin --> and <!-- zoo:end --> and nowhere else; a new one
    gets them. The other forms are replaced.

    Example: zoo export leaderboard.md
    """
    write(load_board(dataset, by, published_by, source, catalog, runs), file, force=force)
    typer.echo(f"wrote {file}", err=True)
