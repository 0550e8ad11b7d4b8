"""The trained network of a run: its engine, its weights in a file, and its latency."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from modelzoo.base.atomic import atomic_file
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.machine import hardware
from modelzoo.runs.events import Measuring, Report, ignore
from modelzoo.timing.measure import Latencies, measure_latency
from modelzoo.timing.peak import device_peak

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Split, Splits
    from modelzoo.training.engines.engine import Engine

WEIGHTS = "weights.weights.h5"


def engine_of(spec: RunSpec, splits: "Splits", report: Report = ignore) -> "Engine":
    """Return the engine that trains the network of the spec on these images."""
    from modelzoo.training.engines.choose import make_engine
    from modelzoo.training.losses import log_prior
    from modelzoo.training.trainer import epoch_steps

    classes, labels = spec.dataset.classes, splits.train.labels
    return make_engine(
        spec.model.build,
        spec.recipe,
        in_memory=isinstance(splits.train.images, np.ndarray),
        image_shape=splits.train.images.shape[1:],
        classes=classes,
        seed=spec.seed,
        steps=epoch_steps(spec.recipe, len(labels)),
        prior=log_prior(labels, classes) if spec.recipe.balanced else None,
        report=report,
    )


def save_weights(network: Any, path: Path) -> None:
    """Write the weights of a network, as its own `save_weights` does, but whole or not at all.

    HDF5 ends the process on a full disk, so it writes into memory first. This takes the memory of the weights once
    more: 0.55 GB for VGG16.
    """
    with atomic_file(path) as file:
        file.write(weights_file(network))


def weights_file(network: Any) -> memoryview:
    """Return the content of the weights file of a network."""
    # Keras saves to paths alone. Its archives ``.keras`` have their weights from these two functions.
    from keras.src.saving.saving_lib import H5IOStore, _save_state

    content = io.BytesIO()
    weights = H5IOStore(content, mode="w")
    _save_state(network, weights_store=weights, assets_store=None, inner_path="", visited_saveables=set())
    weights.close()
    return content.getbuffer()


def measure(
    spec: RunSpec, engine: "Engine", test: "Split", batches: Sequence[int], flops: float | None, report: Report
) -> Latencies:
    """Measure the latency of the engine's network at each batch; none without batches."""
    if not batches:
        return Latencies()
    report(Measuring("latency"))
    peak = device_peak(hardware.hardware(), spec.precision)
    return measure_latency(engine.network, test.images[:32], batches, flops=flops, peak=peak, make_call=engine.traced())
