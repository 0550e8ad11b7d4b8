"""What every test may use: the command line in-process, and the real data where it is at hand."""

import gc
import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import settings

from modelzoo.cli import main
from modelzoo.datasets.dataset import DataSet, Split, Splits
from modelzoo.training.engines.engine import Array, OnStep, Score

if TYPE_CHECKING:
    from modelzoo.datasets.image_files import ImageFiles
    from modelzoo.runs.record import Record
    from modelzoo.runs.run import Run

# The same examples every time, and no verdict by the clock of a busy machine.
settings.register_profile("zoo", deadline=None, derandomize=True)
settings.load_profile("zoo")


def pytest_collection_finish() -> None:
    """Keep what is imported by now out of collections of garbage; building a network's engine asks for one."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True)
class Printed:
    """What one command left: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def zoo(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Printed]:
    """Run `zoo ARGS…` in this process, 80 columns wide, without colour."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(*arguments: str) -> Printed:
        monkeypatch.setattr(sys, "argv", ["zoo", *arguments])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as exit_:
            code = exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
        printed = capsys.readouterr()
        return Printed(code, printed.out, printed.err)

    return run


@pytest.fixture(autouse=True)
def _devices_are_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test like a process that has neither left its accelerators to others nor asked nvidia-smi."""
    from modelzoo.machine import hardware

    monkeypatch.setattr(hardware, "_left", [])
    hardware.ask_card.cache_clear()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real EMNIST files named by ZOO_TEST_DATA; tests that need it skip without it."""
    folder = os.environ.get("ZOO_TEST_DATA")
    if not folder:
        pytest.skip("ZOO_TEST_DATA is not set")
    return Path(folder)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder that holds nothing, for tests in which no runs are shipped."""
    return tmp_path_factory.mktemp("empty")


