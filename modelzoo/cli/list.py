"""`zoo list`."""

import shutil

import typer

from modelzoo.cli.options import Catalog, Lang, Source, split
from modelzoo.cli.output import FORMAT, JSON, emit
from modelzoo.tables.table import Form

# The narrowest terminal that holds the highlights and the values.
_WIDE = 130


def list(
    sort: str = typer.Option(
        "", help="Criterion to sort by, best first: year, params, top5, gpu … (or key:max, key:min)."
    ),
    where: str = typer.Option("", help='Conditions on values, such as "params<10M and gpu<=8".'),
    source: Source = "",
    variants: bool = typer.Option(
        False, "--variants", help="List the networks of this project instead, with their parameters."
    ),
    catalog: Catalog = None,
    lang: Lang = "en",
    form: Form = FORMAT,
    as_json: bool = JSON,
) -> None:
    """List the models that the chosen sources know, with their values.

    Sizes are in MB, accuracies in percent, times in milliseconds.

    Example: zoo list --sort top5 --where "params<10M and gpu<=8"
    """
    from modelzoo.catalog.catalog import load_catalog

    if variants:
        if sort or where or source:
            raise typer.BadParameter("--variants lists networks as they are built; leave --sort, --where, --source out")
        from modelzoo.catalog.variant_listing import list_variants

        networks = list_variants(load_catalog(catalog))
        emit(networks, form, as_json, table=networks.table)
        return
    from modelzoo.catalog.listing import list_models

    listing = list_models(load_catalog(catalog), sort=sort, where=where, sources=split(source))
    highlights = form != "table" or shutil.get_terminal_size().columns >= _WIDE
    emit(listing, form, as_json, table=lambda: listing.table(lang=lang, highlights=highlights))
