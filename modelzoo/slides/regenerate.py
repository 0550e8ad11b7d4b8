"""The deck's tables with computed values and order."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from modelzoo.catalog.criteria import PERCENT, WHOLE_UNITS
from modelzoo.slides.compare import at_two_decimals, is_rounded
from modelzoo.slides.deck import Computed, load_deck
from modelzoo.slides.order import in_order
from modelzoo.slides.printed import (
    LIST_CELLS,
    LIST_COLUMNS,
    LIST_HEADING,
    NORMALIZED,
    SCORE,
    SCORE_COLUMNS,
    SCORE_HEADING,
    SCORED,
    SCORES,
    PrintedList,
    criterion_of,
)
from modelzoo.slides.words import TABLES, WORDS
from modelzoo.tables.table import Column, Table

_WHOLE = [key for key in LIST_CELLS if criterion_of(key).unit in WHOLE_UNITS]


def regenerate(name: str, folder: Path | None = None, *, lang: str = "en", wide: bool = True) -> tuple[Table, ...]:
    """Compute the table ``by_year``, ``by_params``, ``by_gpu``, ``by_top5`` or ``scores``.

    The result differs from print at the positions and cells of `reproduce` alone. A missing value stays missing.
    `wide` puts the four orders of the scoring slide side by side, as on the slide.
    """
    deck, computed = load_deck(folder)
    lists = [printed for printed in deck if printed.table == name]
    title = TABLES[lang][name]
    caption = WORDS[lang]["scores caption" if name == SCORES else "list caption"].format(
        table=title[0].upper() + title[1:]
    )
    if name != SCORES:
        return (_list(lists[0], computed, caption, lang),)
    parts = [_scored(printed, computed, lang) for printed in lists]
    if wide:
        return (_side_by_side(parts, caption),)
    return (*parts[:-1], Table(parts[-1].columns, parts[-1].rows, caption))


def to_dict(name: str, tables: Sequence[Table]) -> dict[str, Any]:
    """Return regenerated tables for JSON: unrounded values by column."""
    lists = [
        [dict(zip([column.key for column in table.columns], row, strict=True)) for row in table.rows]
        for table in tables
    ]
    return {"table": name, "lists": lists}


def _list(printed: PrintedList, computed: Computed, caption: str, lang: str) -> Table:
    headings = dict(zip(LIST_COLUMNS, LIST_HEADING, strict=True)) if lang == "ko" else {}
    columns = [
        Column("name", headings.get("name", WORDS[lang]["model"])),
        *(_value_column(key, headings.get(key), lang) for key in LIST_CELLS),
        Column("highlights", WORDS[lang]["highlights"]),
    ]
    rows = [
        [
            computed.names[slug],
            *(_raw(key, computed.value(key, slug)) for key in LIST_CELLS),
            computed.highlights[lang][slug] or None,
        ]
        for slug in in_order(printed, computed)
    ]
    return Table(columns, rows, caption)


def _scored(printed: PrintedList, computed: Computed, lang: str) -> Table:
    """Return one of the four orders of the scoring slide."""
    headings = dict(zip(SCORE_COLUMNS, SCORE_HEADING, strict=True)) if lang == "ko" else {}
    keys = [printed.key, printed.key + NORMALIZED] if printed.key in SCORED else [printed.key]
    name = Column(f"{printed.key}_name", headings.get(f"{printed.key}_name", WORDS[lang]["model"]))
    # The order of sums has every ranked model, also a model that print lacks.
    unprinted = [slug for slug in computed.scores if slug not in printed.slugs] if printed.key == SCORE.key else []
    rows = [
        [computed.names[slug], *(_raw(key, computed.value(key, slug)) for key in keys)]
        for slug in in_order(printed, computed, unprinted)
    ]
    return Table([name, *(_value_column(key, headings.get(key), lang) for key in keys)], rows)


def _value_column(key: str, heading: str | None, lang: str) -> Column:
    if is_rounded(key):
        label = heading or (SCORE.label if key == SCORE.key else WORDS[lang]["normalized"])
        return Column(key, label, show=lambda value: str(at_two_decimals(value)), right=True)
    criterion = criterion_of(key)
    if heading and criterion.unit == PERCENT:
        # The printed headings have no unit; the cells do.
        return Column(key, heading, show="{:.2f}%".format, right=True)
    return Column(key, heading or criterion.heading(lang), show=criterion.show, right=True)


def _side_by_side(parts: Sequence[Table], caption: str) -> Table:
    """Join the tables into one; a row is not one model."""
    empty = [[None] * len(part.columns) for part in parts]
    rows = [
        [value for index, row in enumerate(abreast) for value in (row or empty[index])]
        for abreast in zip_longest(*(part.rows for part in parts))
    ]
    return Table([column for part in parts for column in part.columns], rows, caption)


def _raw(key: str, value: float | None) -> float | None:
    """Return the value for CSV and JSON: years and counts without a decimal point."""
    return int(value) if value is not None and key in _WHOLE else value
