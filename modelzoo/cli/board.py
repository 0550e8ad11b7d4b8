"""`zoo board`: published and measured figures side by side."""

import shutil
import sys
from pathlib import Path
from typing import cast

import typer

from modelzoo.board.build import MEASURED_BY, PUBLISHED_BY, leaderboard
from modelzoo.board.columns import leaderboard_tables
from modelzoo.board.export import as_text
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.cli.options import CATALOG, SOURCE, split
from modelzoo.cli.output import FORMAT, JSON, Format, emit_json, show, warn
from modelzoo.runs.collect import RUNS, gather
from modelzoo.tables.table import Form

app = typer.Typer(add_completion=False, rich_markup_mode=None)

DATASET = typer.Option("", "--dataset", help="Only runs on the data set of this name. Default: all, a table each.")
BY = typer.Option(MEASURED_BY, "--by", help="Criteria of the measured rank, key[:weight][:max|min], comma-separated.")
PUBLISHED_BY_OPTION = typer.Option(
    PUBLISHED_BY, "--published-by", help="Criteria of the published rank, written likewise."
)
RUNS_OPTION = typer.Option(RUNS, "--runs", envvar="ZOO_RUNS", help="Folder of the runs made here.")


@app.command()
def board(
    dataset: str = DATASET,
    by: str = BY,
    published_by: str = PUBLISHED_BY_OPTION,
    source: str = SOURCE,
    catalog: Path = CATALOG,
    runs: Path = RUNS_OPTION,
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Show published and measured figures side by side, ranked by both, with the change of rank.

    Runs stand in one table only where data, split, input size, hardware, precision and backend are the same.
    Accuracy is in percent with its 95 % interval, latency in ms (p50, batch 1).

    Example: zoo board --by accuracy,latency,params
    """
    found = read_board(dataset, by, published_by, source, catalog, runs)
    if as_json:
        emit_json(found.to_dict())
    elif form is Format.table:
        for place, table in enumerate(leaderboard_tables(found, shutil.get_terminal_size().columns)):
            if place:
                print()
            show(table)
    else:
        sys.stdout.write(as_text(found, cast("Form", form.value)))


def read_board(dataset: str, by: str, published_by: str, source: str, catalog: Path | None, runs: Path) -> Leaderboard:
    """The leaderboard that these options ask for, faults of the records on stderr."""
    found = gather(runs)
    warn(found.faults)
    return leaderboard(
        found.local,
        load_catalog(catalog),
        shipped=found.shipped,
        dataset=dataset or None,
        by=by,
        published_by=published_by,
        sources=split(source),
        predictions=found.predictions,
    )
