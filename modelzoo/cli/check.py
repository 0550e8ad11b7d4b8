"""`zoo check`."""

from pathlib import Path

import typer

from modelzoo.cli import exit_codes
from modelzoo.cli.output import Json, emit_json, say


def check(
    path: Path | None = typer.Argument(
        None,
        metavar="PATH",
        help="Your own CSV catalog, recipe, suite or profile, or a folder of content. Default: the project's.",
    ),
    as_json: Json = False,
) -> None:
    """Check that every content file is well formed, and list each problem by file, line and column.

    Exit code 1: some file has a problem.

    Example: zoo check my.csv
    """
    from modelzoo.check import check as check_content

    result = check_content(path)
    if as_json:
        emit_json(result)
    else:
        say((*result.problems, result.summary()))
    if result.problems:
        raise typer.Exit(exit_codes.ERROR)
