"""The catalog: models and sources together, and the decision matrix that ranking starts from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np

from modelzoo.base import paths
from modelzoo.catalog.criteria import PUBLISHED, Criterion, criterion
from modelzoo.catalog.csv_sheet import raise_first
from modelzoo.catalog.decision_table import NO_SOURCE, DecisionTable
from modelzoo.catalog.models import Model, read_models, slugify
from modelzoo.catalog.sources import Source, read_sources
from modelzoo.catalog.variants import Variant, read_variants
from modelzoo.errors import ZooError, unknown

__all__ = ["NO_SOURCE", "Catalog", "DecisionTable", "load_catalog", "read_catalog"]


class Catalog(msgspec.Struct, frozen=True):
    """What is known: models in the order of their file, sources in the order of theirs, variants by their model.

    `texts` are the columns of a catalog of one's own that hold words, which nothing can be ranked by.
    """

    models: Mapping[str, Model]
    sources: Mapping[str, Source]
    criteria: Mapping[str, Criterion]
    default_sources: tuple[str, ...]
    variants: Mapping[str, tuple[Variant, ...]] = {}
    texts: tuple[str, ...] = ()

    def model(self, name: str) -> Model:
        """The model of that name, however it is spelled: ``EfficientNet-B1``, ``inception_v3``."""
        slug = slugify(name)
        if slug not in self.models:
            raise unknown("model", slug or name, self.models, hint="`zoo list` shows those there are")
        return self.models[slug]

    def chosen_sources(self, keys: Sequence[str] | None = None) -> tuple[Source, ...]:
        """The sources of those keys, first wins; the default ones where none are named."""
        chosen = tuple(keys) if keys else self.default_sources
        for place, key in enumerate(chosen):
            if key not in self.sources:
                raise unknown("source", key, self.sources)
            if key in chosen[:place]:
                raise ZooError(f"source {key!r} is named twice; name each once, the one that wins first")
        return tuple(self.sources[key] for key in chosen)

    def table(self, keys: Sequence[str], sources: Sequence[str] | None = None) -> DecisionTable:
        """The decision matrix of these criteria over the models that one of the sources knows.

        Parameters
        ----------
        sources : the first that has a figure gives it; the default ones where none are named
        """
        for key in keys:
            if key in self.texts:
                raise ZooError(f"column {key!r} holds text; rank by columns of numbers: {', '.join(self.criteria)}")
        chosen = self.chosen_sources(sources)
        criteria = tuple(criterion(key, self.criteria) for key in keys)
        models = [model for slug, model in self.models.items() if any(slug in source.rows for source in chosen)]
        values = np.full((len(models), len(criteria)), np.nan, order="F")
        origins = np.full(values.shape, NO_SOURCE, dtype=np.int8, order="F")
        for column, item in enumerate(criteria):
            for row, model in enumerate(models):
                value, origin = _figure(model, item.key, chosen)
                if value is not None:
                    values[row, column] = value
                    origins[row, column] = origin
        return DecisionTable(
            slugs=tuple(model.slug for model in models),
            names=tuple(model.name for model in models),
            criteria=criteria,
            values=values,
            origins=origins,
            sources=tuple(source.key for source in chosen),
        )


def _figure(model: Model, key: str, sources: Sequence[Source]) -> tuple[float | None, int]:
    """The model's figure by that criterion and the place of the source it is from."""
    if key == "year":
        return model.year, NO_SOURCE
    for place, source in enumerate(sources):
        figure = source.rows.get(model.slug, {}).get(key)
        if figure is not None:
            return figure.value, place
    return None, NO_SOURCE


def load_catalog(path: str | Path | None = None) -> Catalog:
    """The shipped catalog, the one in a folder laid out like it, or a CSV file of one's own.

    A CSV of one's own names its models in a column ``name`` (or ``model``, ``slug``); every other column is a
    criterion, with the known sense and unit where the key is a known one.

    Raises
    ------
    ZooError
        With the first fault of the files: file, line and column, what was found, what was expected.
    """
    catalog, faults = read_catalog(None if path is None else Path(path))
    raise_first(faults, "zoo check" if path is None else f"zoo check {path}")
    return catalog


def read_catalog(path: Path | None = None) -> tuple[Catalog, list[str]]:
    """What of the catalog could be read, and all faults of its files."""
    path = paths.CATALOG if path is None else path
    if not path.is_dir():
        from modelzoo.catalog.user_catalog import read_own  # the shipped catalog needs none of it, and starts sooner

        shipped, _ = read_models(paths.CATALOG / "models.csv")
        models, source, columns, texts, faults = read_own(path, shipped)
        year = {} if "year" in columns or not any(model.year for model in models.values()) else {"year": PUBLISHED[0]}
        return Catalog(models, {source.key: source}, year | columns, (source.key,), texts=texts), faults
    models, faults = read_models(path / "models.csv")
    if not models:
        # Every row of every source would be at fault for want of its model.
        return Catalog({}, {}, {}, ()), faults
    sources, default, found = read_sources(path, models)
    variants, also_found = read_variants(path / "variants.csv", models)
    criteria = {item.key: item for item in PUBLISHED}
    return Catalog(models, sources, criteria, default, variants), faults + found + also_found
