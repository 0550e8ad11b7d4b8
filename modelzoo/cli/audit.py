"""`zoo audit`."""

from pathlib import Path

import typer

from modelzoo.cli.options import CATALOG
from modelzoo.cli.output import FORMAT, JSON, Format, emit

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command("audit")
def audit(
    everything: bool = typer.Option(
        False, "--all", help="List also the differences that the sources' stated conditions explain."
    ),
    rebuild: bool = typer.Option(
        False,
        "--rebuild",
        help="First build every network that can be built and write its parameter count anew (3 min).",
    ),
    catalog: Path | None = CATALOG,
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Find where sources contradict each other, their own sizes, or the networks as built.

    Figures differ where no one value rounds to both. Sizes are checked against 4 bytes a parameter, with 10 percent
    to spare. The JSON has every difference, explained or not.

    Example: zoo audit --all
    """
    from modelzoo.catalog.audit import audit as audit_catalog
    from modelzoo.catalog.catalog import load_catalog

    if rebuild:
        if catalog is not None:
            raise typer.BadParameter("--rebuild counts the shipped catalog's networks; leave --catalog out")
        from modelzoo.recount import recount

        recount()
    found = audit_catalog(load_catalog(catalog))
    emit(lambda: found.table(everything=everything), form, as_json, found.to_dict)
