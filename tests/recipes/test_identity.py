"""The identity of a recipe, for the id of its runs."""

import hashlib
from typing import Any, get_args

import msgspec
import pytest

from modelzoo.base import paths
from modelzoo.recipes.recipe import (
    AdamW,
    Cosine,
    Input,
    Optimizer,
    Recipe,
    Schedule,
    Stopping,
    identity,
    identity_of,
)
from modelzoo.runs.record import Record, load_records

RECORDS = load_records(paths.BENCHMARKS / "results")[0]


def test_the_identity_leaves_out_texts_and_defaults() -> None:
    plain = Recipe(title="A", description="words")
    assert identity(plain) == {}
    assert identity(Recipe(title="B", batch_size=64, input=Input(size=64), schedule=Cosine())) == {
        "batch_size": 64,
        "input": {"size": 64},
        "schedule": {"name": "cosine"},
    }
    assert identity(Recipe(title="C", optimizer=AdamW(weight_decay=0.1), stopping=Stopping())) == {
        "optimizer": {"name": "adamw", "weight_decay": 0.1},
        "stopping": {},
    }


@pytest.mark.parametrize(
    "part", [kind() for kind in (*get_args(Optimizer), *get_args(Schedule))], ids=lambda p: type(p).__name__
)
def test_the_identity_of_a_part_names_its_kind(part: Any) -> None:
    assert identity(part) == {"name": type(part).__name__.lower()}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.id)
def test_the_id_of_a_published_run_follows_from_its_recipe(record: Record) -> None:
    inputs = {
        "revision": {"jax": 2}.get(record.backend, 1),
        "model": record.model,
        "variant": record.variant,
        "recipe": identity_of(record.recipe, record.weights_sha256),
        # The number of epochs that was set: a limit, or the recipe's.
        "epochs": len(record.epochs) if record.stopped_by == "limit" else record.recipe.epochs,
        "seed": record.seed,
        "dataset": {**msgspec.to_builtins(record.dataset), "title": ""},
        "input_shape": record.input_shape,
        "backend": record.backend,
        "precision": record.precision,
    }
    digest = hashlib.sha256(msgspec.json.encode(inputs, order="deterministic")).hexdigest()
    assert record.id == f"{record.model}-{digest[:10]}"
