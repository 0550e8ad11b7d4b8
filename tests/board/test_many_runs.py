"""Many runs take the reading of one record each; predictions are read only of the runs that represent a model."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from modelzoo.recipes.recipe import Recipe
from modelzoo.runs.predictions import PREDICTIONS
from modelzoo.runs.record import RECORD
from modelzoo.statistics import pairs

IMAGES = 200
LABELS = np.arange(IMAGES) % 10
MODELS = ("lenet5", "mobilenet", "resnet50", "vgg16")
RECIPES = SEEDS = 3


@pytest.fixture
def runs(make_record: Callable[..., Any], write_run: Callable[..., None], tmp_path: Path) -> Path:
    """Write runs of four models with three recipes each, three seeds a recipe; the last recipe validates best."""
    random = np.random.default_rng(0)
    for model in MODELS:
        for recipe in range(RECIPES):
            for seed in range(SEEDS):
                predicted = np.where(random.random(IMAGES) < 0.3, (LABELS + 1) % 10, LABELS)
                record = make_record(
                    model,
                    id=f"{model}-{recipe}-{seed}",
                    seed=seed,
                    recipe_name=f"recipe-{recipe}",
                    recipe=Recipe(title="", label_smoothing=recipe / 10),
                    validation=80.0 + recipe,
                    correct=int((predicted == LABELS).sum()),
                    dataset={"classes": 10, "test_images": IMAGES},
                )
                write_run(tmp_path / "runs", record, predicted, LABELS)
    return tmp_path / "runs"


@pytest.fixture
def opened(runs: Path, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each file of a run is opened, as ``<run>/<file>``."""
    counts: Counter[str] = Counter()
    open_file = os.open

    def counting(path: Any, *arguments: Any, **keywords: Any) -> int:
        if Path(path).is_relative_to(runs):
            counts[Path(path).relative_to(runs).as_posix()] += 1
        return open_file(path, *arguments, **keywords)

    monkeypatch.setattr(os, "open", counting)
    return counts


RECORDS = {
    f"{model}-{recipe}-{seed}/{RECORD}": 1 for model in MODELS for recipe in range(RECIPES) for seed in range(SEEDS)
}
REPRESENTING = {f"{model}-{RECIPES - 1}-{seed}/{PREDICTIONS}": 1 for model in MODELS for seed in range(SEEDS)}


def test_the_board_opens_each_record_once_and_predictions_only_of_the_runs_that_represent_a_model(
    runs: Path, opened: Counter[str], zoo: Callable[..., Any]
) -> None:
    assert zoo("board", "--runs", str(runs)).code == 0
    assert opened == RECORDS | REPRESENTING


def test_the_page_opens_no_predictions_of_further_runs(
    runs: Path, opened: Counter[str], zoo: Callable[..., Any], tmp_path: Path
) -> None:
    assert zoo("export", str(tmp_path / "board.html"), "--runs", str(runs)).code == 0
    assert opened.keys() == (RECORDS | REPRESENTING).keys()


def test_the_list_opens_each_record_once_and_no_predictions(
    runs: Path, opened: Counter[str], zoo: Callable[..., Any]
) -> None:
    assert zoo("runs", "--runs", str(runs)).code == 0
    assert opened == RECORDS


def test_the_seeds_of_a_model_are_summarized_once_however_many_models_it_is_tested_against(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    summarized = []

    def summarize(seeds: Any) -> Any:
        summarized.append(seeds)
        return summarize_seeds(seeds)

    summarize_seeds = pairs.summarize_seeds
    monkeypatch.setattr(pairs, "summarize_seeds", summarize)
    correct = np.random.default_rng(0).random((5, 2, 100)) < 0.8
    assert len(pairs.adjusted_p_values(list(correct))) == 10
    assert len(summarized) == 5
