"""The deck in two versions: printed, and computed from catalog and ranker."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.base import paths
from modelzoo.base.paths import shown
from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.catalog.criteria import CRITERIA
from modelzoo.catalog.csv_sheet import raise_first
from modelzoo.errors import ZooError
from modelzoo.scoring import normalize
from modelzoo.scoring.rank import rank
from modelzoo.slides.printed import LIST_CELLS, LISTS, NORMALIZED, SCORE, SCORED, PrintedList, read_printed

SOURCE = "slides"


class Computed(msgspec.Struct, frozen=True):
    """The computed values by column and model; a model without a value has no entry.

    `scores` are in order from best to worst, with their `ranks`. `highlights` are by language.
    """

    names: Mapping[str, str]
    values: Mapping[str, Mapping[str, float]]
    highlights: Mapping[str, Mapping[str, str]]
    normalized: Mapping[str, Mapping[str, float]]
    scores: Mapping[str, float]
    ranks: Mapping[str, int]

    def value(self, column: str, slug: str) -> float | None:
        """Return the unrounded value for a cell."""
        if column == SCORE.key:
            return self.scores.get(slug)
        if column.endswith(NORMALIZED):
            return self.normalized[column.removesuffix(NORMALIZED)].get(slug)
        return self.values[column].get(slug)


def load_deck(folder: Path | None = None) -> tuple[tuple[PrintedList, ...], Computed]:
    """Load the printed tables of a catalog folder, and compute them from its values.

    The tables are the four lists, then the four orders of the scoring slide.

    Raises
    ------
    ZooError
        With the first problem of the files, or if tables and catalog have different models.
    """
    catalog = load_catalog(folder)
    check = "zoo check" if folder is None else f"zoo check {folder}"
    folder = paths.CATALOG if folder is None else folder
    if not folder.is_dir():
        raise ZooError(f"{shown(folder)} is no folder; expected a catalog folder with the printed tables in slides")
    deck, problems = read_printed(folder / "slides", catalog.models)
    raise_first(problems, check)
    for printed in deck:
        if not printed.rows:
            path = shown(folder / "slides" / f"{printed.table}.csv")
            raise ZooError(f"{path}: names no model for {printed.key}; expected one a line, as on the slide")
    computed = _compute(catalog)
    _check_same_models(deck, computed, folder)
    return deck, computed


def _compute(catalog: Catalog) -> Computed:
    """Normalize the values of the slides' source over all its models, and rank them."""
    table = catalog.table(LIST_CELLS, [SOURCE])
    columns = {criterion.key: table.values[:, index] for index, criterion in enumerate(table.criteria)}
    scored = np.stack([columns[key] for key in SCORED], axis=1)
    maximize = np.array([CRITERIA[key].sense == "max" for key in SCORED])
    normalized = normalize.METHODS["min-max"](scored, scored, maximize)
    ranking = rank(catalog, by=SCORED, source=[SOURCE])
    models = [catalog.models[slug] for slug in table.slugs]
    return Computed(
        names=dict(zip(table.slugs, table.names, strict=True)),
        values={key: _known(table.slugs, values) for key, values in columns.items()},
        highlights={
            "ko": {model.slug: model.highlights_ko for model in models},
            "en": {model.slug: model.highlights_en for model in models},
        },
        normalized={key: _known(table.slugs, normalized[:, index]) for index, key in enumerate(SCORED)},
        scores={entry.slug: entry.score for entry in ranking.entries},
        ranks={entry.slug: entry.rank for entry in ranking.entries},
    )


def _known(slugs: Sequence[str], values: NDArray[np.float64]) -> dict[str, float]:
    return {slug: float(value) for slug, value in zip(slugs, values, strict=True) if not np.isnan(value)}


def _check_same_models(deck: Sequence[PrintedList], computed: Computed, folder: Path) -> None:
    source = shown(folder / "sources" / f"{SOURCE}.csv")
    for printed in deck:
        path = shown(folder / "slides" / f"{printed.table}.csv")
        for slug in printed.slugs:
            if slug not in computed.names:
                raise ZooError(f"{path}: has {slug}, which {source} lacks; add its row there")
        if printed.table in LISTS and (missing := sorted(computed.names.keys() - set(printed.slugs))):
            raise ZooError(f"{path}: lacks {missing[0]}, which {source} has; the two must have the same models")
