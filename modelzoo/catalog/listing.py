"""`zoo list`: the models that the chosen sources know, with their figures, sorted and filtered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from modelzoo.catalog.catalog import NO_SOURCE, Catalog, DecisionTable
from modelzoo.catalog.criteria import FILLED, WHOLE_UNITS, Sense, criterion
from modelzoo.catalog.filters import meeting
from modelzoo.catalog.models import Model
from modelzoo.catalog.sources import Source
from modelzoo.errors import ZooError
from modelzoo.tables.table import Column, Table

_HEADINGS = {
    "en": {"name": "Model", "build": "Built by", "highlights": "Highlights"},
    "ko": {"name": "모델", "build": "구현", "highlights": "주요 특징"},
}


@dataclass(frozen=True)
class Listing:
    """The models of one listing in the order asked for; `rows` are their places in `table`."""

    models: tuple[Model, ...]
    rows: tuple[int, ...]
    decision: DecisionTable
    sources: tuple[Source, ...]
    sort: str
    where: str

    def table(self, *, lang: str = "en", highlights: bool = True) -> Table:
        """The listing for people, headed in English or Korean, with or without what each model is known for."""
        headings = _HEADINGS[lang]
        columns = [Column("name", headings["name"])]
        columns += [Column(item.key, item.heading(lang), show=item.show, right=True) for item in self.decision.criteria]
        columns.append(Column("build", headings["build"]))
        rows = [[model.name, *self._cells(row), _builder(model)] for model, row in self._pairs()]
        if highlights:
            columns.append(Column("highlights", headings["highlights"]))
            for row, model in zip(rows, self.models, strict=True):
                row.append((model.highlights_ko if lang == "ko" else model.highlights_en) or None)
        return Table(columns, rows, caption=self._caption(), notes=conditions_notes(self.sources))

    def to_dict(self) -> dict[str, Any]:
        """The listing as JSON has it: every value at full precision with the source it is from."""
        keys = [item.key for item in self.decision.criteria]
        return {
            "sources": [source.key for source in self.sources],
            "sort": self.sort or None,
            "where": self.where or None,
            "criteria": [
                {"key": item.key, "label": item.label, "unit": item.unit, "sense": item.sense}
                for item in self.decision.criteria
            ],
            "models": [
                {
                    **describe_model(model),
                    "values": dict(zip(keys, self._figures(row), strict=True)),
                    "origins": dict(zip(keys, self._origins(row), strict=True)),
                }
                for model, row in self._pairs()
            ],
        }

    def _pairs(self) -> Iterator[tuple[Model, int]]:
        return zip(self.models, self.rows, strict=True)

    def _figures(self, row: int) -> list[float | None]:
        """The row's values, counts and years as whole numbers, None where there is none."""
        found: list[float | None] = []
        for value, item in zip(self.decision.values[row].tolist(), self.decision.criteria, strict=True):
            if np.isnan(value):
                found.append(None)
            else:
                found.append(int(value) if item.unit in WHOLE_UNITS else value)
        return found

    def _cells(self, row: int) -> list[Any]:
        figures = zip(self.decision.criteria, self._figures(row), self.decision.origins[row], strict=True)
        return [item.cell(value, filled=place > 0) for item, value, place in figures]

    def _origins(self, row: int) -> list[str | None]:
        places = self.decision.origins[row]
        return [None if place == NO_SOURCE else self.sources[place].key for place in places]

    def _caption(self) -> str:
        count = f"{len(self.models)} models"
        if self.where:
            count = f"{len(self.models)} of {len(self.decision.slugs)} models, where {self.where}"
        parts = [count, f"figures from {', '.join(source.key for source in self.sources)}"]
        if self.sort:
            parts.append(f"sorted by {self.sort}")
        if any(self.decision.origins[row].max(initial=0) > 0 for row in self.rows):
            parts.append(f"{FILLED} filled from {', '.join(source.key for source in self.sources[1:])}")
        return "; ".join(parts) + "."


def list_models(catalog: Catalog, *, sort: str = "", where: str = "", sources: Sequence[str] | None = None) -> Listing:
    """The models that one of the sources knows, with every criterion that one of them gives a figure for.

    Parameters
    ----------
    sort : ``key`` or ``key:max`` or ``key:min``; best first by the criterion's sense, lowest first where it has
        none, missing last; equal ones, and all where it is empty, stand in the catalog's order
    where : conditions as `zoo list --where` has them
    """
    chosen = catalog.chosen_sources(sources)
    keys = [key for key in catalog.criteria if key == "year" or _is_given(key, chosen)]
    table = catalog.table(keys, sources)
    rows = list(range(len(table.slugs)))
    if sort:
        rows = _sorted_rows(catalog, sort, sources)
    if where:
        kept = meeting(catalog, where, sources)
        rows = [row for row in rows if table.slugs[row] in kept]
    models = tuple(catalog.models[table.slugs[row]] for row in rows)
    return Listing(models, tuple(rows), table, chosen, sort, where)


def describe_model(model: Model) -> dict[str, Any]:
    """The model's own facts as JSON has them, None where one is not known."""
    return {
        "slug": model.slug,
        "name": model.name,
        "year": model.year,
        "family": model.family or None,
        "build": model.build or None,
        "min_size": model.min_size,
        "highlights_ko": model.highlights_ko or None,
        "highlights_en": model.highlights_en or None,
    }


def conditions_notes(sources: Sequence[Source]) -> list[str]:
    """One line for each source: what it is, and the conditions that its figures hold under."""
    return [
        f"{source.key}: {source.title}. " + "; ".join(f"{topic}: {text}" for topic, text in source.conditions.items())
        for source in sources
    ]


def _is_given(key: str, sources: Sequence[Source]) -> bool:
    return any(key in figures for source in sources for figures in source.rows.values())


def _sorted_rows(catalog: Catalog, sort: str, sources: Sequence[str] | None) -> list[int]:
    key, colon, given = sort.partition(":")
    if colon and given not in ("max", "min"):
        raise ZooError(f"sort {sort!r} is not understood; expected a criterion, or one with :max or :min")
    sense: Sense | None = criterion(key, catalog.criteria).sense
    if given:
        sense = "max" if given == "max" else "min"
    values = catalog.table([key], sources).values[:, 0]
    return [int(row) for row in np.argsort(-values if sense == "max" else values, kind="stable")]


def _builder(model: Model) -> str | None:
    builder = model.build.partition(":")[0]
    return {"keras": "Keras"}.get(builder, builder) or None
