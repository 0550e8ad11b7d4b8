"""Recipes for people: their list, and all fields of one, next to those of the default recipe."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from modelzoo.base.paths import toml_name
from modelzoo.recipes.load import load_recipe, recipe_names
from modelzoo.recipes.recipe import Recipe
from modelzoo.tables.table import Column, Table

DEFAULT = "default"

_TEXTS = ("title", "description")


class RecipeDescription(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe: its texts, all its fields, and the fields that differ from the default recipe, by their full names."""

    name: str
    title: str
    description: str
    fields: dict[str, Any]
    differs: dict[str, Any]

    def table(self) -> Table:
        """Return a row for each field, with the value of the default recipe where that differs."""
        default = _flat(load_recipe(DEFAULT))
        rows = [
            [key, value, default.get(key, "(no such field)") if key in self.differs else ""]
            for key, value in self.fields.items()
        ]
        columns = [
            Column("field", "Field"),
            Column("value", "Value", _show),
            Column("default", "Default recipe", _show),
        ]
        return Table(columns, rows, caption=f"{self.name}: {self.title}.", notes=[*filter(None, [self.description])])


class RecipeListing(msgspec.Struct, frozen=True):
    """The recipes that come with the project."""

    recipes: tuple[RecipeDescription, ...]

    def table(self) -> Table:
        """Return a row for each recipe, with the fields that differ from the default recipe."""
        columns = [Column("name", "Recipe"), Column("about", "About"), Column("differs", "Differs from default")]
        rows = [
            [item.name, f"{item.title}. {_first_sentence(item.description)}".strip(), _summary(item.differs)]
            for item in self.recipes
        ]
        return Table(columns, rows, caption="`zoo recipes NAME` shows all fields, `zoo bench --set` changes one.")


def list_recipes() -> RecipeListing:
    """List the recipes that come with the project."""
    return RecipeListing(tuple(map(describe_recipe, recipe_names())))


def describe_recipe(name: str | Path) -> RecipeDescription:
    """Describe the recipe of that name in ``benchmarks/recipes``, or the one in your own TOML file.

    Raises
    ------
    ZooError
        If there is none, or it is wrong.
    """
    recipe = load_recipe(name)
    fields, default = _flat(recipe), _flat(load_recipe(DEFAULT))
    return RecipeDescription(
        name=toml_name(name),
        title=recipe.title,
        description=" ".join(recipe.description.split()),
        fields=fields,
        differs={key: value for key, value in fields.items() if key not in default or value != default[key]},
    )


def _flat(recipe: Recipe) -> dict[str, Any]:
    """Return all fields except the texts by their full names, such as ``optimizer.name``."""
    flat: dict[str, Any] = {}
    for key, value in msgspec.to_builtins(recipe).items():
        if isinstance(value, Mapping):
            flat |= {f"{key}.{inner}": inner_value for inner, inner_value in value.items()}
        elif key not in _TEXTS:
            flat[key] = value
    return flat


def _summary(fields: Mapping[str, Any]) -> str:
    """Return the fields with their values, a table of fields as its kind or its name alone."""
    parts = dict[str, str]()
    for key, value in fields.items():
        table, _, field = key.partition(".")
        if not field or field == "name":
            parts[table] = f"{table}={_show(value)}"
        else:
            parts.setdefault(table, table)
    return ", ".join(parts.values())


def _show(value: Any) -> str:
    """Format a value as TOML has it, without quotes; None as none."""
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _first_sentence(text: str) -> str:
    sentence, end, _ = text.partition(". ")
    return sentence + end.strip()
