"""Checks of a benchmark's names, before Keras is loaded and data is read: both take seconds."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from modelzoo.architectures.builder import find_builder
from modelzoo.architectures.imagenet import fetch_imagenet
from modelzoo.benchmarking.models import require_builder, resolve_model
from modelzoo.benchmarking.options import BenchOptions
from modelzoo.benchmarking.run_spec import default_recipe, variant_of
from modelzoo.catalog.models import Model
from modelzoo.datasets.load import find_dataset
from modelzoo.errors import all_of
from modelzoo.recipes.checks import require_compatible
from modelzoo.recipes.load import load_recipe, parse_changes
from modelzoo.recipes.recipe import IMAGENET, Recipe
from modelzoo.training.initial_weights import require_weights

if TYPE_CHECKING:
    from modelzoo.catalog.catalog import Catalog
    from modelzoo.datasets.dataset import DataSet

ModelRecipe = tuple[Model, str | Path | None]


def resolve_models(catalog: "Catalog", names: Sequence[str]) -> list[Model]:
    """Return the models of the names, as `resolve_model` does; one error has all wrong names."""
    return all_of(partial(resolve_model, catalog, name) for name in names)


def require_names(models: Sequence[ModelRecipe], dataset: "str | DataSet", options: BenchOptions) -> None:
    """Raise one ZooError with all that is wrong: data set, builders, recipes, and their weights files."""
    checks: list[Callable[[], object]] = [partial(_require_data, dataset, options)]
    checks += [partial(_recipe_of, model, recipe, options) for model, recipe in models]
    all_of(checks)


def _require_data(dataset: "str | DataSet", options: BenchOptions) -> None:
    if isinstance(dataset, str):
        find_dataset(dataset, options.data_dir)


def fetch_initial_weights(models: Sequence[ModelRecipe], options: BenchOptions) -> None:
    """Download the ImageNet weights that the recipes begin with and Keras' cache lacks, before data is read."""
    for model, recipe in models:
        if _recipe_of(model, recipe, options).weights == IMAGENET:
            fetch_imagenet(model.build.partition(":")[2])


def _recipe_of(model: Model, recipe: str | Path | None, options: BenchOptions) -> Recipe:
    require_builder(model)
    # The variant of an imported builder has digits of its module, which only an import gives.
    variant = model.slug if find_builder(model.build).imported else variant_of(model.build)
    loaded = load_recipe(recipe or default_recipe(model.slug, variant), parse_changes(options.assignments))
    require_compatible(model, variant, loaded)
    require_weights(loaded.weights)
    return loaded
