"""The catalog: models and sources, and the decision matrix for a ranking."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import msgspec
import numpy as np

from modelzoo.base import paths
from modelzoo.base.arguments import checked
from modelzoo.base.text import cut, first_of, plural, quote
from modelzoo.catalog.criteria import PUBLISHED, Criterion, criterion
from modelzoo.catalog.csv_sheet import raise_first
from modelzoo.catalog.decision_table import NO_SOURCE, DecisionTable
from modelzoo.catalog.keys import quoted
from modelzoo.catalog.models import Model, read_models, slugify
from modelzoo.catalog.sources import Source, read_sources
from modelzoo.catalog.variants import Variant, read_variants
from modelzoo.errors import ZooError, unknown
from modelzoo.tables.result import Result
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from modelzoo.catalog.large_sheet import LargeSheet


class Catalog(Result, msgspec.Struct, frozen=True):
    """The models in the order of their file, the sources in the order of theirs, the variants by their model.

    `texts` are the columns of words in your own catalog; models cannot be ranked by them. `large` has the numbers of
    your own large file.
    """

    models: Mapping[str, Model]
    sources: Mapping[str, Source]
    criteria: Mapping[str, Criterion]
    default_sources: tuple[str, ...]
    variants: Mapping[str, tuple[Variant, ...]] = {}
    texts: tuple[str, ...] = ()
    large: "LargeSheet | None" = None

    _index: ClassVar[str] = "slug"
    _charted: ClassVar[str] = "choose criteria: `modelzoo.pareto(catalog, by).plot()` draws its models by two of them"

    def tables(self) -> tuple[Table]:
        """Return the table of the models that the default sources know."""
        from modelzoo.catalog.listing import list_models

        return (list_models(self).table(highlights=False),)

    def _flat_table(self) -> Table:
        from modelzoo.catalog.listing import list_models

        listing = list_models(self)
        table = listing.table(highlights=False)
        rows = [[model.slug, *row] for model, row in zip(listing.models, table.rows, strict=True)]
        return msgspec.structs.replace(table, columns=[Column("slug", "Slug"), *table.columns], rows=rows)

    def _summary(self) -> str:
        criteria, sources = first_of([*self.criteria], 4), first_of([*self.sources], 4)
        return f"{plural(len(self.models), 'model')}; criteria: {criteria}; sources: {sources}"

    @checked
    def model(self, name: str) -> Model:
        """Return the model of that name, in any spelling: ``EfficientNet-B1``, ``inception_v3``."""
        slug = slugify(name)
        if slug not in self.models:
            raise unknown("model", slug or name, self.models, hint="`zoo list` shows those there are")
        return self.models[slug]

    def chosen_sources(self, keys: Sequence[str] | None = None) -> tuple[Source, ...]:
        """Return the sources of these keys, the first wins; the default ones where none are named."""
        chosen = tuple(keys) if keys else self.default_sources
        for index, key in enumerate(chosen):
            if key not in self.sources:
                raise unknown("source", key, self.sources)
            if key in chosen[:index]:
                raise ZooError(f"source {quote(key)} is named twice; name each once, the one that wins first")
        return tuple(self.sources[key] for key in chosen)

    def table(self, keys: Sequence[str], sources: Sequence[str] | None = None) -> DecisionTable:
        """Return the decision matrix of these criteria over the models that one of the sources knows.

        Parameters
        ----------
        sources : the first that has a value gives it; the default ones where none are named
        """
        for key in keys:
            if key in self.texts:
                numeric = cut(", ".join(map(quoted, self.criteria)))
                raise ZooError(f"column {quote(key)} holds text; rank by columns of numbers: {numeric}")
        chosen = self.chosen_sources(sources)
        criteria = tuple(criterion(key, self.criteria) for key in keys)
        if self.large is not None:
            return self._large_table(self.large, keys, chosen[0].key)
        models = [model for slug, model in self.models.items() if any(slug in source.rows for source in chosen)]
        values = np.empty((len(models), len(criteria)), order="F")
        origins = np.empty(values.shape, dtype=np.int8, order="F")
        for column, item in enumerate(criteria):
            for row, model in enumerate(models):
                values[row, column], origins[row, column] = _value(model, item.key, chosen)
        return DecisionTable(
            slugs=tuple(model.slug for model in models),
            names=tuple(model.name for model in models),
            criteria=criteria,
            values=values,
            origins=origins,
            sources=tuple(source.key for source in chosen),
        )

    def _large_table(self, large: "LargeSheet", keys: Sequence[str], source: str) -> DecisionTable:
        table = DecisionTable(
            slugs=large.slugs,
            names=large.names,
            criteria=tuple(self.criteria[key] for key in large.keys),
            values=large.values,
            origins=np.broadcast_to(np.int8(0), large.values.shape),
            sources=(source,),
        ).columns(keys)
        if "year" not in keys and not table.incomplete.any():
            return table
        stated = ~np.isnan(table.values) & np.array([key != "year" for key in keys])
        return msgspec.structs.replace(table, origins=np.where(stated, 0, NO_SOURCE).astype(np.int8))


def _value(model: Model, key: str, sources: Sequence[Source]) -> tuple[float, int]:
    """Return the model's value by that criterion, NaN for a missing one, and the index of its source."""
    if key == "year":
        return np.nan if model.year is None else model.year, NO_SOURCE
    for index, source in enumerate(sources):
        value = source.rows.get(model.slug, {}).get(key)
        if value is not None:
            return value.value, index
    return np.nan, NO_SOURCE


@checked
def load_catalog(path: str | Path | None = None) -> Catalog:
    """Load the shipped catalog, one in a folder laid out like it, or your own CSV file.

    Your own CSV names its models in a column ``name`` (or ``model``, ``slug``). Every other column is a criterion. A
    column with the key of a shipped criterion has its sense and unit.

    Parameters
    ----------
    path : a folder, or a CSV file; default: the shipped catalog

    Raises
    ------
    ZooError
        With the first fault of the files: file, line and column, the text found and the expected form.
    """
    catalog, faults = read_catalog(None if path is None else Path(path))
    raise_first(faults, "zoo check" if path is None else f"zoo check {path}")
    return catalog


def read_catalog(path: Path | None = None) -> tuple[Catalog, list[str]]:
    """Read the catalog as far as it is valid, and return all faults of its files."""
    path = paths.CATALOG if path is None else path
    if not path.is_dir():
        return _read_user_catalog(path)
    models, faults = read_models(path / "models.csv")
    if not models:
        # Every row of every source would be at fault without its model.
        return Catalog({}, {}, {}, ()), faults
    sources, default, source_faults = read_sources(path, models)
    variants, variant_faults = read_variants(path / "variants.csv", models)
    criteria = {item.key: item for item in PUBLISHED}
    return Catalog(models, sources, criteria, default, variants), faults + source_faults + variant_faults


def _read_user_catalog(path: Path) -> tuple[Catalog, list[str]]:
    from modelzoo.catalog.user_catalog import read_user_catalog  # the shipped catalog starts sooner without

    shipped, _ = read_models(paths.CATALOG / "models.csv")
    user, faults = read_user_catalog(path, shipped)
    criteria = dict(user.criteria)
    # Models of the same slugs as shipped ones have a year without a column.
    dated = "year" in user.large.keys if user.large else any(model.year for model in user.models.values())
    if dated and "year" not in criteria:
        criteria = {"year": PUBLISHED[0]} | criteria
    key = user.source.key
    return Catalog(user.models, {key: user.source}, criteria, (key,), texts=user.texts, large=user.large), faults
