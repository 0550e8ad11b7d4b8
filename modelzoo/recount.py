"""Parameter counts of the built networks: the catalog's `sources/built.csv` and `variants.csv`."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from modelzoo.base import paths
from modelzoo.base.atomic import write_atomically
from modelzoo.base.install import install_command
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.models import Model
from modelzoo.errors import ZooError

_IMAGENET_CLASSES = 1000
_COUNTS = ("params", "trainable")


def recount(folder: Path = paths.CATALOG) -> None:
    """Build every network of the shipped catalog and of this project, in minutes, and write its counts."""
    from modelzoo.architectures.registry import REGISTRY

    count = cache(count_parameters)
    write_atomically(folder / "sources" / "built.csv", counts_csv(load_catalog().models.values(), count))
    models = {slug: architecture.model for slug, architecture in REGISTRY.items()}
    write_atomically(folder / "variants.csv", variants_csv(models, count))


def counts_csv(models: Iterable[Model], count: Callable[[str], tuple[int, int]]) -> str:
    """Return the source's CSV: all parameters and the trainable ones of each model with a builder."""
    return _csv(("slug", *_COUNTS), ((model.slug, *count(model.build)) for model in models if model.build))


def variants_csv(models: Mapping[str, str], count: Callable[[str], tuple[int, int]]) -> str:
    """Return the variants' CSV: model and counts of each one, in the registry's order.

    Parameters
    ----------
    models : the slug of the model by the slug of the variant
    """
    rows = ((slug, model, *count(f"modelzoo:{slug}")) for slug, model in models.items())
    return _csv(("slug", "model", *_COUNTS), rows)


def count_parameters(build: str) -> tuple[int, int]:
    """Return all parameters and the trainable ones of ``keras:NAME`` for ImageNet, or of ``modelzoo:SLUG``."""
    try:
        import keras
    except ImportError as error:
        raise ZooError(f"building networks needs Keras; {install_command('bench')}") from error
    from modelzoo.architectures.registry import REGISTRY

    builder, _, name = build.partition(":")
    keras.backend.clear_session()
    with keras.StatelessScope(initialize_variables=False):  # drawing weights takes most of the time
        if builder == "keras":
            network: Any = getattr(keras.applications, name)(weights=None, classes=_IMAGENET_CLASSES)
        else:
            own = REGISTRY[name]
            network = own.build(input_shape=own.published_input, classes=own.published_classes)
    trainable = sum(math.prod(weight.shape) for weight in network.trainable_weights)
    return int(network.count_params()), trainable


def _csv(header: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()
