"""Fields of a recipe by their full names: changed, and written so that `--set` gives the same recipe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelzoo.errors import ZooError
from modelzoo.recipes.load import load_recipe, parse_changes
from modelzoo.recipes.recipe import SGD, Adam, Augmentation, Recipe
from modelzoo.tuning.fields import ABSENT, assignments, changed, differences, shown, value_of
from modelzoo.tuning.space import load_space

BASE = load_recipe("best")
LEVERS = load_space().levers


@given(st.fixed_dictionaries({}, optional={lever.key: st.sampled_from(lever.values) for lever in LEVERS}))
def test_assignments_make_the_base_the_changed_recipe(values: dict[str, object]) -> None:
    recipe = changed(BASE, values)
    assert load_recipe("best", parse_changes(assignments(BASE, recipe))) == recipe
    assert all(value_of(recipe, key) == value for key, value in values.items())


def test_table_replaces_the_one_of_the_base() -> None:
    assert changed(BASE, {"augmentation": {}}).augmentation == Augmentation()
    assert differences(BASE, changed(BASE, {"augmentation": {"rotate": 10.0}})) == {
        "augmentation.translate": 0.0,
        "augmentation.zoom": 0.0,
        "augmentation.shear": 0.0,
    }


def test_other_name_brings_its_defaults() -> None:
    assert changed(BASE, {"optimizer.name": "sgd"}).optimizer == SGD()
    assert changed(BASE, {"optimizer.name": "adamw"}) == BASE
    assert differences(BASE, changed(BASE, {"optimizer.name": "adam"})) == {"optimizer": {"name": "adam"}}


def test_field_of_another_optimizer_does_not_apply() -> None:
    values = {"optimizer.momentum": 0.5, "optimizer.name": "adam"}
    assert changed(BASE, values).optimizer == Adam()
    assert value_of(changed(BASE, values), "optimizer.momentum") is ABSENT
    assert changed(BASE, {**values, "optimizer.name": "sgd"}).optimizer == SGD(momentum=0.5)


def test_values_that_contradict_each_other_are_an_error() -> None:
    with pytest.raises(ZooError, match="supplement"):
        changed(BASE, {"balanced": True, "supplement": 0.1})


def test_person_reads_what_has_no_default() -> None:
    recipe = Recipe(title="t", optimizer=SGD(momentum=0.5))
    assert shown("optimizer", value_of(recipe, "optimizer")) == "sgd, momentum 0.5"
    assert shown("augmentation", value_of(recipe, "augmentation")) == "none"
    assert shown("batch_norm", False) == "false"
    assert shown("dropout", None) == "none"
