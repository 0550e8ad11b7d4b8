"""`zoo import timm` and `zoo import csv`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from modelzoo.cli.output import warn

if TYPE_CHECKING:
    from modelzoo.catalog.importers.table import Imported

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode=None)

FORCE = typer.Option(False, "--force", help="Replace the catalog that is there.")


@app.callback()
def import_() -> None:
    """Make catalogs of other people's tables, which `zoo rank --catalog` ranks like its own.

    Example: zoo import timm results-imagenet.csv
    """


@app.command()
def timm(
    results: Path = typer.Argument(help="timm's results-imagenet.csv."),
    benchmark: Path | None = typer.Option(
        None, "--benchmark", help="timm's benchmark-infer-….csv, whose speeds are added by architecture and image size."
    ),
    out: Path = typer.Option(Path("timm.csv"), "--out", help="Catalog to write; its source is stated beside it."),
    force: bool = FORCE,
) -> None:
    """Make a catalog of timm's published results, with the standard top1, top5, params and timm's own columns.

    A row is a model at one image size; where a model stands at several, it is named model@img_size. Parameters are
    counts (305.08M), accuracies percent, infer_samples_per_sec images a second. A row that cannot be read is named.

    Example: zoo import timm results-imagenet.csv --benchmark benchmark-infer-amp-nhwc-pt240-cu124-rtx4090.csv
    """
    from modelzoo.catalog.importers.timm import import_timm

    _write(import_timm(results, benchmark), out, force)


@app.command("csv")
def csv_(
    file: Path = typer.Argument(help="CSV table with a header line, UTF-8, separated by commas."),
    mapping: str = typer.Option(
        ...,
        "--map",
        help="Columns as key=column or key:unit=column, comma-separated; units are K, M, B, or fraction (0-1).",
    ),
    out: Path | None = typer.Option(
        None, "--out", help="Catalog to write; its source is stated beside it. Default: FILE-zoo.csv, here."
    ),
    force: bool = FORCE,
) -> None:
    """Make a catalog of any CSV table: say which column is the name, and which are top1, params, …

    A key that `zoo` does not know is a criterion of its own, ranked by with a sense (fps:max). Accuracies are in
    percent, times in milliseconds, sizes in MB. Cells such as - or n/a have no value. A row that cannot be read is
    named.

    Example: zoo import csv my.csv --map name=Model,top1="Acc@1",params:M="Params (M)"
    """
    from modelzoo.catalog.importers.csv import import_csv

    _write(import_csv(file, mapping), out or Path(f"{file.stem}-zoo.csv"), force)


def _write(imported: "Imported", out: Path, force: bool) -> None:
    from modelzoo.catalog.provenance import facts_path

    imported.write(out, force=force)
    warn([*imported.problems, *imported.warnings])
    for line in (*imported.notes, f"wrote {out} and where it is from, {facts_path(out)}"):
        print(line, file=sys.stderr)
