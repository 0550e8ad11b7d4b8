"""What a run does to the leaderboard, in a sentence."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from modelzoo.board.build import leaderboard
from modelzoo.board.impact import after_runs
from modelzoo.catalog.catalog import Catalog, load_catalog
from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.run import Run

Make = Callable[..., Any]


def impact(record: Any, others: Iterable[Any], catalog: Catalog) -> str:
    run, *runs = [Run(item, Path("none"), "local") for item in (record, *others)]
    (sentence,) = after_runs([run], runs, catalog)
    return sentence


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
    sentence = "EfficientNetB1 now ranks 1st of 3 measured on emnist47 (1st of 3 by published values)."
    assert impact(run, others, catalog) == sentence
    assert impact(run, [*others, run], catalog) == sentence


def test_the_first_model_is_told_to_find_company(make_record: Make, catalog: Catalog) -> None:
    run = make_record("efficientnetb1", dataset={"name": "glyphs", "synthetic": True})
    assert "is the first model measured on glyphs (synthetic)" in impact(run, [], catalog)


def test_runs_under_another_protocol_do_not_count(make_record: Make, others: list[Any], catalog: Catalog) -> None:
    run = make_record("efficientnetb1", backend="jax")
    assert "is the first model measured" in impact(run, others, catalog)


def test_a_model_without_published_values_has_its_measured_rank(
    make_record: Make, others: list[Any], catalog: Catalog
) -> None:
    run = make_record("lenet5", correct=8700, latency=0.5, total_params=61_000)
    assert impact(run, others, catalog) == "LeNet-5 now ranks 1st of 3 measured on emnist47."


def test_shipped_runs_do_not_count(make_record: Make, others: list[Any], catalog: Catalog) -> None:
    run = make_record("efficientnetb1")
    shipped = [Run(item, Path("none"), "shipped") for item in others]
    (sentence,) = after_runs([Run(run, Path("none"), "local")], shipped, catalog)
    assert "is the first model measured" in sentence


def test_the_sentences_of_all_runs_agree_with_the_leaderboard(
    make_record: Make, others: list[Any], catalog: Catalog
) -> None:
    lenet5 = make_record("lenet5", correct=8700, latency=0.5, total_params=61_000)
    faster = make_record("mobilenet", correct=8000, validation=80.0, recipe=Recipe(title="F", epochs=3), latency=1.0)
    local = [Run(record, Path("none"), "local") for record in (*others, lenet5, faster)]
    shipped = Run(make_record("vgg16", correct=9900, latency=0.1), Path("none"), "shipped")
    (section,) = leaderboard([*local, shipped], catalog).sections
    board = {row.measured.slug: (row.measured_rank, row.published_rank) for row in section.rows}
    assert len(board) == 3
    for run in local:
        (sentence,) = after_runs([run], [*local, shipped], catalog)
        measured, of, published = re.findall(
            r"now ranks (\d+)\w\w of (\d+) measured on emnist47(?: \((\d+)\w\w of 2 by published values\))?\.$",
            sentence,
        )[0]
        assert (int(measured), int(published) if published else None) == board[run.record.model]
        assert int(of) == len(board)


def test_a_run_stopped_at_a_limit_is_told_how_to_be_ranked(
    make_record: Make, others: list[Any], catalog: Catalog
) -> None:
    run = make_record("efficientnetb1", stopped_by="limit")
    sentence = impact(run, others, catalog)
    assert "stopped at a limit before its schedule was complete" in sentence
    assert "not ranked; without --epochs" in sentence


def test_a_failed_run_changes_nothing(make_record: Make, others: list[Any], catalog: Catalog) -> None:
    run = replace(make_record("efficientnetb1", name="EfficientNetB1"), outcome="failed", test=None)
    assert impact(run, others, catalog) == "EfficientNetB1 has no result; the leaderboard does not change."


def test_a_recipe_that_validates_worse_leaves_the_better_one_standing(
    make_record: Make, others: list[Any], catalog: Catalog
) -> None:
    run = make_record(
        "mobilenet", correct=9900, validation=80.0, recipe_name="weak", recipe=Recipe(title="W", epochs=3)
    )
    sentence = impact(run, others, catalog)
    assert sentence.startswith(
        "MobileNet keeps recipe default, with 86.00 % on validation images; this run has 80.00 %."
    )
    assert "now ranks 1st of 2" in sentence


def test_a_run_stopped_at_a_limit_does_not_replace_a_completed_one(
    make_record: Make, others: list[Any], catalog: Catalog
) -> None:
    run = make_record("mobilenet", seed=3, validation=99.0, stopped_by="limit")
    sentence = impact(run, others, catalog)
    assert "MobileNet keeps recipe default, whose schedule is complete" in sentence
    assert "now ranks 1st of 2" in sentence


def test_the_run_itself_counts_not_an_older_copy(make_record: Make, others: list[Any], catalog: Catalog) -> None:
    stale = replace(others[1], latency=())
    assert "1st of 2 measured" in impact(others[1], [stale, *others], catalog)


def test_several_runs_share_the_leaderboard_of_their_protocol(
    make_record: Make, others: list[Any], catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []

    def build(runs: Any, catalog: Catalog) -> Any:
        built.append(runs)
        return leaderboard(runs, catalog)

    monkeypatch.setattr("modelzoo.board.impact.leaderboard", build)
    made = [Run(item, Path("none"), "local") for item in (*others, make_record("lenet5", backend="jax"))]
    sentences = list(after_runs(made, made, catalog))
    assert [sentence.split(" measured ")[0] for sentence in sentences] == [
        "ResNet50 now ranks 2nd of 2",
        "MobileNet now ranks 1st of 2",
        "LeNet-5 is the first model",
    ]
    assert [len(runs) for runs in built] == [2, 1]
