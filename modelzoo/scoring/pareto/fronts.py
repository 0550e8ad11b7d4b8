"""Fronts with names: the models that no other dominates, and for each other model one that dominates it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import numpy as np
from msgspec.structs import replace

from modelzoo.base.arguments import checked
from modelzoo.base.text import first_of
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.criteria import FILLED, Criterion, Sense
from modelzoo.catalog.decision_table import DecisionTable
from modelzoo.catalog.filters import Condition, parse
from modelzoo.errors import ZooError
from modelzoo.scoring.criterion_spec import By, CriterionSpec, parse_criteria, senses_of
from modelzoo.scoring.inputs import table_of
from modelzoo.scoring.missing import Excluded, exclusions, notes_on_excluded, ranked_of
from modelzoo.scoring.pareto.front import dominators, layers
from modelzoo.scoring.ranked import column_keys
from modelzoo.scoring.rounding import settled
from modelzoo.scoring.values import chosen_values
from modelzoo.tables.result import Result
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BY = "top5,gpu,params"


class LayeredModel(msgspec.Struct, frozen=True):
    """A model and its layer; layer 1 is the front.

    `dominated_by` is the slug of a model on the front; it is None for a model on the front.
    """

    layer: int
    slug: str
    name: str
    values: Mapping[str, float]
    filled: tuple[str, ...] = ()
    dominated_by: str | None = None


class Fronts(Result, msgspec.Struct, frozen=True):
    """The result of `pareto`: `entries` by layer, best first by the first criterion; `known` counts all models."""

    _index: ClassVar[str] = "slug"

    criteria: tuple[tuple[Criterion, Sense], ...]
    sources: tuple[str, ...]
    entries: tuple[LayeredModel, ...]
    excluded: tuple[Excluded, ...]
    known: int

    @property
    def front(self) -> tuple[LayeredModel, ...]:
        """The models that no other dominates."""
        return tuple(entry for entry in self.entries if entry.layer == 1)

    def table(self) -> Table:
        """Return a row a model: its layer, its values, and a model that dominates it."""
        names = {entry.slug: entry.name for entry in self.entries}
        columns = [Column("layer", "Layer", right=True), Column("name", "Model", wrap=False)]
        keys = column_keys([item.key for item, _ in self.criteria], ("layer", "slug", "name", "dominated_by"))
        columns += [item.column(key, sense=sense) for key, (item, sense) in zip(keys, self.criteria, strict=True)]
        columns.append(Column("dominated_by", "Dominated by"))
        rows = []
        for entry in self.entries:
            values = [item.cell(entry.values[item.key], filled=item.key in entry.filled) for item, _ in self.criteria]
            rows.append([entry.layer, entry.name, *values, names[entry.dominated_by] if entry.dominated_by else None])
        return Table(columns, rows, self.caption, self._notes())

    def tables(self) -> tuple[Table]:
        """Return the table of the layers."""
        return (self.table(),)

    def _flat_table(self) -> Table:
        table = self.table()
        return replace(
            table,
            columns=[Column("slug", "Slug"), *table.columns],
            rows=[
                [entry.slug, *row[:-1], entry.dominated_by] for entry, row in zip(self.entries, table.rows, strict=True)
            ],
        )

    def _summary(self) -> str:
        keys = first_of([item.key for item, _ in self.criteria], 4)
        front = first_of([entry.name for entry in self.front], 3)
        return f"{len(self.front)} of {len(self.entries)} models on the front of {keys}: {front}"

    @property
    def caption(self) -> str:
        """The number of models on the front, and the meaning of the front."""
        terms = ", ".join(f"{item.key} ({sense})" for item, sense in self.criteria)
        count = len(self.front)
        return (
            f"Front of {terms}: {count} of {len(self.entries)} models with all values, of {self.known}; each of the "
            "others is dominated: a model on the front is as good by every criterion and better by one"
            + (f"; values: {', then '.join(self.sources)}." if self.sources else ".")
        )

    def _notes(self) -> list[str]:
        notes = []
        if any(entry.filled for entry in self.entries):
            notes.append(f"{FILLED} {self.sources[0]} has no value; it is from {' or '.join(self.sources[1:])}.")
        return notes + notes_on_excluded(self.excluded)

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw the first two criteria with their front; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.scoring.pareto.chart import figure

        return plot(lambda: figure(self), path)

    def to_dict(self) -> dict[str, Any]:
        """Return the whole result at full precision, as ``zoo pareto --json`` prints it."""
        return {
            "sources": list(self.sources),
            "criteria": [{"key": item.key, "sense": sense} for item, sense in self.criteria],
            "models": msgspec.to_builtins(self.entries),
            "excluded": msgspec.to_builtins(self.excluded),
        }


@checked
def pareto(
    data: Any = None,
    by: By | None = None,
    *,
    source: str | Sequence[str] | None = None,
    where: str | Sequence[Condition] | None = None,
    names: Sequence[Any] | None = None,
    measured: bool = False,
    runs: str | Path | None = None,
    dataset: str | None = None,
    hardware: str | None = None,
    shipped: bool = False,
) -> Fronts:
    """Sort the models into layers: the front, the front of the rest, and so on.

    A model with a missing value is in no layer.

    Parameters
    ----------
    data, source, where, names, measured, runs, dataset, hardware, shipped : as `rank` takes them
    by : criteria as ``key[:max|min]``, two or more; weights move no front. Default: ``top5,gpu,params``, or
        ``accuracy,latency,params`` of measured runs

    Raises
    ------
    ZooError
        If an argument is unknown, or no model has all values.
    """
    data, by = chosen_values(
        data, by, measured=measured, runs=runs, dataset=dataset, hardware=hardware, shipped=shipped
    )
    specs = parse_criteria(BY if by is None else by)
    _check_specs(specs)
    conditions = parse(where, data.criteria if isinstance(data, Catalog) else None) if where else ()
    keys = [spec.key for spec in specs]
    all_keys = list(dict.fromkeys([*keys, *(condition.key for condition in conditions)]))
    whole = table_of(data, all_keys, source=source, names=names)
    table = whole.columns(keys)
    criteria = tuple(zip(table.criteria, senses_of(specs, table.criteria), strict=True))
    layered = ranked_of(whole, table, conditions, "drop")
    return Fronts(
        criteria=criteria,
        sources=table.sources,
        entries=_entries(layered, criteria),
        excluded=exclusions(whole, table, conditions, "drop"),
        known=len(table.names),
    )


def _check_specs(specs: Sequence[CriterionSpec]) -> None:
    """Refuse a single criterion, which has no front, and weights, which move none."""
    if len(specs) < 2:
        raise ZooError(f"a front needs two criteria or more, and there is one, {specs[0].key}; zoo rank orders by one")
    for spec in specs:
        if spec.weight != 1:
            raise ZooError(f"{spec.key} has weight {spec.weight:g}, and no weight moves a front; leave it out")


def _entries(table: DecisionTable, criteria: Sequence[tuple[Criterion, Sense]]) -> tuple[LayeredModel, ...]:
    maximize = np.array([sense == "max" for _, sense in criteria])
    values, compared = table.values, settled(table.values)
    layer = layers(compared, maximize)
    above = dominators(compared, maximize, layer == 1)
    first = np.where(maximize[0], -values[:, 0], values[:, 0])
    order = sorted(range(len(values)), key=lambda row: (layer[row], first[row], table.names[row]))
    return tuple(
        LayeredModel(
            layer=int(layer[row]),
            slug=table.slugs[row],
            name=table.names[row],
            values={item.key: float(value) for (item, _), value in zip(criteria, values[row], strict=True)},
            filled=tuple(
                item.key for (item, _), origin in zip(criteria, table.origins[row], strict=True) if origin > 0
            ),
            dominated_by=table.slugs[above[row]] if above[row] >= 0 else None,
        )
        for row in order
    )
