"""Records: all facts and measurements of one run, the content of ``runs/<id>/record.json``.

Keys of later versions are ignored.
"""

from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Literal

import msgspec

from modelzoo.base import paths
from modelzoo.base.atomic import write_atomically
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Recipe

SCHEMA = 1
RECORD = "record.json"


class LaterSchemaError(ZooError):
    """A record of a later version, which must not be replaced."""


class DatasetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The data set: source, counts of images, and the requested limit of training images."""

    name: str
    title: str
    synthetic: bool
    checksums: dict[str, str]
    classes: int
    train_images: int
    validation_images: int
    test_images: int
    limit_train: int | None = None


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """The machine; `memory_gb` in units of 10^9 bytes."""

    cpu: str
    cores: int
    gpu: str | None
    driver: str | None
    memory_gb: float
    system: str


def device_of(hardware: Hardware) -> tuple[str | int, ...]:
    """Return the identity of a device: the GPU, else the CPU and its cores."""
    return (hardware.gpu,) if hardware.gpu else (hardware.cpu, hardware.cores)


class OnGpu(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that hold on a GPU alone.

    `tf32` says that float32 products are computed in TF32, with 10 bits of mantissa; None where nothing names the GPU.
    `deterministic` says that operations are deterministic, so that a repeated or resumed run is equal to the last bit.
    `peak_memory_mb` is the peak of the device's memory, in 10^6 bytes.
    """

    tf32: bool | None
    deterministic: bool
    peak_memory_mb: float | None = None


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch, numbered from 1: accuracies in percent, its last learning rate, seconds with validation.

    `val_macro_recall` is the class-mean accuracy on validation images; records of earlier versions lack it.
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    learning_rate: float
    seconds: float
    val_macro_recall: float | None = None


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """The test split, used once: percent with the 95 % interval, and plain cross-entropy.

    `macro_recall` is the class-mean accuracy; records of earlier versions lack it.
    """

    __test__ = False  # not a test class, whatever pytest makes of the name

    images: int
    correct: int
    top1: float
    top1_low: float
    top1_high: float
    top5: float
    loss: float
    macro_recall: float | None = None


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of one call with `batch` images, over `calls` calls after warm-up; `images_per_s` at the median.

    `mean_low_ms` and `mean_high_ms` are the 95 % interval of the mean. `ended_by` names the limit that ended the
    timing: calls or time. `steady` is true if the warm-up ended with steady calls. `flops_per_s` is the speed at the
    median, `peak_flops_per_s` the peak of the device, if both are known. Records of earlier versions have the
    percentiles alone.
    """

    batch: int
    p50_ms: float
    p90_ms: float
    p99_ms: float
    images_per_s: float
    calls: int
    mean_ms: float | None = None
    mean_low_ms: float | None = None
    mean_high_ms: float | None = None
    ended_by: Literal["calls", "time"] | None = None
    warm_up_calls: int | None = None
    steady: bool | None = None
    flops_per_s: float | None = None
    peak_flops_per_s: float | None = None


class NoLatency(msgspec.Struct, frozen=True, kw_only=True):
    """The reason for a missing latency with `batch` images: the call failed, or its time is impossible."""

    batch: int
    reason: str


class FileFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The size and the SHA-256 of a file of the run, as it was written."""

    bytes: int
    sha256: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One run: one training of one model with one recipe and one seed.

    `input_shape` is height, width, channels as the network sees them. `best_epoch` is the one whose weights were
    tested. `weights_sha256` is that of the file whose weights training began with, if any. `flops` counts
    multiplications and additions each. `peak_memory_mb` is the process's, in 10^6 bytes. `on_gpu` is None without a
    GPU, and where the run's process died and another one wrote the record.
    """

    schema: int = SCHEMA
    id: str
    model: str
    name: str
    variant: str
    trainable_params: int
    total_params: int
    recipe_name: str
    recipe: Recipe
    dataset: DatasetFacts
    seed: int
    input_shape: tuple[int, int, int]
    backend: str
    versions: dict[str, str]
    precision: str
    weights_sha256: str | None = None
    hardware: Hardware
    started: str
    finished: str
    epochs: tuple[Epoch, ...] = ()
    best_epoch: int | None = None
    stopped_by: Literal["patience", "schedule", "limit"] | None = None
    test: Test | None = None
    latency: tuple[Latency, ...] = ()
    no_latency: tuple[NoLatency, ...] = ()
    peak_memory_mb: float | None = None
    on_gpu: OnGpu | None = None
    saved_model_bytes: int | None = None
    flops: float | None = None
    outcome: Literal["finished", "failed"]
    reason: str | None = None
    files: dict[str, FileFacts] = {}

    @property
    def title(self) -> str:
        """Return the name of the model, with the variant unless that is its slug: ``LeNet-5 (lenet5-1998)``."""
        return titled(self.name, self.model, self.variant)

    @property
    def completed(self) -> bool:
        """Return whether the schedule ran to its end, or patience did; nothing shows that a network converged."""
        return self.stopped_by in ("patience", "schedule")

    @property
    def seconds_per_epoch(self) -> float | None:
        """Return the median over the epochs, without the first of several, which traces and compiles."""
        seconds = [epoch.seconds for epoch in self.epochs]
        return median(seconds[1:] or seconds) if seconds else None


def precision_of(record: Record) -> str:
    """Return the precision of a run: its name in Keras, and whether float32 products were in TF32."""
    if record.precision != "float32" or record.on_gpu is None:
        return record.precision
    products = {True: "float32 with products in TF32", False: "float32", None: "float32, TF32 not known"}
    return products[record.on_gpu.tf32]


def titled(name: str, slug: str, variant: str) -> str:
    """Return the name of a model with its variant; the name of a builder needs none."""
    return name if variant == slug or ":" in name else f"{name} ({variant})"


def now() -> str:
    """Return the time in the form of a record: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def write_record(record: Record, folder: Path) -> None:
    """Write ``record.json`` into the folder of the run."""
    data = msgspec.json.format(msgspec.json.encode(record), indent=2)
    write_atomically(folder / RECORD, data + b"\n")


