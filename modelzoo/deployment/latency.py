"""Latency of saved files and of runs, with that of untrained models: several runtimes in one table."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from modelzoo.base.arguments import checked
from modelzoo.benchmarking.names import resolve_models
from modelzoo.benchmarking.progress import Reporting, reporting
from modelzoo.benchmarking.speeds import (
    Measured,
    NetworkSpeed,
    Speeds,
    conditions_here,
    measure_each,
    measure_isolated,
)
from modelzoo.benchmarking.untrained import untrained_measures
from modelzoo.benchmarking.worker import require_main_guard
from modelzoo.catalog.catalog import Catalog
from modelzoo.deployment.formats import is_network_file, require_reading
from modelzoo.deployment.load import load_model
from modelzoo.deployment.run_network import require_weights
from modelzoo.errors import ZooError
from modelzoo.machine import hardware
from modelzoo.runs.events import Measuring, Report
from modelzoo.runs.find import find_run
from modelzoo.runs.local import label_of, local_ids
from modelzoo.runs.record import RECORD
from modelzoo.runs.store import runs_folder
from modelzoo.timing.clock import Limits
from modelzoo.timing.flops import flops_of_image
from modelzoo.timing.measure import BATCHES, measure_latency, require_batches


@checked
def latency(
    *models: str,
    batches: Sequence[int] = BATCHES,
    image_size: int | None = None,
    at_catalog_size: bool = False,
    limits: Limits | None = None,
    apart: bool = False,
    runs: str | Path | None = None,
    catalog: Catalog | None = None,
    report: Reporting = "progress",
) -> Speeds:
    """Measure the latency of models without training them, of trained runs, and of files that `save` wrote.

    The time of a call depends on the input's size, not on the values of weights and pixels. A model has random weights
    and takes random pixels in float32. A run or a file takes images as they are stored, and prepares them itself.

    Parameters
    ----------
    models : names of models, variants or builders (``keras:NAME``, ``package.module:function``), ids of runs, and files
    batches : numbers of images in a call
    image_size : height and width in pixels of models; default: 32, or the least that the network takes
    at_catalog_size : use the input that a model was published with, and add the catalog's GPU milliseconds
    limits : of the timing of one batch; default: 300 calls or 10 seconds
    apart : measure each network in a worker, whose crash loses that network alone. Workers import the script that
        calls this function: such a script calls it under ``if __name__ == "__main__":``
    catalog : as `load_catalog` gives it; default: the shipped one
    runs : folder of the local runs; by default the folder that ``ZOO_RUNS`` names, or ``./runs``
    report : ``"progress"`` shows progress, None shows none; a function receives the events

    Raises
    ------
    ZooError
        If an argument cannot be used, or no network could be measured. All names are resolved first; a network that
        fails later becomes a line of `faults`.
    """
    require_main_guard()
    limits = limits or Limits()
    _require_sensible(models, batches, limits, both=at_catalog_size and image_size is not None)
    from modelzoo.machine.requirements import require_bench_extra, require_packages

    require_packages()
    from modelzoo.catalog.catalog import load_catalog

    catalog = catalog or load_catalog()
    trained = [name for name in models if _is_trained(name, runs)]
    untrained = resolve_models(catalog, [name for name in models if name not in trained])
    if not untrained and (image_size is not None or at_catalog_size):
        raise ZooError("files and runs have an input of their own; leave out image size and catalog size")
    for name in trained:
        _require_usable(name, runs)
    with reporting(report) as progress:
        require_bench_extra(progress)
        apart = apart or hardware.devices_left()

        def measure(name: str) -> Measured:
            progress(Measuring(f"latency of {name}"))
            return measure_isolated(_measure, name, runs, batches, limits, apart=apart, report=progress)

        return measure_each(
            [
                *((name, partial(measure, name)) for name in trained),
                *untrained_measures(
                    untrained,
                    batches=batches,
                    image_size=image_size,
                    at_catalog_size=at_catalog_size,
                    limits=limits,
                    apart=apart,
                    catalog=catalog,
                    report=progress,
                ),
            ]
        )


def _require_sensible(models: Sequence[str], batches: Sequence[int], limits: Limits, *, both: bool) -> None:
    if not models:
        raise ZooError("no model is named; name one at least, as in `zoo list`")
    if len(batches) == 0:  # also of an array
        raise ZooError("batches are empty; expected one number of images at least")
    require_batches(batches)
    if limits.calls < 1:
        raise ZooError(f"`calls` is {limits.calls}; expected 1 or more")
    if not 0 < limits.seconds < float("inf"):
        raise ZooError(f"`seconds` is {limits.seconds}; expected a finite number above 0")
    if both:
        raise ZooError("image size and catalog size are both given; give one of them")


def _is_trained(name: str, runs: str | Path | None) -> bool:
    """Return whether a name is a saved file, or a run's id, label, or folder."""
    if is_network_file(name) or (Path(name) / RECORD).is_file():
        return True
    folder = runs_folder(runs)
    return any(name in (run_id, label_of(run_id, folder)) for run_id in local_ids(folder))


def _require_usable(name: str, runs: str | Path | None) -> None:
    """Raise a ZooError, without loading Keras, for a file without its runtime or a run without weights."""
    if is_network_file(name):
        require_reading(Path(name))
    else:
        require_weights(find_run(name, runs))


def _measure(name: str, runs: str | Path | None, batches: Sequence[int], limits: Limits, *, report: Report) -> Measured:
    conditions, peak = conditions_here(limits)
    network = load_model(name, runs, report=report)
    facts, model = network.facts, network.model
    flops = None if model is None else flops_of_image(model)
    images = np.random.default_rng(0).integers(0, 256, (min(batches), *facts.image_shape), np.uint8)
    measured = measure_latency(
        model, images, batches, flops=flops, peak=peak, limits=limits, make_call=network.make_call
    )
    height, width, channels = (*facts.image_shape, 1)[:3]
    speed = NetworkSpeed(
        model=facts.model,
        name=network.name,
        build=None,
        input_shape=(height, width, channels),
        classes=len(facts.classes),
        total_params=None if model is None else model.count_params(),
        flops=flops,
        latency=measured.latency,
        no_latency=measured.missing,
        runtime=network.runtime,
        int8=facts.int8,
    )
    return conditions, speed
