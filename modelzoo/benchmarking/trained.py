"""The trained network of a run: its engine, its latency, and latency added to the record of a finished run."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from modelzoo.base import paths
from modelzoo.base.atomic import atomic_file, write_atomically
from modelzoo.base.claims import claimed
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.errors import ZooError, first_line
from modelzoo.machine import hardware
from modelzoo.runs import store
from modelzoo.runs.events import Measuring, Note, Report, Waiting, ignore
from modelzoo.runs.record import RECORD, Record, device_of, read_record
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


def lacking_batches(
    spec: RunSpec, record: Record, runs: Path, batches: Sequence[int], report: Report
) -> tuple[int, ...]:
    """Return the batches whose latency a finished run lacks; none, and a note why, where it cannot be added.

    Weights that are shorter than recorded are noted in any case.
    """
    if short := _shortened(record, runs / spec.id / WEIGHTS):
        report(Note(f"{spec.title}: {short}"))
        return ()
    known = {latency.batch for latency in record.latency} | {missing.batch for missing in record.no_latency}
    lacking = tuple(batch for batch in batches if batch not in known)
    obstacle = _obstacle(record, runs / spec.id) if lacking else None
    if obstacle is None:
        return lacking
    numbers = ", ".join(map(str, lacking))
    report(Note(f"{spec.title}: latency at batch {numbers} is not added: {obstacle}"))
    return ()


def _obstacle(record: Record, folder: Path) -> str | None:
    """Return why latency cannot be added to the record, and the next step."""
    alone = f"`zoo latency {record.variant if ':' not in record.name else record.name}` measures it without a run"
    if folder.resolve().is_relative_to(paths.BENCHMARKS.resolve()):
        return f"{paths.shown(folder)} is a shipped record; {alone}"
    if not (folder / WEIGHTS).exists():
        return f"{paths.shown(folder)} has no {WEIGHTS}; remove the folder to train the run again, or {alone}"
    here, there = (" ".join(map(str, device_of(machine))) for machine in (hardware.hardware(), record.hardware))
    if here != there:
        return f"the run was made on {there}, this device is {here}; repeat the command there, or {alone}"
    return None


def _shortened(record: Record, weights: Path) -> str | None:
    """Return how the weights are shorter than recorded, as after a power loss, and the next step."""
    size, recorded = weights.stat().st_size if weights.is_file() else None, record.saved_model_bytes
    if size is None or recorded is None or size >= recorded:
        return None
    return (
        f"{paths.shown(weights)} has {size:,} of its {recorded:,} bytes; "
        f"remove {paths.shown(weights.parent)} to train the run again"
    )


def add_latency(spec: RunSpec, splits: "Splits", runs: Path, batches: Sequence[int], report: Report) -> Record:
    """Measure latency with the weights of a finished run, add it to the record, and return the record.

    The record is replaced in one step; its other fields stay as they are.

    Raises
    ------
    ZooError
        If another process adds latency to the run, its weights do not fit, or the record cannot be written.
    """
    folder = runs / spec.id
    work = f"adds latency to {paths.shown(folder)}"
    with claimed(folder, work, name=store.LATENCY_CLAIM, report=lambda text: report(Waiting(text))) as claim:
        store.remove_half_written(folder)
        hardware.find_devices()
        record = read_record(folder / RECORD)
        engine = engine_of(spec, splits, report)
        _load_weights(engine, folder / WEIGHTS)
        measured = measure(spec, engine, splits.test, batches, record.flops, report)
        claim.require()
        with store.disk_errors(folder):
            _write_latency(folder, record, measured)
        return read_record(folder / RECORD)


def _load_weights(engine: "Engine", path: Path) -> None:
    try:
        engine.network.load_weights(path)
    except Exception as error:
        raise ZooError(
            f"{paths.shown(path)} cannot be loaded: {first_line(error)}; "
            f"remove {paths.shown(path.parent)} to train the run again, or measure no latency"
        ) from error


def _write_latency(folder: Path, record: Record, measured: Latencies) -> None:
    """Replace the two latency fields of the record's JSON, so that fields of later versions stay."""
    content = msgspec.json.decode((folder / RECORD).read_bytes())
    for name, before, added in (
        ("latency", record.latency, measured.latency),
        ("no_latency", record.no_latency, measured.missing),
    ):
        content[name] = sorted(msgspec.to_builtins((*before, *added)), key=lambda entry: entry["batch"])
    write_atomically(folder / RECORD, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
