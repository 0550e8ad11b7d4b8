"""Options that several commands share: which catalog, which sources, which language."""

import re
from enum import StrEnum

import typer


class Lang(StrEnum):
    """The languages of headings and highlights."""

    en = "en"
    ko = "ko"


CATALOG = typer.Option(
    None,
    "--catalog",
    help="CSV of your own: a column `name`, and one for each criterion. Default: the shipped catalog.",
)
SOURCE = typer.Option(
    "",
    "--source",
    help="Sources of the figures, comma-separated; the first wins, the next fill its gaps. Default: slides.",
)
LANG = typer.Option(Lang.en, "--lang", help="Language of headings and highlights.")


def split(text: str) -> list[str] | None:
    """The parts of a comma-separated option; None where it is empty."""
    return [part.strip() for part in text.split(",") if part.strip()] or None


# The fields of a profile, as the library's messages name them, and the options that replace them.
_OPTIONS = {"aggregate": "--method"} | {
    field: f"--{field}" for field in ("by", "weights", "normalize", "missing", "bounds")
}
# The parameters of benchmarks, of latency and of data sets.
_OPTIONS |= {"batches": "--batch", "latency_batches": "--latency-batch", "splits": "--split"} | {
    field: f"--{field.replace('_', '-')}"
    for field in ("batch_size", "calls", "data_dir", "dataset", "image_size", "limit_train", "seconds", "seeds")
}
_FIELD = re.compile(f"`({'|'.join(_OPTIONS)})`")


def as_typed(message: str) -> str:
    """The message with options in the place of a profile's fields, unless it is of a file that has such fields."""
    return message if ".toml: " in message else _FIELD.sub(lambda match: _OPTIONS[match[1]], message)
