"""A probe: the seconds of an epoch from its first steps, and one real network."""

from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec
import numpy as np
import pytest

from modelzoo.benchmarking.run_spec import RunSpec
from modelzoo.benchmarking.worker import WorkerDied
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.errors import ZooError
from modelzoo.racing import probe as probing
from modelzoo.racing.limits import HardLimits, OverLimit
from modelzoo.racing.probe import Probe, epoch_timing, probe, probe_work
from modelzoo.recipes.recipe import Augmentation, Recipe
from modelzoo.runs.events import ignore

pytestmark = pytest.mark.xdist_group("keras")


@pytest.fixture
def spec(make_record: Any) -> RunSpec:
    from modelzoo.catalog.catalog import load_catalog

    return RunSpec(
        model=load_catalog().model("lenet5"),
        variant="lenet5",
        recipe_name="tiny",
        recipe=Recipe(title="Tiny", batch_size=8),
        epochs=30,
        seed=0,
        dataset=make_record("lenet5", dataset={"train_images": 404, "classes": 3}).dataset,
        input_shape=(32, 32, 1),
        backend="tensorflow",
        precision="float32",
    )


def images(count: int, side: int = 28) -> Split:
    pixels = np.random.default_rng(0).integers(0, 256, (count, side, side), np.uint8)
    return Split(pixels, (np.arange(count) % 3).astype(np.int64))


def splits(train: int, validation: int) -> Splits:
    return Splits(images(train), images(validation), images(3), ("a", "b", "c"))


class TimedEngine:
    """Takes 10 s to compile at the first epoch and at the first validation, 1 s before each epoch, 0.5 s a step."""

    def __init__(self, batch_size: int) -> None:
        self.now, self.batch_size = 100.0, batch_size
        self.trained: list[int] = []
        self.validated: list[int] = []

    def clock(self) -> float:
        return self.now

    def sample_images(self, count: int, steps: int) -> int:
        return min(count, steps * self.batch_size + count % self.batch_size)

    def train_epoch(self, split: Split, order: Any, on_step: Any, transforms: Any) -> None:
        self.now += 1 if self.trained else 11
        assert all(len(array) == len(order) for array in transforms.values())
        self.trained.append(len(order))
        for step in range(-(-len(order) // self.batch_size)):
            self.now += 0.5
            on_step(step + 1)

    def evaluate(self, split: Split) -> None:
        self.now += 0.02 * len(split) if self.validated else 10
        self.validated.append(len(split))


def test_an_epoch_is_extended_from_its_first_steps_without_compilation(spec: RunSpec) -> None:
    spec = replace(spec, recipe=msgspec.structs.replace(spec.recipe, augmentation=Augmentation(rotate=5, mixup=0.1)))
    engine = TimedEngine(8)
    timing = epoch_timing(engine, spec, splits(404, 100), clock=engine.clock)
    assert timing.train_s == pytest.approx(1 + 51 * 0.5)
    assert timing.validate_s == pytest.approx(0.02 * 100)
    assert engine.trained == [12, 12, 84]
    assert engine.validated == [24, 24]
    assert timing.ready == 100 + 11 + 2 * 0.5 + 1 + 2 * 0.5 + 10


def test_an_epoch_of_few_images_is_timed_whole(spec: RunSpec) -> None:
    engine = TimedEngine(8)
    timing = epoch_timing(engine, spec, splits(20, 4), clock=engine.clock)
    assert engine.trained[-1] == 20
    assert (timing.train_s, timing.validate_s) == (pytest.approx(1 + 3 * 0.5), pytest.approx(0.08))


@pytest.fixture
def died(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the worker end in this way."""
    return lambda how: monkeypatch.setattr(probing, "call_in_worker", lambda *_, **__: how)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (WorkerDied(-15, late=True), r"^its first steps took more than 60 s$"),
        (WorkerDied(-9, oom_kills=1), r"^it does not fit into memory at batch size 8; try `set` batch_size=4$"),
        (WorkerDied(-11), r"^its process was ended by SIGSEGV .* while it was measured$"),
    ],
)
def test_the_error_of_a_dead_worker_says_why(spec: RunSpec, died: Any, how: WorkerDied, reason: str) -> None:
    died(how)
    with pytest.raises(ZooError, match=reason):
        probe(spec, splits(9, 3), HardLimits(), folder=Path(), limit_s=60, report=ignore)


def test_lenet5_is_measured_without_a_training_and_over_a_limit_without_a_step(
    spec: RunSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probing, "STEADY_S", 0.1)
    monkeypatch.setattr(probing, "LIMITS", probing.Limits(calls=5, seconds=0.1))
    start = perf_counter()
    made = probe_work(ignore, spec, splits(404, 12), HardLimits(latency_ms=1e4, size_mb=1), start)
    whole_s = perf_counter() - start
    assert isinstance(made, Probe)
    assert (made.slug, made.name, made.params) == ("lenet5", "LeNet-5", 61_111)
    assert made.size_mb == pytest.approx(4 * made.params / 1e6, rel=0.5)
    assert 0 < made.start_s < whole_s
    assert 0 < made.epoch_s < whole_s
    assert 0 < made.latency_ms < 1000
    assert made.peak_memory_mb is None or made.peak_memory_mb > 50
    assert made.flops is not None
    assert 1e5 < made.flops < 1e7
    monkeypatch.delattr(probing, "epoch_timing")
    beyond = probe_work(ignore, spec, splits(404, 12), HardLimits(size_mb=0.1), 0.0)
    assert isinstance(beyond, OverLimit)
    assert beyond.reason.endswith("MB, over the limit of 0.1 MB")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("no such layer\nand a trace"), r"^ValueError: no such layer$"),
        (MemoryError(), r"^it does not fit into memory at batch size 8; try `set` batch_size=4$"),
    ],
)
def test_an_error_of_the_framework_becomes_a_reason_of_one_line(
    spec: RunSpec, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(probing, "engine_of", fail)
    with pytest.raises(ZooError, match=reason):
        probe_work(ignore, spec, splits(9, 3), HardLimits(), 0.0)
