"""What a run does to the leaderboard, in a sentence."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.board.impact import after_run
from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.recipes.recipe import Recipe

Make = Callable[..., Any]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def others(make_record: Make) -> list[Any]:
    return [
        make_record("resnet50", correct=8600, latency=8.0, total_params=23_600_000),
        make_record("mobilenet", correct=8650, latency=4.0, total_params=3_200_000),
    ]


def test_a_ranked_model_is_told_its_places(make_record: Make, others: list[Any], catalog: Catalog) -> None:
    run = make_record("efficientnetb1", correct=8700, latency=3.0, total_params=6_600_000)
    said = "EfficientNetB1 now stands 1st of 3 measured on emnist47 (1st by published figures)."
    assert after_run(run, others, catalog) == said
    assert after_run(run, [*others, run], catalog) == said


def test_the_first_model_is_told_to_find_company(make_record: Make, catalog: Catalog) -> None:
    run = make_record("efficientnetb1", dataset={"name": "glyphs", "synthetic": True})
    assert after_run(run, [], catalog) == (
        "EfficientNetB1 is the first model measured on glyphs (synthetic) under these conditions; "
        "bench another to rank them."
    )


def test_runs_under_another_protocol_do_not_count(make_record: Make, others: list[Any], catalog: Catalog) -> None:
    run = make_record("efficientnetb1", backend="jax")
    assert "is the first model measured" in after_run(run, others, catalog)


def test_a_model_without_published_figures_is_told_why(make_record: Make, others: list[Any], catalog: Catalog) -> None:
    run = make_record("lenet5", correct=8700, latency=0.5, total_params=61_000)
    assert after_run(run, others, catalog) == (
        "LeNet-5 is in neither rank (published figures: no value for top5, gpu); "
        "by what was measured it would stand 1st of 3."
    )


def test_a_run_stopped_at_a_limit_is_told_how_to_be_ranked(
    make_record: Make, others: list[Any], catalog: Catalog
) -> None:
    run = make_record("efficientnetb1", stopped_by="limit")
    assert after_run(run, others, catalog) == (
        "EfficientNetB1 was stopped at a limit before it converged: it is shown on emnist47, and not ranked; "
        "without --epochs it trains until its own rule stops it."
    )


def test_a_failed_run_changes_nothing(make_record: Make, others: list[Any], catalog: Catalog) -> None:
    run = replace(make_record("efficientnetb1", name="EfficientNetB1"), outcome="failed", test=None)
    assert after_run(run, others, catalog) == "EfficientNetB1 has no result; the leaderboard stays as it is."


def test_a_recipe_that_validates_worse_leaves_the_better_one_standing(
    make_record: Make, others: list[Any], catalog: Catalog
) -> None:
    run = make_record(
        "mobilenet", correct=9900, validation=80.0, recipe_name="weak", recipe=Recipe(title="W", epochs=3)
    )
    assert after_run(run, others, catalog) == (
        "MobileNet stands with recipe default, 86.00 % on validation images against this run's 80.00 %. "
        "MobileNet now stands 1st of 2 measured on emnist47 (2nd by published figures)."
    )


def test_a_limited_run_leaves_the_one_that_converged_standing(
    make_record: Make, others: list[Any], catalog: Catalog
) -> None:
    run = make_record("mobilenet", seed=3, validation=99.0, stopped_by="limit")
    kept = "This run was stopped at a limit; MobileNet stands with recipe default, which converged."
    assert after_run(run, others, catalog).startswith(f"{kept} MobileNet now stands 1st of 2")


def test_the_run_itself_counts_not_an_older_copy(make_record: Make, others: list[Any], catalog: Catalog) -> None:
    stale = replace(others[1], latency=())
    assert "1st of 2 measured" in after_run(others[1], [stale, *others], catalog)
