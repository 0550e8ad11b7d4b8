"""Recipes that extend others: what comes from where, and what is wrong with a chain."""

import re
from pathlib import Path
from typing import Any

import pytest

from modelzoo.base.paths import shown
from modelzoo.errors import ZooError
from modelzoo.recipes.load import load_recipe, merged, parse_changes
from modelzoo.recipes.recipe import SGD, AdamW, Cosine, Recipe, Stopping
from modelzoo.recipes.suite import load_suite


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """A recipe file of that name and these lines, under a title that is its name."""

    def written(name: str, *lines: str, title: bool = True) -> Path:
        path = tmp_path / f"{name}.toml"
        path.write_text("\n".join(([f'title = "{name}"'] if title else []) + list(lines)), encoding="utf-8")
        return path

    return written


def test_a_recipe_has_the_fields_of_what_it_extends_under_its_own(write: Any) -> None:
    write("base", "batch_size = 7\nepochs = 3", "[stopping]\npatience = 4\nmin_delta = 0.5")
    child = load_recipe(write("child", 'extends = "base"\nepochs = 5', "[stopping]\npatience = 9"))
    assert child == Recipe(title="child", batch_size=7, epochs=5, stopping=Stopping(patience=9, min_delta=0.5))


def test_texts_are_not_inherited(write: Any) -> None:
    write("base", 'description = "of the base"')
    assert load_recipe(write("child", 'extends = "base"')).description == ""
    with pytest.raises(ZooError, match=r"bare\.toml: title is missing; expected a text"):
        load_recipe(write("bare", 'extends = "base"', title=False))


def test_a_table_of_the_same_name_is_merged_and_one_of_another_replaced() -> None:
    adamw = {"name": "adamw", "learning_rate": 0.1, "weight_decay": 0.2}
    assert merged(adamw, {"name": "adamw", "learning_rate": 0.3}) == adamw | {"learning_rate": 0.3}
    assert merged(adamw, {"learning_rate": 0.3}) == adamw | {"learning_rate": 0.3}
    assert merged(adamw, {"name": "sgd"}) == {"name": "sgd"}
    assert merged({"input": {"size": 1}, "a": 1}, {"input": {"mode": "pad"}}) == {
        "input": {"size": 1, "mode": "pad"},
        "a": 1,
    }


def test_another_optimizer_leaves_nothing_of_the_one_before(write: Any) -> None:
    write("base", '[optimizer]\nname = "adamw"\nlearning_rate = 0.5\nweight_decay = 0.7')
    other = load_recipe(write("other", 'extends = "base"', '[optimizer]\nname = "sgd"'))
    assert other.optimizer == SGD()
    same = load_recipe(write("same", 'extends = "base"', '[optimizer]\nname = "adamw"\nlearning_rate = 0.1'))
    assert same.optimizer == AdamW(learning_rate=0.1, weight_decay=0.7)