@pytest.fixture
def as_nobody() -> Callable[[Path, Callable[[], str]], str]:
    """Call a function in a folder and without the rights of root, which no permission bits bind."""

    def call(folder: Path, function: Callable[[], str]) -> str:
        if not hasattr(os, "fork"):
            pytest.skip("there is no fork here")
        folder.chmod(0o755)
        reading, writing = os.pipe()
        if (child := os.fork()) == 0:
            try:
                os.chdir(folder)
                if os.geteuid() == 0:
                    os.setgroups([])
                    os.setgid(65534)
                    os.setuid(65534)
                os.write(writing, f"={function()}".encode())
            except PermissionError as error:
                os.write(writing, f"!{error}".encode())
            finally:
                os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read().decode()
        if not told.startswith("="):
            pytest.skip(f"no child process without rights: {told}")
        return told[1:]

    return call


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with the file of that name in the test's `golden/` folder; ZOO_WRITE_GOLDEN=1 rewrites it."""

    def check(name: str, text: str) -> None:
        path = Path(request.path).parent / "golden" / name
        if os.environ.get("ZOO_WRITE_GOLDEN"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")

    return check


@pytest.fixture(scope="session")
def make_record() -> Callable[..., "Record"]:
    """Make up the record of a completed run on 10,000 test images; any field can be set.

    `correct`, `validation` (percent), `latency` (ms, batch 1), `epochs` (how many) stand for the parts they go into;
    `dataset` and `hardware` take a dict of the fields that differ.
    """
    from modelzoo.recipes.recipe import Recipe
    from modelzoo.runs.record import DatasetFacts, Epoch, Hardware, Latency, Record, Test
    from modelzoo.statistics.intervals import wilson

    data = {"name": "emnist47", "title": "EMNIST images, 47 classes", "synthetic": False, "checksums": {"train": "ab"}}
    data |= {"classes": 47, "train_images": 80_000, "validation_images": 10_000, "test_images": 10_000}
    machine = {"cpu": "Xeon 8481C", "cores": 2, "gpu": None, "driver": None, "memory_gb": 16.0, "system": "Linux"}

    def make(
        model: str, *, correct: int = 8600, validation: float = 86.0, latency: float = 2.0, **fields: Any
    ) -> Record:
        count = fields.pop("epochs", 12)
        facts = DatasetFacts(**(data | fields.pop("dataset", {})))
        epoch = {"loss": 0.5, "accuracy": 85.0, "val_loss": 0.5, "learning_rate": 1e-3, "seconds": 30.0}
        low, high = wilson(correct, facts.test_images)
        top1 = 100 * correct / facts.test_images
        given = {
            "id": f"{model}-{fields.get('recipe_name', 'default')}-{correct}-{fields.get('seed', 0)}",
            "model": model,
            "name": fields.pop("name", model),
            "variant": model,
            "trainable_params": 1_000_000,
            "total_params": 1_050_000,
            "recipe_name": "default",
            "recipe": Recipe(title="Default"),
            "dataset": facts,
            "seed": 0,
            "input_shape": (32, 32, 1),
            "backend": "tensorflow",
            "versions": {"python": "3.12.1", "keras": "3.10.0", "tensorflow": "2.19.0"},
            "precision": "float32",
            "hardware": Hardware(**(machine | fields.pop("hardware", {}))),
            "started": "2026-01-05T10:00:00Z",
            "finished": "2026-01-05T11:00:00Z",
            "epochs": tuple(Epoch(epoch=n + 1, val_accuracy=validation, **epoch) for n in range(count)),
            "best_epoch": count,
            "stopped_by": "patience",
            "test": Test(
                images=facts.test_images,
                correct=correct,
                top1=top1,
                top1_low=low,
                top1_high=high,
                top5=99.0,
                loss=0.4,
            ),
            "latency": (
                Latency(batch=1, p50_ms=latency, p90_ms=latency, p99_ms=latency, images_per_s=1000 / latency, calls=99),
                Latency(
                    batch=32,
                    p50_ms=max(9.0, latency),
                    p90_ms=max(9.5, latency),
                    p99_ms=max(9.9, latency),
                    images_per_s=32_000 / latency,
                    calls=99,
                ),
            ),
            "outcome": "finished",
        }
        return Record(**(given | fields))

    return make


@pytest.fixture(scope="session")
def make_run(make_record: Callable[..., "Record"]) -> Callable[..., "Run"]:
    """Make up a local run without predictions, with a record as of `make_record`."""
    from modelzoo.runs.run import Run

    return lambda model, **fields: Run(make_record(model, **fields), Path("none"), "local")


@pytest.fixture(scope="session")
def write_run() -> Callable[..., None]:
    """Write a run into a folder: its record, and predictions for which `predicted` says the class of each image."""
    import numpy as np
    import numpy.typing as npt

    from modelzoo.runs.predictions import save_predictions
    from modelzoo.runs.record import Record, write_record
    from modelzoo.training.evaluate import predictions

    def write(
        folder: Path, record: Record, predicted: npt.ArrayLike, labels: npt.ArrayLike, *, truth: bool = True
    ) -> None:
        run = folder / record.id
        run.mkdir(parents=True)
        write_record(record, run)
        classes = tuple(map(str, range(record.dataset.classes)))
        kept = predictions(np.eye(len(classes))[predicted], np.asarray(labels), classes)
        save_predictions(run, kept if truth else {key: kept[key] for key in ("top5", "prob")})

    return write


@pytest.fixture(scope="session")
def legible() -> Callable[[Any], list[str]]:
    """Check that every text of a figure is inside it, and that no text covers another one; return the texts."""

    def check(figure: Any) -> list[str]:
        from itertools import combinations

        from matplotlib.text import Text

        figure.draw_without_rendering()
        axes = [axis for chart in figure.axes if chart.axison for axis in (chart.xaxis, chart.yaxis)]
        ticks = {text for axis in axes for text in axis.findobj(Text)} - {axis.label for axis in axes}
        texts = [text for text in figure.findobj(Text) if text not in ticks]
        for axis in axes:
            low, high = sorted(axis.get_view_interval())
            labels = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=True)
            texts += [text for place, text in labels if low <= place <= high]
        drawn = [text for text in texts if text.get_visible() and text.get_text().strip()]
        boxes = [(text.get_text(), text.get_window_extent()) for text in drawn]
        width, height = figure.bbox.max
        for name, box in boxes:
            assert min(box.x0, box.y0, width - box.x1, height - box.y1) > -2, f"{name!r} is cut"
        for (name, box), (other, second) in combinations(boxes, 2):
            across = min(box.x1, second.x1) - max(box.x0, second.x0)
            down = min(box.y1, second.y1) - max(box.y0, second.y0)
            assert min(across, down) < 2, f"{name!r} and {other!r} overlap"
        return [name for name, _ in boxes]

    return check


# Short, and with all that a resumed run must put back: the optimizer's moments, its step count, the rate it drives.
RECIPE = """
title = "Tiny"
batch_size = 32
epochs = 4

[optimizer]
name = "adamw"
learning_rate = 5e-3

[schedule]
name = "cosine"
warmup_epochs = 1
"""


