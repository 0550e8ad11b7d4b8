"""`zoo slides`."""

from enum import StrEnum
from pathlib import Path

import typer

from modelzoo.cli.options import LANG, Lang
from modelzoo.cli.output import FORMAT, JSON, Format, emit, emit_json

app = typer.Typer(add_completion=False, rich_markup_mode=None)


class Name(StrEnum):
    """The deck's tables."""

    by_year = "by_year"
    by_params = "by_params"
    by_gpu = "by_gpu"
    by_top5 = "by_top5"
    scores = "scores"


@app.command()
def slides(
    table: Name | None = typer.Option(None, help="Print this table as the arithmetic gives it, instead."),
    catalog: Path | None = typer.Option(
        None, help="Catalog folder, with the printed tables in its folder slides. Default: the shipped one."
    ),
    lang: Lang = LANG,
    form: Format = FORMAT,
    as_json: bool = JSON,
) -> None:
    """Compare the slides' five tables, as printed, with what the catalog and the ranker give.

    Every cell and every position that differs is listed, found by computing; normalized cells and sums are compared
    at two decimals.

    Example: zoo slides --table scores --lang ko
    """
    if table is not None:
        from modelzoo.slides.regenerate import regenerate

        if as_json:
            raise typer.BadParameter("--json gives the whole comparison; leave --table out, or take --format csv")
        emit(lambda: regenerate(table.value, catalog, lang=lang.value), form, False, dict)
        return
    from modelzoo.slides.report import reproduce

    found = reproduce(catalog)
    if as_json:
        emit_json(found.to_dict())
        return
    for part in (found.cell_table(lang.value), found.order_table(lang.value)):
        emit(lambda part=part: part, form, False, dict)  # type: ignore[misc]
        if part.columns[-1].key == "kind":
            typer.echo()
