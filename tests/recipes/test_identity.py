"""The identity of a recipe, for the id of its runs."""

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
)
from modelzoo.runs.record import load_records

RECORDS = load_records(paths.BENCHMARKS / "results")[0]


PUBLISHED = """
    efficientnetb0-6374227c44 efficientnetb0-e18597cc5a efficientnetb1-0da671fb6c efficientnetb1-cabb641e69
    efficientnetb2-fa314c4341 lenet5-02b1f9ab8a lenet5-06301da5b3 lenet5-0efc7e7fe2 lenet5-2470cf24c4
    lenet5-3f9cc0c1a1 lenet5-4646c5e98a lenet5-75082ba605 lenet5-837893124e lenet5-887c7b840f lenet5-b325d1c00a
    lenet5-d9828f2723 lenet5-e7952ba08e mobilenet-21ad2f3f57 resnet50-131a3d7c7e resnet50-c01b443ae2
    shufflenet-c9cc632567 vgg16-2aaf35bbf9
"""


def test_the_published_runs_keep_their_ids_and_the_usual_reading_of_images() -> None:
    """Whoever trains one again finds it finished: no new field of a run may enter the id of these."""
    by_id = {record.id: record for record in RECORDS}
    assert set(PUBLISHED.split()) <= set(by_id)
    for name in PUBLISHED.split():
        assert "reading" not in msgspec.to_builtins(by_id[name].dataset)


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
