"""`zoo board`: published and measured values side by side."""

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
from modelzoo.runs.run import load_runs
from modelzoo.tables.table import Form, Table

DATASET = typer.Option("", "--dataset", help="Only runs on the data set of this name. Default: all, a table each.")
BY = typer.Option(MEASURED_BY, "--by", help="Criteria of the measured rank, key[:weight][:max|min], comma-separated.")
PUBLISHED_BY_OPTION = typer.Option(
    PUBLISHED_BY, "--published-by", help="Criteria of the published rank, written likewise."
)
RUNS_OPTION = typer.Option(None, "--runs", help="Folder of the local runs. Default: ZOO_RUNS, or ./runs.")


def board(
    dataset: str = DATASET,
    by: str = BY,
    published_by: str = PUBLISHED_BY_OPTION,
    source: Source = "",
    catalog: Catalog = None,
    runs: Path | None = RUNS_OPTION,
    form: Form = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Show published and measured values side by side, ranked by both, with the change of rank.

    Runs share a table only if data, split, input size, hardware, precision and backend are the same.
    Accuracy is in percent with its 95 % interval, latency in ms (p50, batch 1).

    Example: zoo board --by accuracy,latency,params
    """
    built = load_board(dataset, by, published_by, source, catalog, runs)
    emit(built, form, as_json, table=lambda: _tables(built, form))


def _tables(board: Leaderboard, form: Form) -> Sequence[Table]:
    """Return the leaderboard's tables, those of a terminal with the columns that fit, CSV as one flat table."""
    if form == "csv":
        return [flat_table(board)]
    return leaderboard_tables(board, shutil.get_terminal_size().columns if form == "table" else None)


def load_board(
    dataset: str, by: str, published_by: str, source: str, catalog: Path | None, runs: Path | None
) -> Leaderboard:
    """Build the leaderboard that these options select, with problems of the records on stderr."""
    loaded, problems = load_runs(runs)
    warn(problems)
    return leaderboard(
        loaded,
        load_catalog(catalog),
        dataset=dataset or None,
        by=by,
        published_by=published_by,
        sources=split(source),
    )
