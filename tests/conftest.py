"""What every test may use: the command line in-process, and the real data where it is at hand."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from modelzoo.cli import main

if TYPE_CHECKING:
    from modelzoo.training.record import Record

# The same examples every time, and no verdict by the clock of a busy machine.
settings.register_profile("zoo", deadline=None, derandomize=True)
settings.load_profile("zoo")


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
    from modelzoo.training import machine

    monkeypatch.setattr(machine, "_left", [])
    machine.ask_card.cache_clear()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real EMNIST files named by ZOO_TEST_DATA; tests that need it skip without it."""
    folder = os.environ.get("ZOO_TEST_DATA")
    if not folder:
        pytest.skip("ZOO_TEST_DATA is not set")
    return Path(folder)


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
    """Make up the record of a run on 10,000 test images that converged; any field can be set.

    `correct`, `validation` (percent), `latency` (ms, batch 1), `epochs` (how many) stand for the parts they go into;
    `dataset` and `hardware` take a dict of the fields that differ.
    """
    from modelzoo.statistics.intervals import wilson
    from modelzoo.training.recipe import Recipe
    from modelzoo.training.record import DatasetFacts, Epoch, Hardware, Latency, Record, Test

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
def write_run() -> Callable[..., None]:
    """Write a run into a folder: its record, and predictions for which `predicted` says the class of each image."""
    import numpy as np
    import numpy.typing as npt

    from modelzoo.training.evaluate import predictions
    from modelzoo.training.predictions import save_predictions
    from modelzoo.training.record import Record, write_record

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