class FakeEngine:
    """Trains one number: it depends on the order of the images, the learning rate and a random state of its own.

    Scripts give the scores of each epoch, the last one for all that follow; None is computed from the number.
    """

    def __init__(
        self,
        losses: Sequence[float] = (),
        val_losses: Sequence[float] = (),
        val_accuracies: Sequence[float] = (),
        val_macro_recalls: Sequence[float] = (),
        batch_size: int = 4,
    ) -> None:
        self.learning_rate = 0.1
        self.number = np.array([1.0])
        self.random = np.array([1])
        self.epochs = np.array([0])
        self.so_far: Score | None = None
        self.rates: list[float] = []
        self._batch_size = batch_size
        self._losses, self._val_losses, self._val_accuracies = losses, val_losses, val_accuracies
        self._val_macro_recalls = val_macro_recalls

    def train_epoch(self, split: Split, order: Array, on_step: OnStep, figures: Any = None) -> Score:
        self.rates.append(self.learning_rate)
        for step, start in enumerate(range(0, len(order), self._batch_size)):
            self.random = (self.random * 7 + 1) % 1009
            seen = split.labels[order[start : start + self._batch_size]].mean() + self.random / 1009
            self.number = self.number - self.learning_rate * (self.number - seen)
            self.so_far = Score(loss=abs(float(self.number[0])), accuracy=50.0)
            on_step(step + 1)
        self.epochs = self.epochs + 1
        return Score(loss=self._scripted(self._losses, abs(float(self.number[0]))), accuracy=50.0)

    def evaluate(self, split: Split) -> Score:
        return Score(
            loss=self._scripted(self._val_losses, abs(float(self.number[0]) - 1)),
            accuracy=self._scripted(self._val_accuracies, 50.0),
            macro_recall=self._scripted(self._val_macro_recalls, 50.0),
        )

    def traced(self) -> None:
        """Nothing is timed."""

    def logits(self, split: Split) -> Array:
        """Right, but that every other image of class 0 is taken for 1."""
        taken = np.where((split.labels == 0) & (np.arange(len(split.labels)) % 2 == 0), 1, split.labels)
        return np.asarray(np.eye(3)[taken])

    def state(self) -> list[Array]:
        return [self.number, self.random, self.epochs, np.array([self.learning_rate])]

    def restore(self, state: Sequence[Array]) -> None:
        self.number, self.random, self.epochs, rate = state
        self.learning_rate = float(rate[0])

    def weights(self) -> list[Array]:
        return [self.number]

    def set_weights(self, weights: Sequence[Array]) -> None:
        (self.number,) = weights

    def _scripted(self, script: Sequence[float], computed: float) -> float:
        return script[min(int(self.epochs[0]), len(script)) - 1] if script else computed


@pytest.fixture
def fake_engine() -> type[FakeEngine]:
    return FakeEngine


@pytest.fixture
def few() -> Splits:
    """Ten images to train on: three steps of four."""
    train, held_out = _split(10, classes=3, side=4, seed=0), _split(6, classes=3, side=4, seed=1)
    return Splits(train, held_out, held_out, ("a", "b", "c"))


@pytest.fixture
def saved_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a checkpoint be due after every epoch."""
    monkeypatch.setattr("modelzoo.runs.checkpoint.CHECKPOINT_EVERY_S", 0.0)


@pytest.fixture
def epochs_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let an epoch of three steps take so many seconds by the trainer's clock, which it asks five times."""

    def take(seconds: float) -> None:
        clock = count(0.0, seconds / 4)
        monkeypatch.setattr("modelzoo.training.trainer.perf_counter", lambda: next(clock))

    return take


@pytest.fixture(scope="session")
def tiny() -> DataSet:
    """Bars in four places, under noise: 300 images to train on, 80 to test on."""
    train, test = _split(300, classes=4, side=28, seed=2), _split(80, classes=4, side=28, seed=3)
    return DataSet("tiny", "Bars under noise", ("a", "b", "c", "d"), train, test, {"made": "up"}, synthetic=True)


