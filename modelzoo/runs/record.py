"""Records: all facts and measurements of one run, the content of ``runs/<id>/record.json``.

Keys of later versions are ignored.
"""

from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import msgspec

from modelzoo.base import paths
from modelzoo.base.atomic import write_atomically
from modelzoo.base.files import cannot_read, is_missing, read_bytes
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.files import MOST_JSON, damaged, decode
from modelzoo.tables.result import Result
from modelzoo.tables.table import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Since schema 2 a finished run may lack its test result.
SCHEMA = 2
RECORD = "record.json"

_ADVICE = "remove it or bench the model again"

# Ranges of values, which a record is checked for when it is read; JSON has no NaN.
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
_OneOrMore = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
_Percent = Annotated[float, msgspec.Meta(ge=0, le=100)]
_Amount = Annotated[float, msgspec.Meta(ge=0)]
_Positive = Annotated[float, msgspec.Meta(gt=0)]

# The accuracy in a record is the share of its correct images, except for rounding.
_ROUNDING = 0.01


class LaterSchemaError(ZooError):
    """A record of a later version, which must not be replaced."""


class DatasetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The data set: source, counts of images, and the requested limit of training images.

    `checksums` has one digest for each split of image files. Records of earlier versions have one for all files of a
    folder, or one for each file.
    `reading` describes an unusual way to read files or to cut splits, which changes pixels, labels or classes. The
    record, and the id of its run, lack it otherwise.
    """

    name: str
    title: str
    synthetic: bool
    checksums: dict[str, str]
    classes: _OneOrMore
    train_images: _Count
    validation_images: _Count
    test_images: _Count
    limit_train: _Count | None = None
    reading: str | msgspec.UnsetType = msgspec.UNSET


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """The machine; `memory_gb` in units of 10^9 bytes."""

    cpu: str
    cores: _OneOrMore
    gpu: str | None
    driver: str | None
    memory_gb: _Amount
    system: str


class OnGpu(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that hold on a GPU alone.

    `tf32` says that float32 products are computed in TF32, with 10 bits of mantissa; None where nothing names the GPU.
    `deterministic` says that operations are deterministic, so that a repeated or resumed run is equal to the last bit.
    `peak_memory_mb` is the peak of the device's memory, in 10^6 bytes.
    """

    tf32: bool | None
    deterministic: bool
    peak_memory_mb: _Amount | None = None


class Epoch(msgspec.Struct, frozen=True, kw_only=True):
    """One epoch, numbered from 1: accuracies in percent, its last learning rate, seconds with validation.

    `val_macro_recall` is the class-mean accuracy on validation images; records of earlier versions lack it.
    """

    epoch: _OneOrMore
    loss: _Amount
    accuracy: _Percent
    val_loss: _Amount
    val_accuracy: _Percent
    learning_rate: _Amount
    seconds: _Amount
    val_macro_recall: _Percent | None = None


