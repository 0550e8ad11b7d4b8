"""`zoo slides`."""

from pathlib import Path
from typing import Literal

import typer

from modelzoo.cli.options import Lang, with_options
from modelzoo.cli.output import OutputOptions

# The narrowest terminal that holds the four orders of the scoring slide side by side.
_WIDE = 144

Name = Literal["by_year", "by_params", "by_gpu", "by_top5", "scores"]


@with_options
def slides(
    *,
    table: Name | None = typer.Option(None, help="Print this table with computed values instead."),
    catalog: Path | None = typer.Option(
        None, help="Catalog folder, with the printed tables in its folder slides. Default: the shipped one."
    ),
    lang: Lang = "en",
    output: OutputOptions,
) -> None:
    """Compare the slides' five tables, as printed, with the catalog and the computed ranking.

    Every cell and every position that differs is listed. Values and texts are compared exactly, normalized cells and
    sums at two decimals. Sizes are in MB, accuracies in percent, times in milliseconds.

    Example: zoo slides --table scores --lang ko
    """
    if table is None:
        from modelzoo.slides.report import reproduce

        comparison = reproduce(catalog)
        output.emit(comparison, table=lambda: comparison.table(lang))
        return
    from modelzoo.slides.regenerate import regenerate, to_dict

    wide = not output.json and (output.width is None or output.width >= _WIDE)
    tables = regenerate(table, catalog, lang=lang, wide=wide)
    output.emit(to_dict(table, tables), table=lambda: tables)