@pytest.fixture(scope="session")
def tiny_npz(tiny: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny data set as a file, for other processes."""
    path = tmp_path_factory.mktemp("data") / "tiny.npz"
    parts = {"train": tiny.train, "test": tiny.test}
    arrays = {f"x_{part}": split.images for part, split in parts.items()}
    np.savez(path, **arrays, **{f"y_{part}": split.labels for part, split in parts.items()})
    return path


@pytest.fixture(scope="session")
def recipe_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipes") / "tiny.toml"
    path.write_text(RECIPE)
    return path


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> "Callable[..., ImageFiles]":
    """Write color photos of several sizes; `side` is the least, and the color follows the number modulo 3."""

    def write(count: int, *, side: int = 24, seed: int = 0) -> "ImageFiles":
        from modelzoo.datasets.image_files import ImageFiles

        image = pytest.importorskip("PIL.Image")
        folder, random = tmp_path_factory.mktemp("photos"), np.random.default_rng(seed)
        sizes = random.integers(side, side * 3 // 2, (count, 2))
        paths = [folder / f"{number}.png" for number in range(count)]
        for number, (path, (width, height)) in enumerate(zip(paths, sizes.tolist(), strict=True)):
            pixels = random.integers(0, 100, (height, width, 3), np.uint8)
            pixels[..., number % 3] += 100
            image.fromarray(pixels).save(path)
        digests = np.array([hashlib.sha256(path.read_bytes()).hexdigest() for path in paths])
        return ImageFiles(np.array(paths, object), digests, digests, sizes, 3)

    return write


@pytest.fixture
def photo_splits(photos: "Callable[..., ImageFiles]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Splits:
    """50 photos to train on, 10 to validate and 12 to test; the user's cache is below `tmp_path`."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    files, labels = photos(72), np.arange(72) % 3
    parts = (Split(files[rows], labels[rows]) for rows in (slice(50), slice(50, 60), slice(60, None)))
    return Splits(*parts, ("red", "green", "blue"))


@pytest.fixture
def events() -> "list[Any]":
    """What a run told; its `append` is a Report."""
    return []


@pytest.fixture
def keep(make_record: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Put a made-up record into a folder of runs."""
    from modelzoo.runs.record import write_record

    def put(model: str = "lenet5", *, runs: Path = tmp_path, **fields: Any) -> Any:
        record = make_record(model, **fields)
        (runs / record.id).mkdir(parents=True)
        write_record(record, runs / record.id)
        return record

    return put


def _split(images: int, *, classes: int, side: int, seed: int) -> Split:
    random = np.random.default_rng(seed)
    labels = np.arange(images) % classes
    pictures = random.integers(0, 120, (images, side, side), np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        picture[label * side // classes : (label + 1) * side // classes] += 100
    return Split(pictures, labels.astype(np.int64))


@pytest.fixture(scope="session")
def made_up_weights(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Make up a file of a network's ImageNet weights, once, in the layout of the files that Keras publishes."""
    import h5py
    import keras
    from keras.src.legacy.saving.legacy_h5_format import save_weights_to_hdf5_group

    from modelzoo.architectures.keras_applications import published_input

    folder = tmp_path_factory.mktemp("imagenet")

    def make(name: str) -> Path:
        path = folder / f"{name}.h5"
        if path.exists():
            return path
        side = published_input(name)
        random = np.random.default_rng(0)
        with keras.StatelessScope(initialize_variables=False), h5py.File(path, "w") as file:
            network = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(side, side, 3))
            for weight in network.weights:
                shape = tuple(weight.shape)
                if len(shape) > 1:
                    # He et al. (2015): signals keep their size. An output of a depthwise convolution reads one map.
                    fan_in = np.prod(shape[:2] if shape[-1] == 1 else shape[:-1])
                    weight.assign(random.normal(0, (2 / max(fan_in, 1)) ** 0.5, shape))
                else:
                    factor = any(word in weight.path for word in ("gamma", "variance", "count"))
                    weight.assign(random.uniform(*((0.8, 1.2) if factor else (-0.1, 0.1)), shape))
            save_weights_to_hdf5_group(file, network)
        return path

    return make


@pytest.fixture
def keras_cache(
    made_up_weights: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[[str], Path]:
    """Put made-up ImageNet weights of a network into a cache of Keras that holds nothing else.

    Their checksums are not compared.
    """
    from keras.src.backend import config
    from keras.src.utils import file_utils

    from modelzoo.architectures.imagenet import place_of

    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(config, "_KERAS_DIR", str(tmp_path / "keras"))
    monkeypatch.setattr(file_utils, "validate_file", lambda *path, **checksum: True)
    (tmp_path / "keras" / "models").mkdir(parents=True)

    def put(name: str) -> Path:
        place = place_of(name)
        assert place is not None
        shutil.copyfile(made_up_weights(name), place[0])
        return place[0]

    return put
