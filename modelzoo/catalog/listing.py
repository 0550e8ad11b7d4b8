"""`zoo list`: the models of the chosen sources with their values, sorted and filtered."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from modelzoo.base.text import quote
from modelzoo.catalog.criteria import FILLED, WHOLE_UNITS, criterion
from modelzoo.catalog.decision_table import NO_SOURCE, DecisionTable
from modelzoo.catalog.filters import meeting
from modelzoo.catalog.keys import split, unquoted
from modelzoo.catalog.models import Model
from modelzoo.catalog.sources import Source
from modelzoo.errors import ZooError
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from modelzoo.catalog.catalog import Catalog

_HEADINGS = {
    "en": {"name": "Model", "build": "Built by", "highlights": "Highlights"},
    "ko": {"name": "모델", "build": "구현", "highlights": "주요 특징"},
}


class Listing(msgspec.Struct, frozen=True):
    """The models of one listing in its order; `rows` are their rows in `decision`."""

    models: tuple[Model, ...]
    rows: tuple[int, ...]
    decision: DecisionTable
    sources: tuple[Source, ...]
    sort: str
    where: str

    def table(self, *, lang: str = "en", highlights: bool = True) -> Table:
        """Return the listing with headings in English or Korean, with or without the models' highlights."""
        headings = _HEADINGS[lang]
        columns = [Column("name", headings["name"])]
        columns += [item.column(item.key, lang=lang) for item in self.decision.criteria]
        columns.append(Column("build", headings["build"]))
        rows = [[model.name, *self._cells(row), _builder(model)] for model, row in self._pairs()]
        if highlights:
            columns.append(Column("highlights", headings["highlights"]))
            for row, model in zip(rows, self.models, strict=True):
                row.append((model.highlights_ko if lang == "ko" else model.highlights_en) or None)
        return Table(columns, rows, caption=self._caption(), notes=conditions_notes(self.sources))

    def to_dict(self) -> dict[str, Any]:
        """Return the listing for JSON: every value at full precision with its source."""
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
                    "values": dict(zip(keys, self._values(row), strict=True)),
                    "origins": dict(zip(keys, self._origins(row), strict=True)),
                }
                for model, row in self._pairs()
            ],
        }

    def _pairs(self) -> Iterator[tuple[Model, int]]:
        return zip(self.models, self.rows, strict=True)

    def _values(self, row: int) -> list[float | None]:
        """Return the row's values, counts and years as whole numbers, None for a missing one."""
        return [
            None if np.isnan(value) else int(value) if item.unit in WHOLE_UNITS else value
            for value, item in zip(self.decision.values[row].tolist(), self.decision.criteria, strict=True)
        ]

    def _cells(self, row: int) -> list[Any]:
        cells = zip(self.decision.criteria, self._values(row), self.decision.origins[row], strict=True)
        return [item.cell(value, filled=origin > 0) for item, value, origin in cells]

    def _origins(self, row: int) -> list[str | None]:
        origins = self.decision.origins[row]
        return [None if origin == NO_SOURCE else self.sources[origin].key for origin in origins]

    def _caption(self) -> str:
        count = f"{len(self.models)} models"
        if self.where:
            count = f"{len(self.models)} of {len(self.decision.slugs)} models, where {self.where}"
        parts = [count, f"values from {', '.join(source.key for source in self.sources)}"]
        if self.sort:
            parts.append(f"sorted by {self.sort}")
        if (self.decision.origins[list(self.rows)] > 0).any():
            parts.append(f"{FILLED} filled from {', '.join(source.key for source in self.sources[1:])}")
        return "; ".join(parts) + "."


def list_models(
    catalog: "Catalog", *, sort: str = "", where: str = "", sources: Sequence[str] | None = None
) -> Listing:
    """List the models of the sources, with every criterion that one of the sources has a value for.

    Parameters
    ----------
    sort : ``key`` or ``key:max`` or ``key:min``, by default the catalog's order. The best model by the criterion's
        sense comes first, or the lowest value without a sense. Missing values come last.
    where : conditions, as for `zoo list --where`
    """
    chosen = catalog.chosen_sources(sources)
    table = catalog.table(list(catalog.criteria), sources)
    given = (table.origins != NO_SOURCE).any(axis=0)
    table = table.columns([key for key, any_ in zip(catalog.criteria, given, strict=True) if any_ or key == "year"])
    rows = list(range(len(table.slugs)))
    if sort:
        rows = _sorted_rows(catalog, sort, sources)
    if where:
        matching = meeting(catalog, where, sources)
        rows = [row for row in rows if matching[row]]
    models = tuple(catalog.models[table.slugs[row]] for row in rows)
    return Listing(models, tuple(rows), table, chosen, sort, where)


def describe_model(model: Model) -> dict[str, Any]:
    """Return the facts about the model for JSON, None for an unknown one."""
    return {field: value or None for field, value in msgspec.structs.asdict(model).items()}


def conditions_notes(sources: Sequence[Source]) -> list[str]:
    """Return a line for each source with its title and its conditions."""
    return [
        f"{source.key}: {source.title}. " + "; ".join(f"{topic}: {text}" for topic, text in source.conditions.items())
        for source in sources
    ]


def _sorted_rows(catalog: "Catalog", sort: str, sources: Sequence[str] | None) -> list[int]:
    key, *directions = split(sort, ":")
    direction = directions[0] if directions else None
    if directions not in ([], ["max"], ["min"]):
        raise ZooError(f"sort {quote(sort)} is not understood; expected a criterion, or one with :max or :min")
    key = unquoted(key)
    sense = criterion(key, catalog.criteria).sense
    values = catalog.table([key], sources).values[:, 0]
    return [int(row) for row in np.argsort(-values if (direction or sense) == "max" else values, kind="stable")]


def _builder(model: Model) -> str | None:
    builder = model.build.partition(":")[0]
    return {"keras": "Keras"}.get(builder, builder) or None
