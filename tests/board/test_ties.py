"""Letters of models that are not significantly different: by test if predictions are kept, else by interval."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from modelzoo.board.build import leaderboard
from modelzoo.board.leaderboard import Section
from modelzoo.board.ties import Separation, _letters, find_ties
from modelzoo.catalog.catalog import load_catalog
from modelzoo.runs.measured import measured_models
from modelzoo.runs.run import load_runs
from modelzoo.statistics.paired import Paired, images_needed

IMAGES = 1000
LABELS = np.arange(IMAGES) % 10

Bench = Callable[..., str]


@pytest.fixture
def bench(make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path) -> Bench:
    def run(model: str, wrong: slice, **fields: Any) -> str:
        predicted = LABELS.copy()
        predicted[wrong] = (predicted[wrong] + 1) % 10
        correct = int((predicted == LABELS).sum())
        record = make_record(model, correct=correct, dataset={"classes": 10, "test_images": IMAGES}, **fields)
        write_run(tmp_path, record, predicted, LABELS)
        return str(record.id)

    return run


def section(folder: Path) -> Section:
    runs, _ = load_runs(folder, folder)
    return leaderboard(runs, load_catalog()).sections[0]


def ties(found: Section) -> dict[str, str | None]:
    return {row.measured.slug: row.tie for row in found.rows}


def tie_note(found: Section) -> str:
    return next((note for note in found.notes_on() if note.startswith("Tie:")), "")


def test_nested_errors_differ_significantly_though_intervals_overlap(bench: Bench, tmp_path: Path) -> None:
    """100 and 80 wrong of 1,000: intervals overlap, but one is wrong wherever the other is, and 20 times more."""
    bench("mobilenet", slice(0, 100))
    bench("resnet50", slice(0, 80))
    found = section(tmp_path)
    low, high = (row.measured for row in sorted(found.rows, key=lambda row: row.measured.accuracy))
    assert low.accuracy_high > high.accuracy_low
    assert ties(found) == {"mobilenet": None, "resnet50": None}
    assert tie_note(found) == ""


def test_who_is_alike_shares_a_letter_and_may_have_two(bench: Bench, tmp_path: Path) -> None:
    bench("mobilenet", slice(0, 100))
    bench("resnet50", slice(75, 200))
    bench("efficientnetb1", slice(180, 330))
    bench("lenet5", slice(300, 700))
    found = section(tmp_path)
    assert ties(found) == {"mobilenet": "a", "resnet50": "ab", "efficientnetb1": "b", "lenet5": None}
    facts = ("not significantly different in accuracy", "mid-p test on the same 1,000 images", "Holm, level 5 %")
    assert all(fact in tie_note(found) for fact in facts)
    assert found.to_dict([])["rows"][0]["tie"] == found.rows[0].tie


def test_tied_neighbors_come_with_the_images_that_would_separate_them(bench: Bench, tmp_path: Path) -> None:
    """One alone is correct on 55 images, the other on 45; three pairs are tested, so the level is 5 / 3 %."""
    bench("mobilenet", slice(0, 100))
    bench("resnet50", slice(45, 155))
    bench("lenet5", slice(500, 900))
    needed = images_needed(Paired(845, 55, 45, 55), 0.05 / 3)
    assert needed is not None
    assert section(tmp_path).separations == (Separation("mobilenet", "resnet50", needed - IMAGES),)


def test_equally_accurate_models_are_separated_by_no_known_number_of_images(bench: Bench, tmp_path: Path) -> None:
    bench("mobilenet", slice(0, 100))
    bench("resnet50", slice(50, 150))
    assert section(tmp_path).separations == (Separation("mobilenet", "resnet50", None),)


def test_models_without_predictions_are_separated_by_no_known_number_of_images(make_run: Callable[..., Any]) -> None:
    models = measured_models([make_run("mobilenet", correct=8800), make_run("resnet50", correct=8790)])
    assert find_ties(models, None).separations == (Separation("mobilenet", "resnet50", None),)


def test_more_images_alone_separate_no_recipes_of_several_seeds(bench: Bench, tmp_path: Path) -> None:
    for seed in (0, 1):
        bench("mobilenet", slice(seed, 100 + 2 * seed), seed=seed)
        bench("resnet50", slice(seed, 102 + seed), seed=seed)
    assert section(tmp_path).separations == (Separation("mobilenet", "resnet50", None),)


def test_a_run_without_predictions_is_compared_by_its_interval(bench: Bench, tmp_path: Path) -> None:
    bench("mobilenet", slice(0, 100))
    bench("resnet50", slice(0, 80))
    name = bench("efficientnetb1", slice(0, 90))
    (tmp_path / name / "predictions.npz").unlink()
    found = section(tmp_path)
    assert ties(found) == {"mobilenet": "b", "resnet50": "a", "efficientnetb1": "ab"}
    assert "where a run keeps no readable predictions, their intervals overlap" in tie_note(found)


def test_several_seeds_are_tested_as_recipes(bench: Bench, tmp_path: Path) -> None:
    for seed in (0, 1):
        bench("mobilenet", slice(seed, 100 + 2 * seed), seed=seed)
        bench("resnet50", slice(100 + seed, 195 + 2 * seed), seed=seed)
    found = section(tmp_path)
    assert ties(found) == {"mobilenet": "a", "resnet50": "a"}
    assert "t test over seeds and test images" in tie_note(found)


def test_where_not_all_have_several_seeds_the_seed_that_is_tested_is_named(bench: Bench, tmp_path: Path) -> None:
    for seed in (0, 1):
        bench("mobilenet", slice(seed, 100 + 2 * seed), seed=seed)
    bench("resnet50", slice(100, 195), seed=1)
    assert "images, of seed 1, adjusted by Holm" in tie_note(section(tmp_path))


def test_a_run_stopped_at_a_limit_has_no_letter(bench: Bench, tmp_path: Path) -> None:
    bench("mobilenet", slice(0, 100))
    bench("resnet50", slice(0, 100), stopped_by="limit")
    assert ties(section(tmp_path)) == {"mobilenet": None, "resnet50": None}


def test_damaged_predictions_are_named_and_intervals_compared(bench: Bench, tmp_path: Path) -> None:
    bench("mobilenet", slice(0, 100))
    name = bench("resnet50", slice(0, 80))
    (tmp_path / name / "predictions.npz").write_bytes(b"damaged")
    runs, _ = load_runs(tmp_path, tmp_path)
    board = leaderboard(runs, load_catalog())
    assert ties(board.sections[0]) == {"mobilenet": "a", "resnet50": "a"}
    assert "their intervals overlap" in tie_note(board.sections[0])
    (problem,) = board.problems
    assert f"{name}/predictions.npz is damaged or no .npz file" in problem


def test_the_letters_do_not_run_out() -> None:
    named = list(islice(_letters(), 200))
    assert named[:2] == ["a", "b"]
    assert len(set(named)) == 200


@pytest.mark.parametrize(("upper", "letter"), [(88.0, "a"), (87.99, None)])
def test_intervals_that_touch_overlap(make_run: Callable[..., Any], upper: float, letter: str | None) -> None:
    better, worse = measured_models([make_run("resnet50", correct=8900), make_run("mobilenet", correct=8600)])
    models = [replace(better, accuracy_low=88.0), replace(worse, accuracy_high=upper)]
    assert find_ties(models, None).letters.get("mobilenet") == letter
