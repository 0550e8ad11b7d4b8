"""Repeats: runs that differ by their seed alone."""

from collections.abc import Iterable
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest

from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.record import OnGpu
from modelzoo.runs.repeats import seed_groups
from modelzoo.runs.run import Run


def runs_of(records: Iterable[Any]) -> list[Run]:
    return [Run(record, Path("none"), "local") for record in records]


def test_seeds_of_one_recipe_have_a_mean_a_deviation_and_a_count(make_record: Any) -> None:
    records = [make_record("lenet5", name="LeNet-5", seed=seed, correct=8600 + 10 * seed) for seed in (0, 1, 3)]
    (group,) = seed_groups(runs_of(records))
    assert group.seeds == (0, 1, 3)
    assert group.test_accuracy == pytest.approx((86.0 + 86.1 + 86.3) / 3)
    assert group.deviation == pytest.approx(stdev([86.0, 86.1, 86.3]))
    facts = ("LeNet-5, recipe default, on emnist47", "86.13 ± 0.15 %", "3 seeds")
    assert all(fact in group.sentence for fact in facts)


@pytest.mark.parametrize(
    "differs",
    [
        {"recipe": Recipe(title="Default", batch_size=9)},
        {"dataset": {"train_images": 500}},
        {"hardware": {"cpu": "another"}},
        {"hardware": {"cores": 4}},
        {"hardware": {"gpu": "H100"}},
        {"precision": "mixed_bfloat16"},
        {"backend": "jax"},
        {"input_shape": (28, 28, 1)},
        {"input_shape": (32, 32, 3)},
        {"on_gpu": OnGpu(tf32=True, deterministic=True)},
        {"stopped_by": "limit"},
        {"outcome": "failed", "test": None},
        {"variant": "lenet5-1998"},
        {"seed": 0},
    ],
    ids=str,
)
def test_what_differs_in_anything_else_is_no_other_seed_of_it(make_record: Any, differs: dict[str, Any]) -> None:
    assert seed_groups(runs_of([make_record("lenet5"), make_record("lenet5", **({"seed": 1} | differs))])) == ()


@pytest.mark.parametrize(
    ("device", "differs"),
    [({}, {}), ({"gpu": "H100"}, {"cpu": "another", "cores": 16, "driver": "560"})],
    ids=["cpu", "gpu"],
)
def test_what_does_not_compute_parts_no_seeds(
    make_record: Any, device: dict[str, Any], differs: dict[str, Any]
) -> None:
    elsewhere = device | differs | {"memory_gb": 8.4, "system": "Linux 6.9"}
    records = [make_record("lenet5", hardware=device), make_record("lenet5", seed=1, hardware=elsewhere)]
    assert [group.seeds for group in seed_groups(runs_of(records))] == [(0, 1)]


def test_the_title_of_a_recipe_makes_no_difference(make_record: Any) -> None:
    other = make_record("lenet5", seed=1, recipe=Recipe(title="Renamed"))
    assert len(seed_groups(runs_of([make_record("lenet5"), other]))) == 1
