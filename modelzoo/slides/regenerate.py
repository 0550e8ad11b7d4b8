"""One of the deck's tables as it should have been printed."""

from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.catalog.printed import SCORES
from modelzoo.slides.compare import at_two_decimals
from modelzoo.slides.deck import (
    LIST_CELLS,
    NORMALIZED,
    SCORE,
    SCORED,
    Computed,
    PrintedList,
    compute_deck,
    criterion_of,
    highlights,
    read_deck,
)
from modelzoo.slides.words import TABLES, WORDS, column_heading
from modelzoo.tables import Column, Table


def regenerate(name: str, folder: Path | None = None, *, lang: str = "en") -> Table:
    """The table ``by_year``, ``by_params``, ``by_gpu``, ``by_top5`` or ``scores``, from the catalog and the ranker.

    Rows of equal key, and those without a value, stand as the deck has them.
    """
    deck, computed = read_deck(folder), compute_deck(folder)
    lists = [printed for printed in deck if printed.table == name]
    caption = f"{TABLES[lang][name]}: {WORDS[lang]['computed']}"
    if name == SCORES:
        return _scores(lists, computed, caption, lang)
    return _list(lists[0], computed, load_catalog(folder), caption, lang)


def in_order(printed: PrintedList, computed: Computed) -> list[str]:
    """The models of a printed list as its key orders them, those without a value last."""

    def key(slug: str) -> tuple[bool, float]:
        value = computed.value(printed.key, slug)
        if value is None:
            return True, 0.0
        return False, -value if printed.maximize else value

    return sorted((row.slug for row in printed.rows), key=key)


def _list(printed: PrintedList, computed: Computed, catalog: Catalog, caption: str, lang: str) -> Table:
    columns = [
        Column("name", WORDS[lang]["model"]),
        *(Column(key, criterion_of(key).heading(lang), show=criterion_of(key).show, right=True) for key in LIST_CELLS),
        Column("highlights", WORDS[lang]["highlights"]),
    ]
    rows = [
        [
            computed.names[slug],
            *(computed.figures[key].get(slug) for key in LIST_CELLS),
            highlights(catalog, slug, lang),
        ]
        for slug in in_order(printed, computed)
    ]
    return Table(columns, rows, caption)


def _scores(lists: Sequence[PrintedList], computed: Computed, caption: str, lang: str) -> Table:
    """Four orders of models side by side: a row is not one model."""
    columns: list[Column] = []
    blocks: list[list[list[Any]]] = []
    for printed in lists:
        key = printed.key
        columns.append(Column(f"{key}_name", WORDS[lang]["model"]))
        show = _two_decimals if key == SCORE.key else criterion_of(key).show
        columns.append(Column(key, column_heading(key, lang), show=show, right=True))
        if key in SCORED:
            heading = WORDS[lang]["normalized"]
            columns.append(Column(key + NORMALIZED, heading, show=_two_decimals, right=True))
        keys = [key, key + NORMALIZED] if key in SCORED else [key]
        blocks.append(
            [
                [computed.names[slug], *(computed.value(column, slug) for column in keys)]
                for slug in in_order(printed, computed)
                if key in SCORED or slug in computed.scores
            ]
        )
    empty = [[None] * (3 if printed.key in SCORED else 2) for printed in lists]
    rows = [
        [value for place, part in enumerate(parts) for value in (part or empty[place])]
        for parts in zip_longest(*blocks)
    ]
    return Table(columns, rows, caption)


def _two_decimals(value: float) -> str:
    return str(at_two_decimals(value))
