"""Latency of untrained networks, with the published GPU times of their models."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import msgspec
import numpy as np

from modelzoo.architectures.builder import find_builder
from modelzoo.benchmarking.models import require_builder
from modelzoo.benchmarking.run_spec import variant_of
from modelzoo.benchmarking.speeds import (
    Measure,
    Measured,
    NetworkSpeed,
    Published,
    conditions_here,
    measure_isolated,
)
from modelzoo.catalog.catalog import Catalog
from modelzoo.catalog.models import Model
from modelzoo.errors import ZooError
from modelzoo.runs.events import Measuring, Note, Report
from modelzoo.runs.record import titled
from modelzoo.timing.clock import Limits
from modelzoo.timing.flops import flops_of_image
from modelzoo.timing.measure import Latencies, measure_latency
from modelzoo.training.network import logits_alone

# The default image size of recipes, and the channels and classes of the published networks.
_SIDE = 32
_CHANNELS = 3
_CLASSES = 1000


@dataclass(frozen=True)
class _Network:
    """One network to measure, with its input resolved; `name` includes the variant where it is not the default."""

    model: Model
    name: str
    input_shape: tuple[int, int, int]
    classes: int


def untrained_measures(
    models: Sequence[Model],
    *,
    batches: Sequence[int],
    image_size: int | None,
    at_catalog_size: bool,
    limits: Limits,
    apart: bool,
    catalog: "Catalog",
    report: Report,
) -> list[Measure]:
    """Return the measurement of each model, with random weights on random pixels 0-255 in float32.

    The parameters are those of `deployment.latency`.

    Raises
    ------
    ZooError
        If a model cannot have this input.
    """

    def measure(network: _Network) -> Measured:
        report(Measuring(f"latency of {network.name} at {_size(network.input_shape)}"))
        conditions, speed = measure_isolated(_measure, network, batches, limits, apart=apart, report=report)
        if at_catalog_size:
            speed = msgspec.structs.replace(speed, published=_published(speed.model, catalog))
        return conditions, speed

    networks = [_resolve(model, image_size, at_catalog_size, report) for model in models]
    return [(network.name, partial(measure, network)) for network in networks]


def _resolve(model: Model, image_size: int | None, at_catalog_size: bool, report: Report) -> _Network:
    """Return the network with its published input, or with an input of the wanted size, not below its smallest."""
    require_builder(model)
    published, name = find_builder(model.build).published, titled(model.name, model.slug, variant_of(model.build))
    if at_catalog_size:
        if published is None:
            raise ZooError(f"{name} has no known published input; give `image_size` instead")
        return _Network(model, name, *published)
    (_, _, channels), classes = published or ((_SIDE, _SIDE, _CHANNELS), _CLASSES)
    smallest, side = find_builder(model.build).smallest_input, image_size or _SIDE
    if side < smallest and image_size:
        raise ZooError(f"`image_size` is {side}; {name} takes {smallest}×{smallest} pixels at least")
    if side < smallest:
        report(Note(f"{name} takes {smallest}×{smallest} pixels at least; it gets this size"))
        side = smallest
    return _Network(model, name, (side, side, channels), classes)


def _measure(network: _Network, batches: Sequence[int], limits: Limits, *, report: Report) -> Measured:
    import keras

    conditions, peak = conditions_here(limits)
    keras.utils.clear_session(free_memory=True)
    keras.utils.set_random_seed(0)
    model = logits_alone(
        find_builder(network.model.build).build(
            input_shape=network.input_shape, classes=network.classes, note=lambda text: report(Note(text))
        )
    )
    flops = flops_of_image(model)
    images = np.random.default_rng(0).uniform(0, 255, (min(batches), *network.input_shape)).astype(np.float32)
    measured: Latencies = measure_latency(model, images, batches, flops=flops, peak=peak, limits=limits)
    speed = NetworkSpeed(
        model=network.model.slug,
        name=network.name,
        build=network.model.build,
        input_shape=network.input_shape,
        classes=network.classes,
        total_params=model.count_params(),
        flops=flops,
        latency=measured.latency,
        no_latency=measured.missing,
    )
    return conditions, speed


def _published(model: str, catalog: "Catalog") -> tuple[Published, ...]:
    """Return every GPU time that the catalog has for the model."""
    return tuple(
        Published(
            source=source.key,
            gpu_ms=value.value,
            printed=value.text,
            conditions=source.conditions.get("gpu", source.conditions.get("times", "conditions not stated")),
        )
        for source in catalog.sources.values()
        if (value := source.rows.get(model, {}).get("gpu")) is not None
    )


def _size(shape: tuple[int, int, int]) -> str:
    return f"{shape[1]}×{shape[0]}×{shape[2]}"
