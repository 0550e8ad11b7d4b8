"""Which networks are to be benched: by model, by variant, by builder, or the best ranked ones."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from modelzoo.catalog.models import Model, slugify
from modelzoo.errors import ZooError
from modelzoo.runs.events import Note, Report

if TYPE_CHECKING:
    from modelzoo.catalog.catalog import Catalog


def resolve_model(catalog: "Catalog", name: str) -> Model:
    """The model of that name with what builds it.

    Parameters
    ----------
    name : a model of the catalog; a variant, which then builds its model (``shufflenetv2-x1-0``); a builder, such as
        ``keras:ResNet50V2`` or ``package.module:function``; or any other name of Keras Applications

    Raises
    ------
    ZooError
        If it is none of these, or a builder that cannot be had.
    """
    from modelzoo.architectures import keras_applications
    from modelzoo.architectures.build import smallest_input
    from modelzoo.architectures.registry import REGISTRY, find_variant

    slug = slugify(name)
    if ":" in name:
        return Model(slug, name, build=name, min_size=smallest_input(name))
    if slug in catalog.models:
        return catalog.models[slug]
    if variant := find_variant(name):
        own = REGISTRY[variant]
        known = catalog.models.get(own.model, Model(own.model, variant))
        return replace(known, build=f"modelzoo:{variant}", min_size=own.smallest_input)
    for application in keras_applications.names():
        if slugify(application) == slug:
            smallest = keras_applications.smallest_input(application)
            return Model(slug, application, build=f"keras:{application}", min_size=smallest)
    return catalog.model(name)  # which names the nearest


def require_builder(model: Model) -> None:
    """Raise a ZooError where nothing builds the model."""
    if not model.build:
        raise ZooError(
            f"{model.name} has no builder; choose a model that has one, or name your own, package.module:function"
        )


def best_ranked(catalog: "Catalog", top: int, by: Sequence[str] | None, report: Report) -> list[Model]:
    """The best ranked models that can be built; those passed over are reported."""
    from modelzoo.scoring.rank import rank

    ranked = [catalog.models[entry.slug] for entry in rank(catalog, by=by).entries]
    chosen = [model for model in ranked if model.build][:top]
    if not chosen:
        raise ZooError("none of the ranked models has a builder; rank --by other criteria")
    better = ranked[: ranked.index(chosen[-1])]
    passed = ", ".join(model.name for model in better if not model.build)
    names = ", ".join(model.name for model in chosen)
    report(Note(f"best ranked: {names}" + (f"; passed over, without a builder: {passed}" if passed else "")))
    return chosen
