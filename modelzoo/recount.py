"""Counting the parameters of the networks as built: the catalog's own source, `catalog/sources/built.csv`."""

import csv
import io
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from modelzoo import content
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.models import Model
from modelzoo.errors import ZooError
from modelzoo.files import write_atomically

_IMAGENET_CLASSES = 1000


def recount(path: Path = content.CATALOG / "sources" / "built.csv") -> None:
    """Build every network of the shipped catalog that can be built, and write its counts to `path`, a minute's work."""
    write_atomically(path, counts_csv(load_catalog().models.values(), count_parameters))


def counts_csv(models: Iterable[Model], count: Callable[[str], tuple[int, int]]) -> str:
    """The source's CSV: all parameters and the trainable ones of each model that can be built, in the models' order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("slug", "params", "trainable"))
    writer.writerows((model.slug, *count(model.build)) for model in models if model.build)
    return out.getvalue()


def count_parameters(build: str) -> tuple[int, int]:
    """All parameters and the trainable ones of ``keras:NAME`` for ImageNet, or of ``modelzoo:SLUG`` as published."""
    try:
        import keras
    except ImportError as error:
        raise ZooError('building networks needs Keras; install it with pip install "cnn-zoo[bench]"') from error
    from modelzoo.architectures.registry import REGISTRY

    builder, _, name = build.partition(":")
    keras.backend.clear_session()
    if builder == "keras":
        network: Any = getattr(keras.applications, name)(weights=None, classes=_IMAGENET_CLASSES)
    else:
        own = REGISTRY[name]
        network = own.build(input_shape=own.published_input, classes=own.published_classes)
    trainable = sum(math.prod(weight.shape) for weight in network.trainable_weights)
    return int(network.count_params()), trainable
