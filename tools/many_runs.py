"""A folder of many runs of 28 models, as a campaign leaves it: records, histories and predictions, without weights.

`python tools/many_runs.py FOLDER RUNS SEEDS` writes it; `tools/scale.py` does so.

The published run in TEMPLATE supplies all facts of a run. A copy has another model, recipe, seed and start; its
accuracies and predictions vary, and agree with each other.
"""

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from modelzoo.base import paths
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.models import Model
from modelzoo.runs.predictions import PREDICTIONS, VALIDATION, read_predictions, save_predictions, truth_arrays
from modelzoo.runs.record import RECORD, Epoch, Record, Test, read_record, write_record
from modelzoo.statistics.intervals import wilson

TEMPLATE = paths.BENCHMARKS / "results" / "resnet50-131a3d7c7e"
HISTORY = "history.csv"

MODELS = 28
# Files of predictions of each model; its runs share them by turns, since packing one takes longer than copying it.
PACKED = 8

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Packed:
    """The two files of predictions of a run, and how many of the images are correct."""

    files: dict[str, bytes]
    tested: int
    validated: float


def write_runs(folder: Path, count: int, seeds: int) -> None:
    """Write `count` runs: each model with as many recipes as it takes, each recipe with `seeds` seeds."""
    template = read_record(TEMPLATE / RECORD)
    rng = np.random.default_rng(0)
    models = tuple(load_catalog().models.values())[:MODELS]
    packed = {model.slug: [_pack(folder, rng, share) for share in rng.uniform(0, 0.2, PACKED)] for model in models}
    for number, (model, recipe, seed) in enumerate(_campaign(models, seeds)):
        if number == count:
            return
        of_run = packed[model.slug][(recipe * seeds + seed) % PACKED]
        record = _record(template, model, recipe, seed, number, of_run, rng)
        run = folder / record.id
        run.mkdir(parents=True)
        for name, content in of_run.files.items():
            (run / name).write_bytes(content)
        write_record(record, run)


def _campaign(models: tuple[Model, ...], seeds: int) -> Iterator[tuple[Model, int, int]]:
    """Yield model, recipe and seed of each run, without end."""
    recipe = 0
    while True:
        yield from ((model, recipe, seed) for model in models for seed in range(seeds))
        recipe += 1


def _pack(folder: Path, rng: np.random.Generator, share: float) -> Packed:
    """Return the files of a run that ranks the second class of a `share` of the template's images first."""
    folder.mkdir(parents=True, exist_ok=True)
    files, accuracies = {HISTORY: (TEMPLATE / HISTORY).read_bytes()}, {}
    for name in (PREDICTIONS, VALIDATION):
        kept = read_predictions(TEMPLATE, name)
        if kept is None or kept.labels is None or kept.confidence is None:
            raise SystemExit(f"{TEMPLATE / name} has no true classes")
        best = kept.best.copy()
        swapped = rng.random(len(best)) < share
        best[swapped, :2] = best[swapped, 1::-1]
        truth = truth_arrays(best, kept.labels, kept.classes)
        save_predictions(folder, {"top5": best, "prob": kept.confidence, **truth}, name)
        files[name] = (folder / name).read_bytes()
        (folder / name).unlink()
        accuracies[name] = int((best[:, 0] == kept.labels).sum())
    images = len(best)
    return Packed(files, accuracies[PREDICTIONS], 100 * accuracies[VALIDATION] / images)


def _record(
    template: Record, model: Model, recipe: int, seed: int, number: int, packed: Packed, rng: np.random.Generator
) -> Record:
    digest = hashlib.sha256(f"{model.slug} {recipe} {seed}".encode()).hexdigest()[:10]
    started = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    slower = float(rng.lognormal(0, 0.5))
    return replace(
        template,
        id=f"{model.slug}-{digest}",
        model=model.slug,
        name=model.name,
        variant=model.slug,
        recipe_name=f"recipe-{recipe}",
        recipe=replace(template.recipe, title=f"Recipe {recipe}", label_smoothing=recipe / 1000),
        seed=seed,
        started=_time(started),
        finished=_time(started + timedelta(seconds=50)),
        epochs=tuple(_epoch(epoch, packed.validated, rng) for epoch in template.epochs),
        test=_test(template.test, packed.tested),
        latency=tuple(
            replace(latency, p50_ms=slower * latency.p50_ms, p90_ms=slower * latency.p90_ms)
            for latency in template.latency
        ),
        files={name: hashlib.sha256(content).hexdigest() for name, content in packed.files.items()},
    )


def _epoch(epoch: Epoch, reached: float, rng: np.random.Generator) -> Epoch:
    """Return an epoch that validates as the template's, moved to the accuracy that the run reaches."""
    accuracy = min(100.0, reached * epoch.val_accuracy / 100 + float(rng.uniform(0, 1)))
    return replace(epoch, val_accuracy=accuracy, seconds=epoch.seconds * float(rng.uniform(0.9, 1.1)))


def _test(test: Test | None, correct: int) -> Test:
    if test is None:
        raise SystemExit(f"{TEMPLATE} has no test result")
    low, high = wilson(correct, test.images)
    return replace(test, correct=correct, top1=100 * correct / test.images, top1_low=low, top1_high=high)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


if __name__ == "__main__":
    write_runs(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