def read_record(path: Path) -> Record:
    """Read a record.

    Raises
    ------
    ZooError
        If the file cannot be read, is no record, or is of a later version. The message names file and field.
    """
    try:
        data = path.read_bytes()
        schema = msgspec.json.decode(data, type=_Schema).schema
        if schema <= SCHEMA:
            record = msgspec.json.decode(data, type=Record)
            if record.best_epoch is not None and not 1 <= record.best_epoch <= len(record.epochs):
                raise msgspec.ValidationError(f"best_epoch is {record.best_epoch} of {len(record.epochs)} epochs")
            if record.outcome == "finished" and record.test is None:
                raise msgspec.ValidationError("it is finished and has no test result")
            return record
    except OSError as error:
        raise ZooError(f"{paths.shown(path)}: {error.strerror}; it is skipped") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ZooError(f"{paths.shown(path)}: not a record: {error}; remove it or bench the model again") from None
    raise LaterSchemaError(f"{paths.shown(path)}: schema {schema}; this version reads up to {SCHEMA}, update cnn-zoo")


def load_records(folder: str | Path) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """Load the records of all whole runs in a folder, oldest first, and one problem for each unreadable record."""
    records, problems = load_records_by_folder(Path(folder))
    return tuple(record for record, _ in records), problems


def load_records_by_folder(folder: Path) -> tuple[tuple[tuple[Record, Path], ...], tuple[str, ...]]:
    """Load the records of `load_records`, each with the folder of its run."""
    records: list[tuple[Record, Path]] = []
    problems: list[str] = []
    for run in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not run.is_dir() or run.name.startswith(".") or run.suffix == ".partial" or not (run / RECORD).exists():
            continue
        try:
            records.append((read_record(run / RECORD), run))
        except ZooError as error:
            problems.append(str(error))
    records.sort(key=lambda item: (item[0].started, item[0].id))
    return tuple(records), tuple(problems)


class _Schema(msgspec.Struct):
    schema: int
