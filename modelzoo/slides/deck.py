"""The deck twice over: as printed, and as the catalog and the ranker give it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from modelzoo.base import paths
from modelzoo.base.paths import shown
from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.csv_sheet import raise_first
from modelzoo.catalog.models import slugify
from modelzoo.catalog.printed_value import read_value
from modelzoo.errors import ZooError
from modelzoo.scoring.normalize import bounds_of, min_max
from modelzoo.scoring.rank import rank
from modelzoo.slides.printed import LISTS, NO_VALUE, SCORES, check_printed, read_list, read_scores

SOURCE = "slides"
SCORE = Criterion("score", "Score", "", "max", label_ko="합산 점수", decimals=2)

# The criteria of the scoring slide, in its order; the sum has a list of its own beside theirs.
SCORED = ("top5", "gpu", "params")
NORMALIZED = "_normalized"
LIST_CELLS = ("year", "size", "params", "top1", "top5", "gpu")
TEXT = "highlights_ko"

# The year has no better and worse; the deck lists the oldest model first.
_SENSES = {"year": "min"}


@dataclass(frozen=True)
class Cell:
    """One printed cell: `printed` is None where it says that there is no value."""

    column: str
    printed: str | None
    value: float | None


@dataclass(frozen=True)
class PrintedRow:
    """One model's row in one printed list, at `position` from 1."""

    slug: str
    position: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class PrintedList:
    """One printed order of models: `key` is the column that it is ordered by."""

    table: str
    key: str
    rows: tuple[PrintedRow, ...]

    @property
    def slugs(self) -> tuple[str, ...]:
        """The models in their printed order."""
        return tuple(row.slug for row in self.rows)

    @property
    def maximize(self) -> bool:
        """Whether the greatest value of the key stands first."""
        return _SENSES.get(self.key, criterion_of(self.key).sense) == "max"


@dataclass(frozen=True)
class Computed:
    """What the catalog and the ranker give: by column, then by model; a model without a value has no entry.

    `scores` run from best to worst, `ranks` are theirs; `highlights` are by language.
    """

    names: Mapping[str, str]
    figures: Mapping[str, Mapping[str, float]]
    highlights: Mapping[str, Mapping[str, str]]
    normalized: Mapping[str, Mapping[str, float]]
    scores: Mapping[str, float]
    ranks: Mapping[str, int]

    def value(self, column: str, slug: str) -> float | None:
        """The unrounded value that a cell of that column should have."""
        if column == SCORE.key:
            return self.scores.get(slug)
        if column.endswith(NORMALIZED):
            return self.normalized[column.removesuffix(NORMALIZED)].get(slug)
        return self.figures[column].get(slug)


def criterion_of(key: str) -> Criterion:
    """The criterion of a column of the deck."""
    return SCORE if key == SCORE.key else CRITERIA[key]


def load_deck(folder: Path | None = None) -> tuple[tuple[PrintedList, ...], Computed]:
    """The printed tables of a catalog folder, and what its figures make of them.

    The tables are the four lists, then the four orders of the scoring slide.

    Raises
    ------
    ZooError
        With the first fault of the files, or where tables and catalog do not have the same models.
    """
    catalog = load_catalog(folder)
    check = "zoo check" if folder is None else f"zoo check {folder}"
    folder = paths.CATALOG if folder is None else folder
    if not folder.is_dir():
        raise ZooError(f"{shown(folder)} is no folder; expected a catalog folder with the printed tables in slides")
    raise_first(check_printed(folder / "slides", catalog.models), check)
    computed = _compute(catalog)
    deck = _read(folder / "slides")
    _check_same_models(deck, computed, folder)
    return deck, computed


def _compute(catalog: Catalog) -> Computed:
    """The figures of the slides' source, normalized over all models that have one, and the ranker's scores."""
    table = catalog.table(LIST_CELLS, [SOURCE])
    columns = {criterion.key: table.values[:, place] for place, criterion in enumerate(table.criteria)}
    scored = np.stack([columns[key] for key in SCORED], axis=1)
    maximize = np.array([CRITERIA[key].sense == "max" for key in SCORED])
    normalized = min_max(scored, *bounds_of(scored), maximize)
    ranking = rank(catalog, by=SCORED, sources=[SOURCE])
    models = [catalog.models[slug] for slug in table.slugs]
    return Computed(
        names=dict(zip(table.slugs, table.names, strict=True)),
        figures={key: _known(table.slugs, values) for key, values in columns.items()},
        highlights={
            "ko": {model.slug: model.highlights_ko for model in models},
            "en": {model.slug: model.highlights_en for model in models},
        },
        normalized={key: _known(table.slugs, normalized[:, place]) for place, key in enumerate(SCORED)},
        scores={entry.slug: entry.score for entry in ranking.entries},
        ranks={entry.slug: entry.rank for entry in ranking.entries},
    )


def _known(slugs: Sequence[str], values: NDArray[np.float64]) -> dict[str, float]:
    return {slug: float(value) for slug, value in zip(slugs, values, strict=True) if not np.isnan(value)}


def _read(folder: Path) -> tuple[PrintedList, ...]:
    """The printed tables, once they are known to be well formed."""
    lists = []
    for name in LISTS:
        rows = [
            (row.cells["name"], {column: row.cells[column] for column in (*LIST_CELLS, TEXT)})
            for row in read_list(folder / f"{name}.csv").rows
        ]
        lists.append(_list(name, name.removeprefix("by_"), rows))
    sheet = read_scores(folder / f"{SCORES}.csv")
    for key in (*SCORED, SCORE.key):
        columns = (key,) if key == SCORE.key else (key, key + NORMALIZED)
        rows = [
            (row.cells[f"{key}_name"], {column: row.cells[column] for column in columns})
            for row in sheet.rows
            if row.cells[f"{key}_name"]
        ]
        if not rows:
            raise ZooError(f"{shown(sheet.path)}: names no model beside {key}; expected one a line, as on the slide")
        lists.append(_list(SCORES, key, rows))
    return tuple(lists)


def _list(table: str, key: str, rows: Sequence[tuple[str, Mapping[str, str]]]) -> PrintedList:
    return PrintedList(
        table,
        key,
        tuple(
            PrintedRow(slugify(name), position, tuple(_cell(column, text) for column, text in cells.items()))
            for position, (name, cells) in enumerate(rows, start=1)
        ),
    )


def _cell(column: str, text: str) -> Cell:
    if not text or text == NO_VALUE:
        return Cell(column, None, None)
    if column == TEXT:
        return Cell(column, text, None)
    criterion = SCORE if column.endswith(NORMALIZED) else criterion_of(column)
    return Cell(column, text, read_value(text, criterion).value)


def _check_same_models(deck: Sequence[PrintedList], computed: Computed, folder: Path) -> None:
    source = shown(folder / "sources" / f"{SOURCE}.csv")
    for printed in deck:
        path = shown(folder / "slides" / f"{printed.table}.csv")
        for slug in printed.slugs:
            if slug not in computed.names:
                raise ZooError(f"{path}: has {slug}, which {source} lacks; add its row there")
        if printed.table in LISTS and (missing := sorted(computed.names.keys() - set(printed.slugs))):
            raise ZooError(f"{path}: lacks {missing[0]}, which {source} has; the two must have the same models")
