"""`zoo data get`, `zoo data show` and `zoo data clear`."""

from pathlib import Path

import typer

from modelzoo.cli.complete import datasets, emnist_names, one_of
from modelzoo.cli.group import CommandGroup
from modelzoo.cli.options import DataDir, SkipBroken, Split, with_options
from modelzoo.cli.options import split as parts_of
from modelzoo.cli.output import OutputOptions, note, say

app = typer.Typer(cls=CommandGroup, add_completion=False, no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def data() -> None:
    """Get EMNIST from NIST, and describe a data set.

    Example: zoo data show glyphs
    """


@app.command()
def get(
    name: str = typer.Argument(
        metavar="DATASET",
        autocompletion=one_of(emnist_names),
        help="emnist, or one split of it: emnist-balanced, emnist-letters …",
    ),
    split: str = typer.Option(
        "",
        help="Splits to unpack, comma-separated: balanced, byclass, bymerge, digits, letters, mnist. Default: all.",
    ),
    archive: Path | None = typer.Option(None, help="NIST's gzip.zip, downloaded by hand."),
    keep: bool = typer.Option(False, "--keep", help="Keep the downloaded archive as gzip.zip with the files."),
    data_dir: DataDir = None,
) -> None:
    """Download EMNIST from NIST (536 MiB), check its SHA-256, and unpack the wanted splits.

    Splits on disk stay as they are. All six take about 540 MiB (2^20 bytes) on disk, and twice as much meanwhile.

    Example: zoo data get emnist --split balanced
    """
    from modelzoo.datasets.download import fetch

    fetched = fetch(
        name,
        parts_of(split),
        data_dir,
        archive=archive,
        keep=keep,
        report=note,
    )
    say(fetched.summary())


@app.command()
@with_options
def show(
    *,
    name: str = typer.Argument(
        metavar="DATASET",
        autocompletion=one_of(datasets),
        help="emnist-balanced, glyphs (synthetic) …; a folder of images by class, a CSV of image files, or an .npz "
        "file, in the data folder or here.",
    ),
    data_dir: DataDir = None,
    split: Split = "70/15/15",
    skip_broken: SkipBroken = False,
    output: OutputOptions,
) -> None:
    """Show the images of each class and split, the pixels' size and range, checksums, and images in both splits.

    Example: zoo data show glyphs
    """
    from modelzoo.datasets.describe import describe
    from modelzoo.datasets.load import load_dataset

    dataset = load_dataset(name, data_dir, split=split, skip_broken=skip_broken, report=note)
    description = describe(dataset)
    output.emit(description, table=description.table)


@app.command()
def clear() -> None:
    """Delete the decoded images of all data sets from the user cache, and print their size.

    `zoo bench` decodes image files once, to the size of the network's input. It decodes them again when it needs them.

    Example: zoo data clear
    """
    from modelzoo.base.text import byte_size
    from modelzoo.datasets.decoded import clear_decoded

    say([f"deleted {byte_size(clear_decoded())} of decoded images"])
