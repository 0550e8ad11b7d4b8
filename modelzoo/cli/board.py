"""`zoo board`: published and measured values side by side."""

from collections.abc import Sequence
from typing import Annotated

import typer
from msgspec import Struct

from modelzoo.board.build import PUBLISHED_BY, leaderboard
from modelzoo.board.columns import flat_table, leaderboard_tables, sheets
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.board.untested import untested_table
from modelzoo.catalog.catalog import load_catalog
from modelzoo.cli.complete import measured_datasets, one_of
from modelzoo.cli.options import Catalog, Hardware, Runs, Shipped, Source, split, with_options
from modelzoo.cli.output import OutputOptions, warn
from modelzoo.racing.choice import load_choices
from modelzoo.racing.choice_table import choice_table
from modelzoo.runs.run import load_runs
from modelzoo.scoring.values import MEASURED_BY
from modelzoo.tables.table import Table


class BoardOptions(Struct, frozen=True):
    """The options that select and rank the runs of a leaderboard."""

    dataset: Annotated[
        str,
        typer.Option(
            autocompletion=one_of(measured_datasets),
            help="Only runs on this data set: its name or path. Default: all, a table each.",
        ),
    ] = ""
    hardware: Hardware = None
    shipped: Shipped = False
    by: Annotated[
        str,
        typer.Option(
            help="Criteria of the measured rank, key[:weight][:max|min], comma-separated; weight 0 only shows a value: "
            "accuracy,latency,macro_recall:0,ece:0."
        ),
    ] = MEASURED_BY
    published_by: Annotated[
        str,
        typer.Option(
            help="Criteria of the published rank, in the same form. "
            f"Default: {PUBLISHED_BY}; of your own catalog all with a known sense, if it lacks one of these."
        ),
    ] = ""
    source: Source = ""
    catalog: Catalog = None
    runs: Runs = None

    def load(self) -> Leaderboard:
        """Build the leaderboard; problems of records and predictions go to stderr."""
        loaded, problems = load_runs(self.runs)
        choices, unreadable = load_choices(self.runs)
        warn((*problems, *unreadable))
        built = leaderboard(
            loaded,
            load_catalog(self.catalog),
            dataset=self.dataset or None,
            hardware=self.hardware,
            shipped=self.shipped,
            by=self.by,
            published_by=self.published_by or None,
            source=split(self.source),
            choices=choices,
        )
        warn(built.problems)
        return built


@with_options
def board(*, options: BoardOptions, output: OutputOptions) -> None:
    """Show published and measured values side by side, ranked by both, with the change of rank.

    Below them are the runs that are not tested, and the choices of `zoo choose` with the decision on each candidate.
    Runs share a table only if data, split, input size, hardware, precision and backend are the same.
    Your own runs are shown; shipped ones only where none of yours matches, or with --shipped.
    Accuracy is in percent with its 95 % interval, latency in ms (p50, batch 1).

    Example: zoo board --by accuracy,latency,params
    """
    built = options.load()
    output.emit(built, table=lambda: _tables(built, output), notes=[built.note] if built.note else [])


def _tables(board: Leaderboard, output: OutputOptions) -> Sequence[Table]:
    """Return the leaderboard's tables: a terminal has the columns that fit, CSV is one flat table.

    A workbook has every measure as a number.
    """
    if output.table_form == "csv":
        return [flat_table(board)]
    if output.is_workbook:
        return [table for _, table in sheets(board, output.keys)]
    tables = leaderboard_tables(board, output.width, output.keys)
    if output.keys:
        return tables
    further = [untested_table(board.untested)] if board.untested else []
    return [*tables, *further, *(choice_table(choice, output.width) for choice in board.choices)]
