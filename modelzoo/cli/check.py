"""`zoo check`."""

from pathlib import Path

import typer

from modelzoo.cli.output import JSON, emit_json

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("check")
def check(
    path: Path | None = typer.Argument(
        None, help="CSV catalog of your own, or a folder of content. Default: what comes with the project."
    ),
    as_json: bool = JSON,
) -> None:
    """Check that every content file is well formed, and list each fault by file, line and column.

    Exits with 1 where there is a fault.

    Example: zoo check my.csv
    """
    from modelzoo.check import check as check_content

    found = check_content(path)
    if as_json:
        emit_json(found.to_dict())
    else:
        for line in (*found.problems, found.summary()):
            print(line)
    if found.problems:
        raise typer.Exit(1)