def test_a_chain_goes_through_folders_and_ends_with_a_shipped_recipe(write: Any, tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    write("deeper/middle", 'extends = "quick"\nlabel_smoothing = 0.2')
    recipe = load_recipe(write("last", 'extends = "deeper/middle.toml"\nbatch_size = 3'))
    assert (recipe.batch_size, recipe.label_smoothing, recipe.epochs) == (3, 0.2, 5)
    assert recipe.schedule == Cosine(warmup_epochs=0.5)


def test_a_recipe_beside_the_file_goes_before_a_shipped_one(write: Any) -> None:
    write("quick", "batch_size = 9")
    assert load_recipe(write("child", 'extends = "quick"')).batch_size == 9


def test_a_circle_names_its_files(write: Any) -> None:
    write("a", 'extends = "b"')
    write("b", 'extends = "c"')
    path = write("c", 'extends = "a.toml"')
    with pytest.raises(ZooError, match=r"c\.toml extends .*a\.toml extends .*b\.toml extends .*c\.toml: a circle"):
        load_recipe(path)
    with pytest.raises(ZooError, match=r"self\.toml extends .*self\.toml: a circle"):
        load_recipe(write("self", 'extends = "self"'))


def test_an_unknown_name_is_told_with_the_file_that_has_it(write: Any) -> None:
    write("middle", 'extends = "qick"')
    with pytest.raises(ZooError, match=r"middle\.toml: extends: unknown recipe 'qick'; did you mean 'quick'"):
        load_recipe(write("last", 'extends = "middle"'))
    with pytest.raises(ZooError, match=r"file\.toml: extends: no recipe at .*none\.toml"):
        load_recipe(write("file", 'extends = "none.toml"'))


def test_a_fault_is_told_of_the_file_that_states_it(write: Any) -> None:
    base = write("base", '[optimizer]\nname = "adagrad"')
    write("middle", 'extends = "quick"\nepoch = 3')
    with pytest.raises(ZooError, match=rf"^{re.escape(shown(base))}: optimizer.name is 'adagrad'"):
        load_recipe(write("last", 'extends = "base"\nepochs = 2'))
    with pytest.raises(ZooError, match=r"middle\.toml: unknown field 'epoch'; did you mean 'epochs'"):
        load_recipe(write("last", 'extends = "middle"'))
    with pytest.raises(ZooError, match=r"last\.toml: optimizer.name is 'adagrand'"):
        load_recipe(write("last", 'extends = "base"', '[optimizer]\nname = "adagrand"'))


def test_a_contradiction_is_told_of_the_file_at_the_end(write: Any) -> None:
    write("base", '[schedule]\nname = "cosine"\nwarmup_epochs = 3')
    with pytest.raises(ZooError, match=r"last\.toml: schedule.warmup_epochs is 3.0; expected fewer than the 2 epochs"):
        load_recipe(write("last", 'extends = "base"\nepochs = 2'))


def test_what_is_no_name_is_refused(write: Any) -> None:
    with pytest.raises(ZooError, match=r"mine\.toml: extends is 3; expected the name of a recipe, or a file"):
        load_recipe(write("mine", "extends = 3"))


def test_a_file_of_weights_is_found_from_where_the_recipe_that_names_it_stands(write: Any, tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    write("deeper/base", 'weights = "own.weights.h5"')
    recipe = load_recipe(write("child", 'extends = "deeper/base.toml"'))
    assert recipe.weights == str(tmp_path / "deeper" / "own.weights.h5")


def test_a_tilde_in_a_recipe_or_a_suite_is_the_home_folder(
    write: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write("home", 'weights = "~/own.weights.h5"')
    (tmp_path / "deeper").mkdir()
    write("deeper/child", 'extends = "~/home.toml"')
    write("deeper/suite", 'runs = [{ model = "lenet5", recipe = "~/home.toml" }]')
    assert load_recipe("~/deeper/child.toml").weights == str(tmp_path / "own.weights.h5")
    assert load_suite(tmp_path / "deeper" / "suite.toml").runs[0].recipe == str(tmp_path / "home.toml")


def test_changes_replace_fields_of_the_recipe_and_of_the_ones_it_extends(write: Any) -> None:
    write("base", "[optimizer]\nname = 'adamw'\nweight_decay = 0.2")
    child = write("child", 'extends = "base"\nepochs = 5')
    changes = parse_changes(["optimizer.learning_rate=3e-4", "input.mode = resize", "epochs=7", "balanced=true"])
    recipe = load_recipe(child, changes)
    assert recipe.optimizer == AdamW(learning_rate=3e-4, weight_decay=0.2)
    assert (recipe.input.mode, recipe.epochs, recipe.balanced) == ("resize", 7, True)


@pytest.mark.parametrize(
    ("assignments", "found"),
    [
        (["optimizer.lr=1"], r"`set`: unknown field 'optimizer\.lr'"),
        (["epochs=-1"], r"`set`: epochs is -1; expected a whole number >= 1"),
        (["input.size=huge"], r"`set`: input\.size is 'huge'; expected .*'auto'"),
        (["weights=imagenet", "input.channels=1"], r"`set`: input\.channels is 1; expected 3"),
        (["optimizer.learning_rate=3e400"], r"`set`: optimizer\.learning_rate is inf; expected a finite number"),
        (["extends=best"], "`set` is 'extends=best'; `recipe` chooses"),
        (["epochs"], "`set` is 'epochs'; expected KEY=VALUE"),
        (["=3"], "`set` is '=3'; expected KEY=VALUE"),
        (["epochs="], "`set` is 'epochs='; expected KEY=VALUE"),
        (["epochs=1", "epochs=2"], "`set` gives 'epochs' twice"),
        (["input=1", "input.size=2"], r"`set` gives 'input\.size' twice"),
    ],
)
def test_a_wrong_change_is_named(write: Any, assignments: list[str], found: str) -> None:
    path = write("base")
    with pytest.raises(ZooError, match=found):
        load_recipe(path, parse_changes(assignments))
