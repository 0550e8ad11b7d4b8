"""`zoo slides`."""

import shutil
from enum import StrEnum
from pathlib import Path

import typer

from modelzoo.cli.options import LANG, Lang
from modelzoo.cli.output import FORMAT, JSON, Format, emit, emit_json

app = typer.Typer(add_completion=False, rich_markup_mode=None)

# The narrowest terminal that holds the four orders of the scoring slide side by side.
_WIDE = 144


class Name(StrEnum):
    """The deck's tables."""

    by_year = "by_year"
    by_params = "by_params"
    by_gpu = "by_gpu"
    by_top5 = "by_top5"
    scores = "scores"


@app.command()
def slides(
    table: Name | None = typer.Option(None, help="Print this table as it should have been printed, instead."),
    catalog: Path | None = typer.Option(
        None, help="Catalog folder, with the printed tables in its folder slides. Default: the shipped one."
    ),
    lang: Lang = LANG,
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Compare the slides' five tables, as printed, with what the catalog and the ranker give.

    Lists every cell and every position that differs, found by computing. Figures and texts are compared exactly,
    normalized cells and sums at two decimals. Sizes are in MB, accuracies in percent, times in milliseconds.

    Example: zoo slides --table scores --lang ko
    """
    if table is None:
        from modelzoo.slides.report import reproduce

        found = reproduce(catalog)
        emit(lambda: found.table(lang.value), form, as_json, found.to_dict)
        return
    from modelzoo.slides.regenerate import regenerate, to_dict

    wide = not as_json and (form is not Format.table or shutil.get_terminal_size().columns >= _WIDE)
    tables = regenerate(table.value, catalog, lang=lang.value, wide=wide)
    if as_json:
        emit_json(to_dict(table.value, tables))
        return
    for place, part in enumerate(tables):
        if place:
            typer.echo()
        emit(lambda part=part: part, form, False, dict)  # type: ignore[misc]
