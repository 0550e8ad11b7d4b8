"""`zoo list`."""

import typer

from modelzoo.cli.complete import criteria, one_of
from modelzoo.cli.options import Catalog, Lang, Source, split, with_options
from modelzoo.cli.output import OutputOptions

# The narrowest terminal that holds the highlights and the values.
_WIDE = 130


@with_options
def list(
    *,
    sort: str = typer.Option(
        "",
        autocompletion=one_of(criteria),
        help="Criterion to sort by, best first: year, params, top5, gpu … (or key:max, key:min).",
    ),
    where: str = typer.Option("", help='Conditions on values, such as "params<10M and gpu<=8".'),
    source: Source = "",
    variants: bool = typer.Option(
        False, "--variants", help="List the networks of this project instead, with their parameters."
    ),
    catalog: Catalog = None,
    lang: Lang = "en",
    output: OutputOptions,
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
        output.emit(networks, table=networks.table)
        return
    from modelzoo.catalog.listing import list_models

    listing = list_models(load_catalog(catalog), sort=sort, where=where, sources=split(source))
    highlights = output.width is None or output.width >= _WIDE
    output.emit(listing, table=lambda: listing.table(lang=lang, highlights=highlights))
