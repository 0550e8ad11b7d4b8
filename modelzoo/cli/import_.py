"""`zoo import timm` and `zoo import csv`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from modelzoo.cli.group import CommandGroup
from modelzoo.cli.output import note, warn

if TYPE_CHECKING:
    from modelzoo.catalog.importers.table import Imported

app = typer.Typer(cls=CommandGroup, add_completion=False, no_args_is_help=True, rich_markup_mode=None)

FORCE = typer.Option(False, "--force", help="Replace an existing catalog.")


@app.callback()
def import_() -> None:
    """Make catalogs from other people's tables, for `zoo rank --catalog`.

    Example: zoo import timm results-imagenet.csv
    """


@app.command()
def timm(
    results: Path = typer.Argument(
        metavar="FILE", help="timm's results-imagenet.csv, or a benchmark-infer-….csv alone."
    ),
    benchmark: Path | None = typer.Option(
        None, help="timm's benchmark-infer-….csv, whose speeds are added by architecture and image size."
    ),
    out: Path = typer.Option(
        Path("timm.csv"), "--output", "-o", help="Catalog to write; its source is written next to it."
    ),
    force: bool = FORCE,
) -> None:
    """Make a catalog from timm's published results, with the standard top1, top5, params and timm's own columns.

    A row is a model at one image size; a model with several rows is named model@img_size. Parameters are counts
    (305.08M), accuracies percent, infer_samples_per_sec images a second. A warning names each row that cannot be read.

    Example: zoo import timm results-imagenet.csv --benchmark benchmark-infer-amp-nhwc-pt240-cu124-rtx4090.csv
    """
    from modelzoo.catalog.importers.timm import import_timm

    _write(import_timm(results, benchmark), out, force)


@app.command("csv")
def csv_(
    file: Path = typer.Argument(metavar="FILE", help="CSV table with a header line, UTF-8, separated by commas."),
    mapping: str = typer.Option(
        ...,
        "--map",
        help="Columns as key=column or key:unit=column, comma-separated; units are K, M, B, fraction (0-1) or percent.",
    ),
    out: Path | None = typer.Option(
        None, "--output", "-o", help="Catalog to write; its source is written next to it. Default: FILE-zoo.csv, here."
    ),
    force: bool = FORCE,
) -> None:
    """Make a catalog from any CSV table; --map names the columns of name, top1, params, …

    A key that `zoo` does not know is a new criterion; rank by it with a sense (fps:max). Accuracies are in percent,
    times in milliseconds, sizes in MB. Cells such as - or n/a have no value. A warning names each row that cannot be
    read.

    A name of two columns has a plus: name=name+pretrained.

    Example: zoo import csv my.csv --map name=Model,top1="Acc@1",params:M="Params (M)"
    """
    from modelzoo.catalog.importers.csv import import_csv

    _write(import_csv(file, mapping), out or Path(f"{file.stem}-zoo.csv"), force)


def _write(imported: "Imported", out: Path, force: bool) -> None:
    from modelzoo.catalog.provenance import facts_path

    imported.write(out, force=force)
    warn([*imported.problems, *imported.warnings])
    for message in (*imported.notes, f"wrote {out} and its source, {facts_path(out)}"):
        note(message)
