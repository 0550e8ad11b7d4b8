"""Results added to the record of a finished run: its test result, and its latency."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from modelzoo.base import paths
from modelzoo.base.atomic import write_atomically
from modelzoo.base.claims import claimed
from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.score import score_on_test
from modelzoo.benchmarking.trained import WEIGHTS, engine_of, measure
from modelzoo.datasets.dataset import sha256_of
from modelzoo.errors import ZooError, first_line
from modelzoo.machine import hardware
from modelzoo.runs import store
from modelzoo.runs.events import Note, Report, Waiting
from modelzoo.runs.predictions import PREDICTIONS
from modelzoo.runs.protocol import device_name
from modelzoo.runs.record import RECORD, Record, read_record

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Splits
    from modelzoo.training.engines.engine import Engine


class Lacking(NamedTuple):
    """The results that a finished run lacks: the test result, and the latency at these batches."""

    test: bool
    batches: tuple[int, ...]


def is_complete(record: Record, batches: Sequence[int], *, test: bool) -> bool:
    """Return whether a finished run has all wanted results."""
    return not any(_absent(record, batches, test=test))


def lacking_results(
    spec: RunSpec, record: Record, runs: Path, batches: Sequence[int], *, test: bool, report: Report
) -> Lacking | None:
    """Return the wanted results that a finished run lacks and that can be added; None without any.

    A note says why a result cannot be added. Weights that are shorter than recorded are noted in any case.
    """
    folder = runs / spec.id
    if short := _shortened(record, folder / WEIGHTS):
        report(Note(f"{spec.title}: {short}"))
        return None
    untested, lacking = _absent(record, batches, test=test)
    if untested and (obstacle := _obstacle(folder)):
        report(Note(f"{spec.title}: the test result is not added: {obstacle}"))
        untested = False
    if lacking and (obstacle := _obstacle(folder) or _other_device(record)):
        numbers, alone = ", ".join(map(str, lacking)), record.variant if ":" not in record.name else record.name
        report(
            Note(
                f"{spec.title}: latency at batch {numbers} is not added: {obstacle}, or `zoo latency {alone}` measures "
                "it without a run"
            )
        )
        lacking = ()
    return Lacking(untested, lacking) if untested or lacking else None


def _absent(record: Record, batches: Sequence[int], *, test: bool) -> Lacking:
    """Return the wanted results that are not in the record, whether they can be added or not."""
    known = {latency.batch for latency in record.latency} | {missing.batch for missing in record.no_latency}
    return Lacking(test and record.test is None, tuple(batch for batch in batches if batch not in known))


def _obstacle(folder: Path) -> str | None:
    """Return why nothing can be added to the record in a folder, and the next step."""
    if folder.resolve().is_relative_to(paths.BENCHMARKS.resolve()):
        return f"{paths.shown(folder)} is a shipped record; train the run into another folder"
    if not (folder / WEIGHTS).exists():
        return f"{paths.shown(folder)} has no {WEIGHTS}; remove the folder to train the run again"
    return None


def _other_device(record: Record) -> str | None:
    """Return that the run was made on another device than this one, and the next step."""
    here, there = device_name(hardware.hardware()), device_name(record.hardware)
    return None if here == there else f"the run was made on {there}, this device is {here}; repeat the command there"


def _shortened(record: Record, weights: Path) -> str | None:
    """Return how the weights are shorter than recorded, as after a power loss, and the next step."""
    size, recorded = weights.stat().st_size if weights.is_file() else None, record.saved_model_bytes
    if size is None or recorded is None or size >= recorded:
        return None
    return (
        f"{paths.shown(weights)} has {size:,} of its {recorded:,} bytes; "
        f"remove {paths.shown(weights.parent)} to train the run again"
    )


def add_results(spec: RunSpec, splits: "Splits", runs: Path, lacking: Lacking, report: Report) -> Record:
    """Test a finished run with its saved weights, or measure its latency, and return the record with the results.

    The record is replaced in one step; its other fields stay as they are.

    Raises
    ------
    ZooError
        If another process adds results to the run, its weights do not fit, or the record cannot be written.
    """
    folder = runs / spec.id
    work = f"adds results to {paths.shown(folder)}"
    with claimed(folder, work, name=store.RESULTS_CLAIM, report=lambda text: report(Waiting(text))) as claim:
        store.remove_half_written(folder)
        hardware.find_devices()
        record = read_record(folder / RECORD)
        engine = engine_of(spec, splits, report)
        _load_weights(engine, folder / WEIGHTS)
        added = _measured(spec, engine, splits, folder, record, lacking, report)
        claim.require()
        with store.disk_errors(folder):
            _replace_fields(folder, added)
        return read_record(folder / RECORD)


def describe(lacking: Lacking) -> str:
    """Return the kinds of results in words."""
    return " and ".join(filter(None, ("the test result" * lacking.test, "latency" * bool(lacking.batches))))


def _measured(
    spec: RunSpec,
    engine: "Engine",
    splits: "Splits",
    folder: Path,
    record: Record,
    lacking: Lacking,
    report: Report,
) -> dict[str, Any]:
    """Return the fields of the record that the lacking results change."""
    added: dict[str, Any] = {}
    # Another process may have added some of them before this one got the claim.
    lacking = _absent(record, lacking.batches, test=lacking.test)
    if lacking.test:
        with store.disk_errors(folder):
            added["test"] = score_on_test(engine, splits, folder, record.temperature, report)
        added["files"] = record.files | {PREDICTIONS: sha256_of(folder / PREDICTIONS)}
    if lacking.batches:
        measured = measure(spec, engine, splits.test, lacking.batches, record.flops, report)
        added["latency"] = sorted((*record.latency, *measured.latency), key=lambda latency: latency.batch)
        added["no_latency"] = sorted((*record.no_latency, *measured.missing), key=lambda missing: missing.batch)
    return added


def _load_weights(engine: "Engine", path: Path) -> None:
    try:
        engine.network.load_weights(path)
    except Exception as error:
        raise ZooError(
            f"{paths.shown(path)} cannot be loaded: {first_line(error)}; "
            f"remove {paths.shown(path.parent)} to train the run again"
        ) from error


def _replace_fields(folder: Path, fields: dict[str, Any]) -> None:
    """Replace fields of the record's JSON, so that fields of later versions stay."""
    content = msgspec.json.decode((folder / RECORD).read_bytes()) | msgspec.to_builtins(fields)
    write_atomically(folder / RECORD, msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
