"""`zoo board`: published and measured figures side by side."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import typer

from modelzoo.board.build import MEASURED_BY, PUBLISHED_BY, leaderboard
from modelzoo.board.columns import flat_table, leaderboard_tables
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.catalog.catalog import load_catalog
from modelzoo.cli.options import Catalog, Source, split
from modelzoo.cli.output import FORMAT, JSON, emit, warn
from modelzoo.runs.collect import RUNS, gather
from modelzoo.tables.table import Form, Table

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
    source: Source = "",
    catalog: Catalog = None,
    runs: Path = RUNS_OPTION,
    form: Form = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Show published and measured figures side by side, ranked by both, with the change of rank.

    Runs stand in one table only where data, split, input size, hardware, precision and backend are the same.
    Accuracy is in percent with its 95 % interval, latency in ms (p50, batch 1).

    Example: zoo board --by accuracy,latency,params
    """
    found = read_board(dataset, by, published_by, source, catalog, runs)
    emit(found, form, as_json, table=lambda: _tables(found, form))


def _tables(found: Leaderboard, form: Form) -> Sequence[Table]:
    """Return the leaderboard's tables, those of a terminal with the columns that fit, CSV as one flat table."""
    if form == "csv":
        return [flat_table(found)]
    return leaderboard_tables(found, shutil.get_terminal_size().columns if form == "table" else None)


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
