"""The levers of a search: read from TOML, each value checked as a recipe checks it."""

from pathlib import Path

import pytest

from modelzoo.errors import ZooError
from modelzoo.recipes.load import load_recipe
from modelzoo.recipes.recipe import Adam
from modelzoo.tuning.fields import value_of
from modelzoo.tuning.space import Lever, Range, is_space, load_space, space_names, with_base


def space(tmp_path: Path, text: str) -> tuple[Lever, ...]:
    path = tmp_path / "own.toml"
    path.write_text(text)
    return load_space(path).levers


@pytest.mark.parametrize("name", space_names())
def test_shipped_space_is_right(name: str) -> None:
    assert load_space(name).levers


def test_default_space_has_the_levers_of_the_slides() -> None:
    keys = {lever.key for lever in load_space().levers}
    assert keys >= {"batch_size", "schedule", "activation", "dropout", "label_smoothing", "augmentation", "optimizer"}
    assert keys >= {"batch_norm", "depth", "width"}


def test_lists_are_choices_and_tables_are_nested_fields(tmp_path: Path) -> None:
    levers = space(
        tmp_path, 'batch_size = [64, 128]\n[optimizer]\nname = ["adam", "sgd"]\n[augmentation]\nrotate = [0, 5]'
    )
    assert levers == (
        Lever("batch_size", (64, 128)),
        Lever("optimizer.name", ("adam", "sgd")),
        Lever("augmentation.rotate", (0.0, 5.0)),
    )


def test_choice_that_is_a_table_gets_all_of_its_fields(tmp_path: Path) -> None:
    (lever,) = space(tmp_path, 'optimizer = [{ name = "adam" }]')
    assert lever.values == ({"name": "adam", "learning_rate": Adam().learning_rate},)


def test_ends_of_a_range_are_numbers_as_the_recipe_has_them(tmp_path: Path) -> None:
    levers = space(tmp_path, "dropout = { low = 0, high = 0.5 }\nbatch_size = { low = 16, high = 256, log = true }")
    low = levers[0].values.low if isinstance(levers[0].values, Range) else None
    assert isinstance(low, float)
    assert levers[1].values == Range(low=16, high=256, log=True)


def test_range_of_a_field_that_only_some_optimizers_have(tmp_path: Path) -> None:
    (lever,) = space(tmp_path, "[optimizer]\nmomentum = { low = 0.5, high = 0.99 }")
    assert lever.key == "optimizer.momentum"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("batch_size = 64", r"own.toml: batch_size is 64; expected a list of choices, or a range .*default.toml"),
        ("batch_size = []", "batch_size is an empty list"),
        ("batch_sise = [64]", "unknown field 'batch_sise'; did you mean 'batch_size'"),
        ("batch_size = [64, 0]", "own.toml: batch_size is 0; expected a whole number >= 1"),
        ('batch_size = [64, "many"]', "batch_size is 'many'; expected a whole number"),
        ("batch_size = [64, 64]", "batch_size has 64 twice"),
        ("batch_size = { low = 16.5, high = 64 }", "batch_size is 16.5; expected a whole number"),
        ("batch_size = { low = 16, high = 64, step = 0.5 }", "step is 0.5; expected a whole number"),
        ("dropout = { low = 0.5, high = 0.1 }", "dropout: low is 0.5 and high 0.1; expected a lower"),
        ("dropout = { low = 0.0, high = 0.5, log = true }", "low is 0 with log"),
        ("dropout = { low = 0.1, high = 0.5, log = true, step = 0.1 }", "log and step are both given"),
        ("dropout = { low = 0.1, high = 0.5, step = 1 }", "step is 1; expected a number above 0"),
        ("dropout = { low = 0.1, high = 1.5 }", "dropout is 1.5; expected"),
        ("dropout = { low = 0.1 }", "dropout: high is missing"),
        ("dropout = { low = 0.1, high = 0.5, logs = true }", "dropout: unknown field 'logs'; did you mean 'log'"),
        ('optimizer = [{ name = "adamm" }]', "optimizer.name is 'adamm'; expected 'adam'"),
        ("optimizer = [{ learning_rate = 0.1 }]", "optimizer.name is missing"),
        ('optimizer = [{ name = "adam", momentum = 0.9 }]', "unknown field 'optimizer.momentum'"),
        ("[optimizer]\nmomentum = [1.5]", "optimizer.momentum is 1.5"),
        ("[optimizer]\nmoment = [0.5]", "unknown field 'optimizer.moment'"),
        ('activation = ["rely"]', "activation is 'rely'; expected"),
        ("epochs = [5, 10]", "epochs is no lever"),
        ("title = 3\nbatch_size = [64]", "title is 3; expected a text"),
        ('title = "empty"', "has no lever"),
    ],
)
def test_wrong_space_is_an_error_that_names_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ZooError, match=message) as raised:
        space(tmp_path, text)
    assert "own.toml" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_unknown_space_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ZooError, match="unknown space 'defualt'; did you mean 'default'"):
        load_space("defualt")


def test_space_differs_from_a_recipe_by_its_lists_and_ranges() -> None:
    assert is_space({"title": "t", "optimizer": {"name": ["adam"]}})
    assert is_space({"dropout": {"low": 0.1, "high": 0.2}})
    assert not is_space({"batch_size": 64, "optimizer": {"name": "adam"}})


def test_base_value_joins_the_choices_but_never_a_range() -> None:
    base = load_recipe("lenet5")
    assert with_base(Lever("batch_size", (32,)), base).values == (128, 32)
    assert with_base(Lever("batch_size", (32, 128)), base).values == (32, 128)
    assert with_base(Lever("dropout", Range(low=0.1, high=0.2)), base).values == Range(low=0.1, high=0.2)
    # AdamW has no momentum.
    assert with_base(Lever("optimizer.momentum", (0.5,)), base).values == (0.5,)
    optimizer = with_base(Lever("optimizer", ()), base)
    assert optimizer.values == (value_of(base, "optimizer"),)
