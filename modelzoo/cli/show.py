"""`zoo show`."""

import typer

from modelzoo.cli.options import Catalog
from modelzoo.cli.output import FORMAT, JSON, emit
from modelzoo.tables.table import Form


def show(
    model: str = typer.Argument(help="Name of the model or variant, however it is spelled."),
    catalog: Catalog = None,
    form: Form = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Show every value of one model with its source and conditions, and the values that sources disagree on.

    Sizes are in MB, accuracies in percent, times in milliseconds, all as the source prints them.

    Example: zoo show efficientnet-b1
    """
    from modelzoo.catalog.catalog import load_catalog
    from modelzoo.catalog.describe import describe

    description = describe(load_catalog(catalog), model)
    emit(description, form, as_json, table=description.table)
