"""A made-up engine for the trainer's logic, and a data set small enough to train a real network on."""

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.datasets.dataset import DataSet, Split
from modelzoo.training.engine import Array, OnStep, Score
from modelzoo.training.trainer import Data

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
def few() -> Data:
    """Ten images to train on: three steps of four."""
    return Data(_split(10, classes=3, side=4, seed=0), _split(6, classes=3, side=4, seed=1))


@pytest.fixture
def saved_each_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a checkpoint be due after every epoch."""
    monkeypatch.setattr("modelzoo.training.checkpoint.CHECKPOINT_EVERY_S", 0.0)


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


@pytest.fixture
def events() -> "list[Any]":
    """What a run told; its `append` is a Report."""
    return []


@pytest.fixture
def keep(make_record: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Put a made-up record into a folder of runs."""
    from modelzoo.training.record import write_record

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
