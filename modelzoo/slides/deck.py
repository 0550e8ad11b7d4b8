"""The deck twice over: as printed, and as the catalog and the ranker give it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modelzoo import content
from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.catalog.criteria import CRITERIA, Criterion
from modelzoo.catalog.figures import read_figure
from modelzoo.catalog.models import slugify
from modelzoo.catalog.printed import LISTS, NO_VALUE, SCORES, read_list, read_scores
from modelzoo.catalog.reading import Sheet, raise_first
from modelzoo.errors import ZooError
from modelzoo.scoring.normalize import bounds_of, min_max
from modelzoo.scoring.rank import rank

SOURCE = "slides"
SCORE = Criterion("score", "Score", "", "max", label_ko="합산 점수", decimals=2)

# The criteria of the scoring slide, in its order; the sum has a list of its own beside theirs.
SCORED = ("top5", "gpu", "params")
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
    def maximize(self) -> bool:
        """Whether the greatest value of the key stands first."""
        return _SENSES.get(self.key, criterion_of(self.key).sense) == "max"


@dataclass(frozen=True)
class Computed:
    """What the catalog and the ranker give: by column, then by model; a model without a value has no entry."""

    names: Mapping[str, str]
    figures: Mapping[str, Mapping[str, float]]
    texts: Mapping[str, str]
    normalized: Mapping[str, Mapping[str, float]]
    scores: Mapping[str, float]

    def value(self, column: str, slug: str) -> float | None:
        """The unrounded value that a cell of that column should have."""
        if column == SCORE.key:
            return self.scores.get(slug)
        if column.endswith(NORMALIZED):
            return self.normalized[column.removesuffix(NORMALIZED)].get(slug)
        return self.figures[column].get(slug)


NORMALIZED = "_normalized"


def criterion_of(key: str) -> Criterion:
    """The criterion of a column of the deck."""
    return SCORE if key == SCORE.key else CRITERIA[key]


def read_deck(folder: Path | None = None) -> tuple[PrintedList, ...]:
    """The printed tables in a catalog folder: the four lists, then the four orders of the scoring slide.

    Raises
    ------
    ZooError
        With the first fault of the files.
    """
    folder = (content.CATALOG if folder is None else folder) / "slides"
    lists = [_list(read_list(folder / f"{name}.csv"), name) for name in LISTS]
    sheet = read_scores(folder / f"{SCORES}.csv")
    return (*lists, *(_scored(sheet, key) for key in (*SCORED, SCORE.key)))


def compute_deck(folder: Path | None = None) -> Computed:
    """The figures of the slides' source, normalized over all models that have one, and the ranker's scores."""
    catalog = load_catalog(folder)
    table = catalog.table(LIST_CELLS, [SOURCE])
    columns = {criterion.key: table.values[:, place] for place, criterion in enumerate(table.criteria)}
    scored = np.stack([columns[key] for key in SCORED], axis=1)
    maximize = np.array([CRITERIA[key].sense == "max" for key in SCORED])
    normalized = min_max(scored, *bounds_of(scored), maximize)
    ranking = rank(catalog, by=SCORED, sources=[SOURCE])
    return Computed(
        names={slug: catalog.models[slug].name for slug in table.slugs},
        figures={key: _known(table.slugs, values) for key, values in columns.items()},
        texts={slug: catalog.models[slug].highlights_ko for slug in table.slugs},
        normalized={key: _known(table.slugs, normalized[:, place]) for place, key in enumerate(SCORED)},
        scores={entry.slug: entry.score for entry in ranking.entries},
    )


def highlights(catalog: Catalog, slug: str, lang: str) -> str:
    """The model's main feature in that language."""
    model = catalog.models[slug]
    return model.highlights_ko if lang == "ko" else model.highlights_en


def _known(slugs: Sequence[str], values: "np.typing.NDArray[np.float64]") -> dict[str, float]:
    return {slug: float(value) for slug, value in zip(slugs, values, strict=True) if not np.isnan(value)}


def _list(sheet: Sheet, name: str) -> PrintedList:
    raise_first(sheet.faults)
    rows = [
        PrintedRow(
            slug=slugify(row.cells["name"]),
            position=position,
            cells=(
                *(_cell(sheet, row.line, column, row.cells[column]) for column in LIST_CELLS),
                Cell(TEXT, row.cells[TEXT], None),
            ),
        )
        for position, row in enumerate(sheet.rows, start=1)
    ]
    return PrintedList(name, name.removeprefix("by_"), tuple(rows))


def _scored(sheet: Sheet, key: str) -> PrintedList:
    raise_first(sheet.faults)
    columns = (key,) if key == SCORE.key else (key, key + NORMALIZED)
    rows = [
        PrintedRow(
            slug=slugify(row.cells[f"{key}_name"]),
            position=position,
            cells=tuple(_cell(sheet, row.line, column, row.cells[column]) for column in columns),
        )
        for position, row in enumerate(sheet.rows, start=1)
        if row.cells[f"{key}_name"]
    ]
    return PrintedList(SCORES, key, tuple(rows))


def _cell(sheet: Sheet, line: int, column: str, text: str) -> Cell:
    if not text or text == NO_VALUE:
        return Cell(column, None, None)
    criterion = SCORE if column.endswith(NORMALIZED) else criterion_of(column)
    try:
        return Cell(column, text, read_figure(text, criterion).value)
    except ZooError as error:
        sheet.fault(line, f"{column} {error}")
        raise_first(sheet.faults)
        raise
