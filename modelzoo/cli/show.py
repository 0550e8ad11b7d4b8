"""`zoo show`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from modelzoo.cli.complete import networks, one_of
from modelzoo.cli.complete import runs as all_runs
from modelzoo.cli.options import Catalog, Runs, with_options
from modelzoo.cli.output import OutputOptions
from modelzoo.errors import PartialRunError, ZooError

if TYPE_CHECKING:
    from modelzoo.runs.run import Run


@with_options
def show(
    *,
    name: str = typer.Argument(
        metavar="MODEL|RUN",
        autocompletion=one_of(networks, all_runs),
        help="Name of a model or variant, however it is spelled; or id of a run, or how the id begins.",
    ),
    catalog: Catalog = None,
    runs: Runs = None,
    every: bool = typer.Option(False, "--all", help="Show all classes and confused pairs of a run, not the worst."),
    output: OutputOptions,
) -> None:
    """Show one model with every value and source, or one run with the classes where its network fails.

    A model has every value with its source and conditions, and the values that sources disagree on. Sizes are in MB,
    accuracies in percent, times in milliseconds, all as the source prints them.

    A run has its test result, calibration, classes with 95 % intervals, and confused classes. Classes are shown worst
    first; CSV and JSON have all of them. Accuracies and probabilities are in percent.

    Example: zoo show efficientnet-b1
    """
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.catalog.describe import describe

    loaded = load_catalog(catalog)
    try:
        description = describe(loaded, name)
    except ZooError as error:
        _show_run(_run(name, runs, error), output, every=every)
        return
    if every:
        raise typer.BadParameter(f"--all is for a run; {description.model.name} is a model")
    output.emit(description, table=description.table)


def _run(name: str, runs: Path | None, no_model: ZooError) -> "Run":
    """Return the run of a name that names no model."""
    from modelzoo.runs.find import find_run

    try:
        return find_run(name, runs)
    except PartialRunError:
        raise
    except ZooError as error:
        raise ZooError(f"{no_model} (as a run: {error})") from None


def _show_run(run: "Run", output: OutputOptions, *, every: bool) -> None:
    from modelzoo.diagnosis.diagnosis import diagnose
    from modelzoo.diagnosis.tables import class_table, diagnosis_tables

    diagnosis = diagnose(run)
    flat = output.table_form == "csv"
    output.emit(
        diagnosis,
        table=lambda: class_table(diagnosis.classes) if flat else diagnosis_tables(diagnosis, every=every),
        warnings=diagnosis.warnings,
    )
