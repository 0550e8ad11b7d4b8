"""Options that several commands share: catalog, sources, language, and structs of options."""

import re
from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from msgspec import Struct
from msgspec.structs import fields

from modelzoo.cli.complete import datasets, measured_datasets, one_of, some_of, sources

Catalog = Annotated[
    Path | None,
    typer.Option(help="Your own CSV: a column `name`, and one for each criterion. Default: the shipped catalog."),
]
Source = Annotated[
    str,
    typer.Option(
        autocompletion=some_of(sources),
        help="Sources of the values, comma-separated; the first wins, the next fill its gaps. Default: slides.",
    ),
]
Runs = Annotated[Path | None, typer.Option(help="Folder of the local runs. Default: ZOO_RUNS, or ./runs.")]
Hardware = Annotated[
    str | None, typer.Option(help='Only runs on this device: part of its name, as in "H100" or "no GPU". Default: all.')
]
Shipped = Annotated[
    bool, typer.Option("--shipped", help="Show the shipped runs too. Default: only where no local run matches.")
]
RunDataset = Annotated[
    str,
    typer.Option(autocompletion=one_of(measured_datasets), help="Only runs on this data set: its name or path."),
]
Dataset = Annotated[
    str,
    typer.Option(
        autocompletion=one_of(datasets),
        help="Data set: emnist-balanced, glyphs (synthetic) …; or a folder of images by class, a CSV of image files or "
        "an .npz file, by its path or its name in the data folder.",
    ),
]
DataDir = Annotated[Path | None, typer.Option(help="Folder of the data sets. Default: ZOO_DATA, or the user cache.")]
Split = Annotated[
    str,
    typer.Option(
        metavar="<train/validation/test>", help="Percent of the images in each split, where files have no splits."
    ),
]
PrintSlurm = Annotated[
    bool,
    typer.Option(
        "--print-slurm",
        help="Print a batch script of Slurm, whose tasks share the runs of this command, and train none.",
    ),
]
Ray = Annotated[
    str | None,
    typer.Option(
        metavar="<local|auto|HOST:PORT>",
        help="Make each run in a task of a Ray cluster: local starts one here; auto is the one that RAY_ADDRESS names, "
        "or that runs on this machine. Default: none.",
    ),
]
SkipBroken = Annotated[bool, typer.Option("--skip-broken", help="Leave out image files that cannot be decoded.")]
Columns = Annotated[
    str,
    typer.Option(metavar="<key,…>", help="Columns to show, in this order, by their keys in the CSV. Default: all."),
]
Lang = Annotated[Literal["en", "ko"], typer.Option(help="Language of headings and highlights.")]


def split(text: str) -> list[str] | None:
    """Return the parts of a comma-separated option; None if it has none."""
    return [part.strip() for part in text.split(",") if part.strip()] or None


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Replace the structs among a command's parameters by their fields, which typer sees as options."""
    structs: dict[str, type[Struct]] = {}
    parameters: dict[str, Parameter] = {}
    for name, parameter in signature(command).parameters.items():
        if isinstance(parameter.annotation, type) and issubclass(parameter.annotation, Struct):
            structs[name] = parameter.annotation
            for field in fields(parameter.annotation):
                parameters[field.name] = Parameter(
                    field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type
                )
        else:
            parameters[name] = parameter

    @wraps(command)
    def run(**values: Any) -> None:
        for name, struct in structs.items():
            values[name] = struct(**{field: values.pop(field) for field in struct.__struct_fields__})
        command(**values)

    run.__signature__ = Signature([*parameters.values()])  # type: ignore[attr-defined]
    run.__annotations__ = {name: parameter.annotation for name, parameter in parameters.items()}
    return run


# The fields of profiles, benchmarks, latency and data sets, as messages of the library name them, and their options.
_FIELDS = (
    "alpha by columns weights normalize method missing bounds source measured runs batch_size calls data_dir "
    "dataset force hardware image_size int8 limit_train output published_by ray recipe seconds seeds set shipped "
    "skip_broken split to top workers"
)
_OPTIONS = {field: f"--{field.replace('_', '-')}" for field in _FIELDS.split()} | {
    "batches": "--batch",
    "latency_batches": "--latency-batch",
    "splits": "--split",
    "time_limit_s": "--time-limit",
}
_FIELD = re.compile(f"`({'|'.join(_OPTIONS)})`")


def as_typed(message: str) -> str:
    """Return the message with options in place of fields, unless it is about a TOML file."""
    return message if ".toml: " in message else _FIELD.sub(lambda match: _OPTIONS[match[1]], message)
