"""Saving: the network of a run as one file for another runtime, tested against the network of the run."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import numpy as np

from modelzoo.base.arguments import checked
from modelzoo.base.atomic import write_atomically
from modelzoo.base.paths import shown
from modelzoo.base.scratch import scratch_folder, temporary_files_in
from modelzoo.benchmarking.progress import Reporting, reporting
from modelzoo.deployment.agreement import Agreement, agreement, require_agreement
from modelzoo.deployment.facts import FormatName
from modelzoo.deployment.formats import FORMATS, open_network, require_writing
from modelzoo.deployment.int8_loss import Int8Loss, int8_loss
from modelzoo.deployment.run_images import images_of
from modelzoo.deployment.run_network import load_run, require_weights
from modelzoo.deployment.trained_network import Array, TrainedNetwork
from modelzoo.errors import ZooError, first_line, with_kind
from modelzoo.runs.events import Measuring
from modelzoo.runs.find import find_run
from modelzoo.tables.result import Result
from modelzoo.tables.table import Column, Table

if TYPE_CHECKING:
    from modelzoo.datasets.dataset import Splits

# Validation images that a float file is tested on, with all test images.
VALIDATION_IMAGES = 256
# Training images that set the ranges of int8; TensorFlow Lite's guide takes 100 to 500.
CALIBRATION_IMAGES = 500

_SEED = 0


class Saved(Result, msgspec.Struct, frozen=True, kw_only=True):
    """A written file, and its test: `agreement` of a float file, `int8` of an int8 file."""

    run: str
    file: str
    format: FormatName
    size_mb: float
    runtime: str
    agreement: Agreement | None = None
    int8: Int8Loss | None = None

    _charted: ClassVar[str] = "`modelzoo.latency(file).plot()` measures the file and draws its latency"

    def tables(self) -> tuple[Table]:
        """Return the file in one row, with its test below it."""
        columns = (
            Column("file", "File"),
            Column("run", "Run"),
            Column("format", "Format"),
            Column("size_mb", "MB", "{:.2f}".format, right=True, unit="MB"),
            Column("runtime", "Runtime"),
        )
        row = (self.file, self.run, self.format, self.size_mb, self.runtime)
        return (Table(columns, [row], caption=" ".join(self.lines()[1:])),)

    def _summary(self) -> str:
        return f"{self.file}, {self.size_mb:.2f} MB, by {self.runtime}"

    def lines(self) -> list[str]:
        """Return the file and its test in sentences."""
        first = f"{self.file}: {self.size_mb:.2f} MB, by {self.runtime}"
        if self.int8 is not None:
            return [first, *self.int8.lines()]
        return [first, *(self.agreement.lines() if self.agreement else ())]


@checked
def save(
    run: str | Path,
    to: FormatName,
    output: str | Path | None = None,
    *,
    int8: bool = False,
    force: bool = False,
    runs: str | Path | None = None,
    dataset: str | None = None,
    data_dir: str | Path | None = None,
    report: Reporting = "progress",
) -> Saved:
    """Save the network of a run as one file, with preprocessing and class names inside, once the file is tested.

    A float file must agree with the network on 256 validation images and all test images. This use of the test images
    chooses nothing. An int8 file has its loss of accuracy tested on all test images.

    Parameters
    ----------
    run : id of a run, the beginning of one id, or path of a folder of a run
    to : ``keras``, ``onnx`` or ``litert``
    output : file to write; default: the id of the run with the suffix of the format, in the current folder
    int8 : compute in 8-bit whole numbers, in LiteRT alone; training images set their ranges
    force : replace a file
    runs : folder of the local runs
    dataset, data_dir : where the images of the run lie now; default: where the run found them
    report : ``"progress"`` shows progress, None shows none; a function receives the events

    Raises
    ------
    ZooError
        If the run keeps no weights, a package or the data set is missing, or the file fails its test.
    """
    if int8 and to != "litert":
        raise ZooError(f"`int8` is for litert alone, not for {to}")
    found = find_run(run, runs)
    require_weights(found)
    path = _path(output, found.id, to, int8, force)
    require_writing(to)
    with reporting(report) as progress:
        network = load_run(found, progress)
        splits = images_of(
            found, dataset=dataset, data_dir=None if data_dir is None else str(data_dir), report=progress
        )
        with scratch_folder() as folder, temporary_files_in(folder):
            file = folder / path.name
            file.write_bytes(_export(network, to, _sample(splits.train.images, CALIBRATION_IMAGES) if int8 else None))
            exported = open_network(file)
            progress(Measuring(f"{path.name} against the network of the run"))
            tested = _test_int8(network, exported, splits) if int8 else _test_float(network, exported, splits)
            write_atomically(path, file.read_bytes(), follow_links=True)
    size_mb = path.stat().st_size / 1e6
    return Saved(run=found.id, file=str(path), format=to, size_mb=size_mb, runtime=exported.runtime, **tested)


def _path(output: str | Path | None, run: str, to: str, int8: bool, force: bool) -> Path:
    """Return the path of the file to write."""
    suffix = FORMATS[to].suffix
    path = Path(output) if output else Path(f"{run}{'-int8' if int8 else ''}{suffix}")
    if path.suffix.lower() != suffix:
        raise ZooError(f"`output` is {shown(path)}; expected a name that ends in {suffix}, which names the format {to}")
    if not path.parent.is_dir():
        raise ZooError(
            f"`output` is {shown(path)}, whose folder does not exist; make it, or name a file in another one"
        )
    if path.exists() and not force:
        raise ZooError(f"{shown(path)} exists; replace it with `force`, or name another file with `output`")
    return path


def _export(network: TrainedNetwork, to: str, calibration: Array | None) -> bytes:
    """Return the content of the file; its network returns probabilities."""
    import keras

    model = network.model
    probabilities = keras.layers.Softmax(dtype="float32", name="probabilities")(model.outputs[0])
    whole = keras.Model(model.inputs[0], probabilities, name=model.name)
    facts = msgspec.structs.replace(network.facts, int8=calibration is not None)
    try:
        return FORMATS[to].export(whole, facts, calibration)
    except Exception as error:  # converters raise errors of many types
        raise ZooError(f"{facts.model} cannot be saved as {to}: {first_line(error) or with_kind(error)}") from error


def _sample(images: Any, most: int) -> Array:
    """Return random images of a split, whose order may be that of the classes, or all of a smaller one."""
    return np.asarray(images[np.sort(np.random.default_rng(_SEED).permutation(len(images))[:most])])


def _test_float(network: TrainedNetwork, exported: TrainedNetwork, splits: "Splits") -> dict[str, Any]:
    """Compare a float file with the network on validation and test images; raise a ZooError unless they agree."""
    parts = (_sample(splits.validation.images, VALIDATION_IMAGES), splits.test.images)
    original, copy = (np.concatenate([one.probabilities(images) for images in parts]) for one in (network, exported))
    found = agreement(original, copy)
    require_agreement(found, f"the {exported.runtime.split()[0]} file")
    return {"agreement": found}


def _test_int8(network: TrainedNetwork, exported: TrainedNetwork, splits: "Splits") -> dict[str, Any]:
    """Test the loss of accuracy of an int8 file on the test images."""
    original, int8 = (one.probabilities(splits.test.images) for one in (network, exported))
    return {"int8": int8_loss(original, int8, splits.test.labels)}
