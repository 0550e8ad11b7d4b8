"""Suites: what they name, and what the slides print of it."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from modelzoo.base import paths
from modelzoo.base.toml import read_toml
from modelzoo.benchmarking.models import resolve_model
from modelzoo.catalog.catalog import load_catalog
from modelzoo.catalog.trainings import printed_training
from modelzoo.errors import ZooError
from modelzoo.recipes.load import load_recipe
from modelzoo.recipes.recipe import Augmentation, Plateau, identity
from modelzoo.recipes.suite import load_suite, suite_names


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """A suite of one run with these lines."""

    def written(*lines: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text("\n".join(('title = "Mine"', "[[runs]]", *lines)), encoding="utf-8")
        return path

    return written


@pytest.mark.parametrize("name", suite_names())
def test_every_shipped_suite_names_models_that_can_be_built(name: str) -> None:
    catalog = load_catalog()
    for run in load_suite(name).runs:
        assert resolve_model(catalog, run.model).build


def test_a_row_of_the_slides_gives_its_values(write: Any) -> None:
    (run,) = load_suite(write('model = "resnet50"', 'recipe = "slides-resnet50-plateau"', "slides = 5")).runs
    assert (run.test_accuracy_pct, run.test_loss, run.seconds_per_epoch, run.epochs) == (90.6, 0.309, 20, 63)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (['modle = "lenet5"'], r"unknown field 'runs\[0\].modle'; did you mean 'runs\[0\].model'"),
        (['recipe = "quick"'], r"runs\[0\].model is missing; expected a text"),
        (['title = "lenet5"'], r"unknown field 'runs\[0\].title'; did you mean 'title'\?"),
        (['model = "lenet5"', 'recipe = "qick"'], r"runs\[0\]: unknown recipe 'qick'; did you mean 'quick'"),
        (
            ['model = "lenet5"', "slides = 10"],
            r"runs\[0\]: catalog/slides/training.csv: has no row 10; expected 1 to 9",
        ),
        (['model = "lenet5"', "slides = 1", "epochs = 3"], r"runs\[0\]: epochs and slides = 1 are both given"),
        (
            ['model = "lenet5"', "test_accuracy_pct = 101"],
            r"runs\[0\].test_accuracy_pct is 101; expected a number <= 100.0; benchmarks/suites has examples",
        ),
    ],
    ids=["unknown field", "no model", "misplaced", "unknown recipe", "no such row", "row and figures", "more than all"],
)
def test_a_problem_is_reported_with_its_file(write: Any, lines: list[str], words: str) -> None:
    with pytest.raises(ZooError, match=rf"mine\.toml: .*(?:{words})"):
        load_suite(write(*lines))


def test_a_suite_without_runs_and_an_unknown_one_are_refused(tmp_path: Path) -> None:
    (tmp_path / "none.toml").write_text('title = "None"\nruns = []', encoding="utf-8")
    with pytest.raises(ZooError, match=r"none\.toml: runs is \[\]; expected a list of length >= 1"):
        load_suite(tmp_path / "none.toml")
    with pytest.raises(ZooError, match="unknown suite 'slides-baseline'; did you mean 'slides-baselines'"):
        load_suite("slides-baseline")


BASELINES = load_suite("slides-baselines").runs


def test_the_baselines_are_the_slides_trainings_in_their_order() -> None:
    assert [run.slides for run in BASELINES] == list(range(1, 10))
    families = {"LeNet-5-old": "lenet5-1998", "LeNet-5-new": "lenet5", "ResNet-50": "resnet50"}
    assert [run.model for run in BASELINES] == [families[printed_training(row).model] for row in range(1, 10)]


@pytest.mark.parametrize("place", range(1, 9), ids=lambda place: str(BASELINES[place].recipe))
def test_each_recipe_extends_the_one_before_it(place: int) -> None:
    path = paths.BENCHMARKS / "recipes" / f"{BASELINES[place].recipe}.toml"
    assert read_toml(path)["extends"] == BASELINES[place - 1].recipe


def test_each_recipe_changes_what_the_slides_changed() -> None:
    recipes = [load_recipe(str(run.recipe)) for run in BASELINES]
    told = [identity(recipe) for recipe in recipes]
    changed = [
        {key for key in {**before, **after} if before.get(key) != after.get(key)} for before, after in pairwise(told)
    ]
    assert changed == [
        set(),  # another network
        {"batch_size", "input"},
        {"batch_size"},
        {"optimizer", "schedule"},
        {"activation"},
        {"dropout"},
        {"augmentation"},
        {"input"},
    ]
    last = recipes[-1]
    assert (last.batch_size, last.optimizer.learning_rate, last.activation) == (2048, 5e-4, "leaky_relu")
    assert (last.input.mode, recipes[-2].input.mode) == ("pad", "resize")
    assert isinstance(last.schedule, Plateau)
    assert last.augmentation != Augmentation()


@pytest.mark.parametrize("run", BASELINES, ids=lambda run: str(run.recipe))
def test_each_description_has_the_slides_figures(run: Any) -> None:
    description = load_recipe(str(run.recipe)).description.replace("\n", " ")
    assert f"{run.test_accuracy_pct:.2f} %" in description
    assert f"{run.epochs} epochs" in description
    assert f"{run.seconds_per_epoch:g} s an epoch" in description
    if run.test_loss is not None:
        assert f"test loss {run.test_loss}" in description
