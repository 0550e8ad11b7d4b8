"""The models of a benchmark, by name, by variant, by builder, or by rank."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from modelzoo.base.paths import is_file
from modelzoo.base.text import cut, quote
from modelzoo.catalog.models import Model, slug_of_builder, slugify
from modelzoo.errors import ZooError
from modelzoo.runs.events import Note, Report

if TYPE_CHECKING:
    from modelzoo.catalog.catalog import Catalog


def resolve_model(catalog: "Catalog", name: str) -> Model:
    """Return the model of a name, with its builder.

    Parameters
    ----------
    name : a model, a variant such as ``shufflenetv2-x1-0``, a builder (``keras:NAME``, ``package.module:function``), or
        another name of Keras Applications

    Raises
    ------
    ZooError
        If the name is none of these. The module of a function is not imported yet, and may lack it.
    """
    from modelzoo.architectures import keras_applications
    from modelzoo.architectures.builder import find_builder
    from modelzoo.architectures.registry import REGISTRY, find_variant

    slug = slugify(name)
    module, colon, function = name.partition(":")
    if module.endswith(".py") and colon:
        raise ZooError(f"builder {quote(name)} names a file; name the module: {cut(module[:-3])}:{cut(function)}")
    if colon:
        return Model(slug_of_builder(name), name, build=name, min_size=find_builder(name).smallest_input)
    if slug in catalog.models:
        return catalog.models[slug]
    if variant := find_variant(name):
        entry = REGISTRY[variant]
        model = catalog.models.get(entry.model, Model(entry.model, variant))
        return replace(model, build=f"modelzoo:{variant}", min_size=entry.smallest_input)
    for application in keras_applications.names():
        if slugify(application) == slug:
            smallest = keras_applications.smallest_input(application)
            return Model(slug, application, build=f"keras:{application}", min_size=smallest)
    if is_file(Path(f"{module.removesuffix('.py')}.py")):
        module = cut(module.removesuffix(".py"))
        raise ZooError(f"unknown model {quote(name)}; to bench a builder of {module}.py, name it: {module}:FUNCTION")
    return catalog.model(name)  # raises an error with the nearest names


def require_builder(model: Model) -> None:
    """Raise a ZooError where the model has no builder."""
    if not model.build:
        raise ZooError(
            f"{model.name} has no builder; choose a model with a builder, or name your own, package.module:function"
        )


def best_ranked(catalog: "Catalog", top: int, report: Report, **ranking: Any) -> list[Model]:
    """Return the best ranked models with a builder, and report better ones without a builder.

    Parameters
    ----------
    ranking : parameters of `rank`, such as `by`
    """
    from modelzoo.scoring.rank import rank

    ranked = [catalog.models[entry.slug] for entry in rank(catalog, **ranking).entries]
    chosen = [model for model in ranked if model.build][:top]
    if not chosen:
        raise ZooError("none of the ranked models has a builder; rank other ones")
    better = ranked[: ranked.index(chosen[-1])]
    passed = ", ".join(model.name for model in better if not model.build)
    names = ", ".join(model.name for model in chosen)
    report(Note(f"best ranked: {names}" + (f"; passed over, without a builder: {passed}" if passed else "")))
    return chosen
