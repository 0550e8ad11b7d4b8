"""Recipe files: TOML that states a recipe whole, or what it changes of another."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from modelzoo.base import paths
from modelzoo.base.toml import read_toml
from modelzoo.base.validation import advised, fault_of
from modelzoo.errors import ZooError, unknown
from modelzoo.recipes.consistency import require_consistent
from modelzoo.recipes.extends import EXTENDS, inherited, layers, stating
from modelzoo.recipes.recipe import IMAGENET, Adam, Constant, Recipe

_SEE = "see benchmarks/recipes/default.toml"


def load_recipe(name: str | Path) -> Recipe:
    """The recipe of that name in ``benchmarks/recipes``, or the one in a TOML file of one's own.

    Raises
    ------
    ZooError
        If there is none, or a field is unknown, out of range or contradicts another; it names file and field.
    """
    path = _find(str(name))
    chain = layers(path, _stated, _beside)
    fields = _with_kinds(inherited(chain))
    try:
        recipe = msgspec.convert(fields, Recipe)
    except msgspec.ValidationError as error:
        fault = fault_of(error, Recipe, fields, further=(EXTENDS,))
        raise ZooError(f"{paths.shown(stating(chain, fault.place))}: {advised(fault.words, _SEE)}") from None
    try:
        require_consistent(recipe)
    except ZooError as error:
        raise ZooError(f"{paths.shown(path)}: {error}; {_SEE}") from None
    return recipe


def recipe_name(name: str | Path) -> str:
    """What a record calls the recipe: its file's name without ending."""
    return Path(name).stem if str(name).endswith(".toml") else str(name)


def recipe_names() -> list[str]:
    """The recipes that come with the project."""
    return sorted(path.stem for path in (paths.BENCHMARKS / "recipes").glob("*.toml"))


def _find(name: str) -> Path:
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise ZooError(f"no recipe at {name}; expected a TOML file, or one of {', '.join(recipe_names())}")
        return path
    path = paths.BENCHMARKS / "recipes" / f"{name}.toml"
    if not path.is_file():
        raise unknown("recipe", name, recipe_names())
    return path


def _beside(name: str, path: Path) -> Path:
    """The recipe of that name beside the file that extends it, else the project's."""
    near = path.parent / (name if name.endswith(".toml") else f"{name}.toml")
    return near if near.is_file() else _find(str(near) if name.endswith(".toml") else name)


def _with_kinds(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields with the kind of optimizer and schedule that a recipe has where it names none."""
    usual = {"optimizer": Adam.__struct_config__.tag, "schedule": Constant.__struct_config__.tag}
    stated = {table: fields[table] for table in usual if isinstance(fields.get(table), Mapping)}
    return {**fields, **{table: {"name": usual[table], **own} for table, own in stated.items()}}


def _stated(path: Path) -> Mapping[str, Any]:
    """The fields of the file itself; a file of weights is named from where the recipe stands."""
    fields = dict(read_toml(path))
    weights = fields.get("weights")
    if isinstance(weights, str) and weights != IMAGENET:
        fields["weights"] = str(path.parent / weights)
    return fields
