"""`zoo compare`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from modelzoo.cli.complete import models, one_of
from modelzoo.cli.complete import runs as all_runs
from modelzoo.cli.options import Hardware, RunDataset, Runs, Shipped, with_options
from modelzoo.cli.output import OutputOptions, warn
from modelzoo.tables.table import Form, Table

if TYPE_CHECKING:
    from modelzoo.comparison.result import Comparison


@with_options
def compare(
    *,
    names: list[str] = typer.Argument(
        ...,
        metavar="A B…",
        autocompletion=one_of(models, all_runs),
        help="Models, MODEL@RECIPE, or ids of runs (or how these begin), as in `zoo runs`.",
    ),
    dataset: RunDataset = "",
    hardware: Hardware = None,
    shipped: Shipped = False,
    data_dir: Path | None = typer.Option(
        None,
        help="Folder of the data sets, for runs that do not keep the true classes. Default: ZOO_DATA, or the cache.",
    ),
    runs: Runs = None,
    confidence: float = typer.Option(0.95, help="Of the intervals; the level of the tests is 1 minus this."),
    output: OutputOptions,
) -> None:
    """Compare models image by image: which is more accurate, and could that be chance?

    Takes runs that share a protocol: one trained network each or, where each model has several seeds, the recipes.
    Accuracies are in percent, differences in percentage points. The CSV has the pairs.

    Example: zoo compare efficientnetb1 mobilenet
    """
    from modelzoo.comparison.compare import compare as compare_runs

    if len(names) < 2:
        raise typer.BadParameter("name two models or runs at least (see zoo compare --help)")
    comparison = compare_runs(
        names,
        runs=runs,
        dataset=dataset or None,
        hardware=hardware,
        shipped=shipped,
        data_dir=data_dir,
        confidence=confidence,
    )
    warn(comparison.problems)
    notes = [comparison.left_out] if comparison.left_out else []
    output.emit(comparison, table=lambda: _tables(comparison, output.table_form), notes=notes)


def _tables(comparison: "Comparison", form: Form) -> Sequence[Table]:
    """Return the pairs for CSV, else all tables; for a person the verdict is the first line, not a caption."""
    from msgspec.structs import replace

    from modelzoo.comparison.tables import comparison_tables, pair_table

    if form == "csv":
        return [pair_table(comparison)]
    tables = comparison_tables(comparison)
    if form != "table":
        return tables
    first, *others = (replace(table, caption="") if table.caption == comparison.verdict else table for table in tables)
    return [replace(first, lead=comparison.verdict), *others]
