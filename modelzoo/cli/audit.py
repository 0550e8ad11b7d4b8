"""`zoo audit`."""

import typer

from modelzoo.cli.complete import criteria, one_of, profiles, some_of, sources
from modelzoo.cli.options import Catalog, with_options
from modelzoo.cli.output import OutputOptions


@with_options
def audit(
    *,
    source: str | None = typer.Argument(
        None,
        metavar="SOURCE",
        autocompletion=one_of(sources),
        help="A source, to compare its ranks with those of a second one.",
    ),
    other: str | None = typer.Argument(
        None, metavar="OTHER", autocompletion=one_of(sources), help="The second source."
    ),
    by: str = typer.Option(
        "",
        autocompletion=some_of(criteria),
        help="Criteria that two sources are compared by, as in zoo rank. Default: all that both have.",
    ),
    profile: str = typer.Option(
        "",
        autocompletion=one_of(profiles),
        help="Profile that scores two sources, by its criteria if --by is left out. Default: slides.",
    ),
    everything: bool = typer.Option(
        False,
        "--all",
        help="List the differences that stated conditions explain too; with two sources, list every model.",
    ),
    rebuild: bool = typer.Option(
        False,
        "--rebuild",
        help="First build every network that can be built and rewrite its parameter count (3 min).",
    ),
    catalog: Catalog = None,
    output: OutputOptions,
) -> None:
    """Find where sources contradict each other, their own sizes, or the networks as built.

    Two values differ if no number rounds to both. Sizes are checked against 4 bytes a parameter, with a tolerance of
    10 percent. The JSON has every difference, explained or not.

    With two sources, compare their ranks of the models that both know, by each criterion and by the score. The result
    has Kendall's tau and the largest moves.

    Example: zoo audit slides keras
    """
    from modelzoo.catalog.audit import audit as audit_catalog
    from modelzoo.catalog.catalog import load_catalog

    if rebuild:
        if catalog is not None:
            raise typer.BadParameter("--rebuild counts the shipped catalog's networks; leave --catalog out")
        from modelzoo.recount import recount

        recount()
    if source is not None:
        if other is None:
            raise typer.BadParameter(f"{source} needs a second source to be compared with; name one")
        from modelzoo.scoring.source_agreement import compare_sources

        agreement = compare_sources(load_catalog(catalog), source, other, by or None, profile=profile or "slides")
        output.emit(agreement, table=lambda: agreement.table(everything=everything))
        return
    if by or profile:
        raise typer.BadParameter("--by and --profile are for two sources; name them, as in zoo audit slides keras")
    result = audit_catalog(load_catalog(catalog))
    output.emit(result, table=lambda: result.table(everything=everything))
