"""Options that several commands share: which catalog, which sources, which language."""

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
