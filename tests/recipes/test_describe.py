"""The list of recipes, and the fields of one."""

from pathlib import Path

import pytest

from modelzoo.errors import ZooError
from modelzoo.recipes.describe import describe_recipe, list_recipes
from modelzoo.recipes.load import load_recipe, recipe_names


def test_every_recipe_is_listed_with_title_and_differences() -> None:
    recipes = list_recipes().recipes
    assert [item.name for item in recipes] == recipe_names()
    assert all(item.title and (item.differs or item.name == "default") for item in recipes)


def test_the_default_recipe_differs_in_nothing() -> None:
    assert describe_recipe("default").differs == {}


def test_the_differences_are_those_of_the_resolved_recipes() -> None:
    described = describe_recipe("lenet5")
    recipe = load_recipe("lenet5")
    assert described.fields["batch_size"] == recipe.batch_size
    assert described.fields["optimizer.learning_rate"] == recipe.optimizer.learning_rate
    assert described.differs["optimizer.name"] == "adamw"
    assert described.differs["stopping"] is None
    assert not {key for key in described.differs if key.startswith("input.")}


def test_the_table_has_every_field_and_the_default_where_it_differs() -> None:
    rows = {row[0]: row[1:] for row in describe_recipe("lenet5").table().cells()}
    assert rows["optimizer.name"] == ["adamw", "adam"]
    assert rows["optimizer.weight_decay"] == ["0.1", "(no such field)"]
    assert rows["width"] == ["1.0", ""]
    assert rows["balanced"] == ["false", ""]


def test_a_list_names_tables_by_their_kind() -> None:
    rows = {row[0]: row[2] for row in list_recipes().table().cells()}
    assert "optimizer=adamw, schedule=cosine, stopping=none" in rows["lenet5"]
    assert "augmentation" in rows["best"].split(", ")


def test_your_own_file_is_described(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('title = "Mine"\nextends = "lenet5"\nepochs = 3\n', encoding="utf-8")
    described = describe_recipe(str(tmp_path / "mine.toml"))
    assert (described.name, described.title, described.differs["epochs"]) == ("mine", "Mine", 3)
    with pytest.raises(ZooError, match="unknown recipe 'lenet'; did you mean 'lenet5'"):
        describe_recipe("lenet")