class Test(msgspec.Struct, frozen=True, kw_only=True):
    """The test split, used once: percent with the 95 % interval, and plain cross-entropy.

    `macro_recall` is the class-mean accuracy. `ece` is the expected calibration error in percentage points;
    `ece_calibrated` is the one with the temperature of the record. Records of earlier versions lack these three.
    """

    __test__ = False  # not a test class, whatever pytest makes of the name

    images: _OneOrMore
    correct: _Count
    top1: _Percent
    top1_low: _Percent
    top1_high: _Percent
    top5: _Percent
    loss: _Amount
    macro_recall: _Percent | None = None
    ece: _Percent | None = None
    ece_calibrated: _Percent | None = None


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of one call with `batch` images, over `calls` calls after warm-up; `images_per_s` at the median.

    `mean_low_ms` and `mean_high_ms` are the 95 % interval of the mean. `ended_by` names the limit that ended the
    timing: calls or time. `steady` is true if the warm-up ended with steady calls. `flops_per_s` is the speed at the
    median, `peak_flops_per_s` the peak of the device, if both are known. Records of earlier versions have the
    percentiles alone.
    """

    batch: _OneOrMore
    p50_ms: _Positive
    p90_ms: _Positive
    p99_ms: _Positive
    images_per_s: _Positive
    calls: _OneOrMore
    mean_ms: float | None = None
    mean_low_ms: float | None = None
    mean_high_ms: float | None = None
    ended_by: Literal["calls", "time"] | None = None
    warm_up_calls: _Count | None = None
    steady: bool | None = None
    flops_per_s: _Amount | None = None
    peak_flops_per_s: _Amount | None = None


class NoLatency(msgspec.Struct, frozen=True, kw_only=True):
    """The reason for a missing latency with `batch` images: the call failed, or its time is impossible."""

    batch: _OneOrMore
    reason: str


class Record(Result, msgspec.Struct, frozen=True, kw_only=True):
    """One run: one training of one model with one recipe and one seed.

    `test` is None in a failed run, and in a finished one whose test split was not used.
    `input_shape` is height, width, channels as the network sees them. `best_epoch` is the one whose weights were
    tested. `weights_sha256` is that of the file whose weights training began with, if any. `flops` counts
    multiplications and additions each. `peak_memory_mb` is the process's, in 10^6 bytes. `on_gpu` is None without a
    GPU, and where the run's process died and another one wrote the record. `files` has the SHA-256 of the other files
    of the run; records of earlier versions lack it. `build` is the builder. `image_shape` is the shape of one image
    that network and preprocessing take. `temperature` divides the logits for calibrated probabilities; it was fitted
    on validation images. `train_counts` has the training images of each class. Records of earlier versions lack these
    four.
    """

    schema: int = SCHEMA
    id: str
    model: str
    name: str
    variant: str
    trainable_params: _Count
    total_params: _Count
    recipe_name: str
    recipe: Recipe
    dataset: DatasetFacts
    seed: int
    input_shape: tuple[_OneOrMore, _OneOrMore, _OneOrMore]
    backend: str
    versions: dict[str, str]
    precision: str
    weights_sha256: str | None = None
    hardware: Hardware
    started: str
    finished: str
    epochs: tuple[Epoch, ...] = ()
    best_epoch: _OneOrMore | None = None
    stopped_by: Literal["patience", "schedule", "limit"] | None = None
    test: Test | None = None
    latency: tuple[Latency, ...] = ()
    no_latency: tuple[NoLatency, ...] = ()
    peak_memory_mb: _Amount | None = None
    on_gpu: OnGpu | None = None
    saved_model_bytes: _Count | None = None
    flops: _Amount | None = None
    outcome: Literal["finished", "failed"]
    reason: str | None = None
    files: dict[str, str] = {}
    build: str | None = None
    image_shape: tuple[_OneOrMore, ...] | None = None
    temperature: _Positive | None = None
    train_counts: tuple[_Count, ...] | None = None

    _index: ClassVar[str] = "epoch"

    def tables(self) -> tuple[Table]:
        """Return the table of the main facts."""
        from modelzoo.runs.tables import facts_table

        return (facts_table(self),)

    def _flat_table(self) -> Table:
        """Return the table of epochs."""
        from modelzoo.runs.tables import epochs_table

        return epochs_table(self)

    def _summary(self) -> str:
        result = f"{self.test.top1:.2f} %" if self.test else "not tested" if self.untested else f"failed, {self.reason}"
        return f"{self.title}: {result} on {self.dataset.name}; {self.id}"

    def plot(self, path: "str | Path | None" = None) -> "Figure":
        """Draw the learning curves; write .svg, .png or .pdf to `path`, if given."""
        from modelzoo.charts.save import plot
        from modelzoo.runs.curves_chart import figure

        return plot(lambda: figure([self]), path)

    @property
    def title(self) -> str:
        """Return the name of the model, with the variant unless that is its slug: ``LeNet-5 (lenet5-1998)``."""
        return titled(self.name, self.model, self.variant)

    @property
    def completed(self) -> bool:
        """Return whether the schedule ran to its end, or patience did; nothing shows that a network converged."""
        return self.stopped_by in ("patience", "schedule")

    @property
    def untested(self) -> bool:
        """Return whether the run is finished and the test split was not used, as in the rounds of a race."""
        return self.outcome == "finished" and self.test is None

    @property
    def tested_epoch(self) -> Epoch | None:
        """Return the epoch whose weights were tested: the best one, else the last one; None without epochs."""
        return self.epochs[(self.best_epoch or 0) - 1] if self.epochs else None

    @property
    def seconds_per_epoch(self) -> float | None:
        """Return the median over the epochs, without the first of several, which traces and compiles."""
        seconds = [epoch.seconds for epoch in self.epochs]
        return median(seconds[1:] or seconds) if seconds else None


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
    data = read_bytes(path, at_most=MOST_JSON)
    schema = decode(data, _Schema, path, "a record", _ADVICE).schema
    if schema > SCHEMA:
        raise LaterSchemaError(
            f"{paths.shown(path)}: schema {schema}; this version reads up to {SCHEMA}, update cnn-zoo"
        )
    record = decode(data, Record, path, "a record", _ADVICE)
    if contradiction := _contradiction(record):
        raise damaged(path, "a record", contradiction, _ADVICE)
    return record


def _contradiction(record: Record) -> str:
    """Return how two fields of a record contradict each other; empty if none do."""
    epochs, test = len(record.epochs), record.test
    if [epoch.epoch for epoch in record.epochs] != list(range(1, epochs + 1)):
        return f"its {epochs} epochs are not numbered from 1 to {epochs}"
    if record.best_epoch is not None and record.best_epoch > epochs:
        return f"best_epoch is {record.best_epoch} of {epochs} epochs"
    counts = record.train_counts
    if counts is not None and (len(counts), sum(counts)) != (record.dataset.classes, record.dataset.train_images):
        return f"train_counts has {sum(counts)} images of {len(counts)} classes"
    if test is None:
        lost = record.outcome == "finished" and record.schema == 1
        return "it is finished and has no test result" if lost else ""
    if test.images != record.dataset.test_images:
        return f"{test.images} images were tested, of {record.dataset.test_images} test images"
    if test.correct > test.images:
        return f"{test.correct} of {test.images} images are correct"
    if abs(test.top1 - 100 * test.correct / test.images) > _ROUNDING:
        return f"top1 is {test.top1} %, with {test.correct} of {test.images} images correct"
    return ""


def load_records(folder: str | Path) -> tuple[tuple[Record, ...], tuple[str, ...]]:
    """Load the records of all whole runs in a folder, oldest first, and one problem for each unreadable record.

    Raises
    ------
    ZooError
        If `folder` is no folder, or cannot be read.
    """
    records, problems = load_records_by_folder(Path(folder))
    return tuple(record for record, _ in records), problems


def load_records_by_folder(folder: Path) -> tuple[tuple[tuple[Record, Path], ...], tuple[str, ...]]:
    """Load the records of `load_records`, each with the folder of its run."""
    records: list[tuple[Record, Path]] = []
    problems: list[str] = []
    for run in _folders(folder):
        try:
            records.append((read_record(run / RECORD), run))
        except ZooError as error:
            if not is_missing(error):
                problems.append(str(error))
    records.sort(key=lambda item: (item[0].started, item[0].id))
    return tuple(records), tuple(problems)


def _folders(folder: Path) -> list[Path]:
    """Return the entries of a folder that may be whole runs, sorted by name."""
    try:
        entries = sorted(folder.iterdir(), key=attrgetter("name"))  # paths themselves are compared by their parts
    except (FileNotFoundError, NotADirectoryError):
        raise ZooError(f"{paths.shown(folder)} is no folder; name the one that `zoo bench --runs` wrote to") from None
    except OSError as error:
        raise cannot_read(folder, error) from error
    return [entry for entry in entries if not entry.name.startswith(".") and entry.suffix != ".partial"]


class _Schema(msgspec.Struct):
    schema: int
