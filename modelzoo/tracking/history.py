"""Histories: the parameters, epochs and results of one record, named as a tracker shows them."""

from collections.abc import Mapping
from datetime import datetime
from itertools import accumulate
from typing import Any

import msgspec

from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.record import Epoch, Record

Parameter = str | int | float | bool

# The texts of a recipe, which change no training.
_TEXTS = ("title", "description")


class Point(msgspec.Struct, frozen=True):
    """The values of one step, with its time in seconds since 1970."""

    step: int
    time_s: float
    values: Mapping[str, float]


class History(msgspec.Struct, frozen=True):
    """One run as a tracker shows it; the last of its points has the test result and the latency."""

    id: str
    title: str
    started_s: float
    finished_s: float
    finished: bool
    parameters: Mapping[str, Parameter]
    points: tuple[Point, ...]


def history_of(record: Record) -> History:
    """Return the history of a record.

    A record has the seconds of each epoch, and not the time of its end. The end is therefore the start of the run plus
    the seconds of all epochs so far.
    """
    started, finished = (datetime.fromisoformat(time).timestamp() for time in (record.started, record.finished))
    ends = accumulate((epoch.seconds for epoch in record.epochs), initial=started)
    points = [
        Point(epoch.epoch, min(end, finished), _epoch_values(epoch))
        for epoch, end in zip(record.epochs, list(ends)[1:], strict=True)
    ]
    if results := _result_values(record):
        points.append(Point(len(record.epochs), finished, results))
    return History(
        id=record.id,
        title=record.title,
        started_s=started,
        finished_s=finished,
        finished=record.outcome == "finished",
        parameters=parameters_of(record),
        points=tuple(points),
    )


def _epoch_values(epoch: Epoch) -> dict[str, float]:
    values = {
        "train/loss": epoch.loss,
        "train/accuracy_percent": epoch.accuracy,
        "val/loss": epoch.val_loss,
        "val/accuracy_percent": epoch.val_accuracy,
        "val/macro_recall_percent": epoch.val_macro_recall,
        "learning_rate": epoch.learning_rate,
        "epoch_s": epoch.seconds,
    }
    return _known(values)


def _result_values(record: Record) -> dict[str, float]:
    """Return the test result, the latencies and the costs of a record, as far as it has them."""
    test = record.test
    values: dict[str, float | None] = {}
    if test is not None:
        values = {
            "test/accuracy_percent": test.top1,
            "test/accuracy_low_percent": test.top1_low,
            "test/accuracy_high_percent": test.top1_high,
            "test/top5_percent": test.top5,
            "test/macro_recall_percent": test.macro_recall,
            "test/loss": test.loss,
            "test/ece_points": test.ece,
        }
    for latency in record.latency:
        values[f"latency/batch_{latency.batch}_p50_ms"] = latency.p50_ms
        values[f"latency/batch_{latency.batch}_p90_ms"] = latency.p90_ms
    return _known({**values, "peak_memory_mb": record.peak_memory_mb})


def _known(values: Mapping[str, float | None]) -> dict[str, float]:
    return {key: value for key, value in values.items() if value is not None}


def parameters_of(record: Record) -> dict[str, Parameter]:
    """Return the inputs of the run; fields without a value are left out."""
    hardware, data = record.hardware, record.dataset
    inputs = {
        "model": record.model,
        "variant": record.variant,
        "recipe_name": record.recipe_name,
        "recipe": _recipe_values(record.recipe),
        "seed": record.seed,
        "dataset": {
            "name": data.name,
            "classes": data.classes,
            "train_images": data.train_images,
            "validation_images": data.validation_images,
            "test_images": data.test_images,
            "synthetic": data.synthetic,
        },
        "input_shape": "x".join(map(str, record.input_shape)),
        "parameters": record.total_params,
        "backend": record.backend,
        "precision": record.precision,
        "hardware": {"cpu": hardware.cpu, "cores": hardware.cores, "gpu": hardware.gpu},
        "versions": record.versions,
    }
    return dict(_flat(inputs))


def _recipe_values(recipe: Recipe) -> dict[str, Any]:
    """Return the fields of a recipe without its texts."""
    fields = msgspec.to_builtins(recipe)
    return {key: value for key, value in fields.items() if key not in _TEXTS}


def _flat(fields: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Parameter]]:
    """Return the fields with the names of nested ones joined by dots: ``recipe.optimizer.name``."""
    items: list[tuple[str, Parameter]] = []
    for key, value in fields.items():
        if isinstance(value, Mapping):
            items += _flat(value, f"{prefix}{key}.")
        elif value is not None:
            items.append((f"{prefix}{key}", value))
    return items
