"""Recipe files: TOML that states a recipe whole, or what it changes of another."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from modelzoo import content
from modelzoo.errors import ZooError, unknown
from modelzoo.training.consistency import require_consistent
from modelzoo.training.inheritance import inherited
from modelzoo.training.recipe import IMAGENET, Recipe


def load_recipe(name: str | Path) -> Recipe:
    """The recipe of that name in ``benchmarks/recipes``, or the one in a TOML file of one's own.

    Raises
    ------
    ZooError
        If there is none, or a field is unknown or out of range; it names the file and the field.
    """
    path = _find(str(name))
    try:
        recipe = msgspec.convert(inherited(path, _stated, _beside), Recipe)
        require_consistent(recipe)
    except msgspec.ValidationError as error:
        raise ZooError(f"{content.shown(path)}: {_in_words(error)}; see benchmarks/recipes/default.toml") from None
    return recipe


def recipe_name(name: str | Path) -> str:
    """What a record calls the recipe: its file's name without ending."""
    return Path(name).stem if str(name).endswith(".toml") else str(name)


def recipe_names() -> list[str]:
    """The recipes that come with the project."""
    return sorted(path.stem for path in (content.BENCHMARKS / "recipes").glob("*.toml"))


def _find(name: str) -> Path:
    if name.endswith(".toml"):
        path = Path(name)
        if not path.is_file():
            raise ZooError(f"no recipe at {name}; expected a TOML file, or one of {', '.join(recipe_names())}")
        return path
    path = content.BENCHMARKS / "recipes" / f"{name}.toml"
    if not path.is_file():
        raise unknown("recipe", name, recipe_names())
    return path


def _beside(name: str, path: Path) -> Path:
    """The recipe of that name beside the file that extends it, else the project's."""
    near = path.parent / (name if name.endswith(".toml") else f"{name}.toml")
    return near if near.is_file() else _find(str(near) if name.endswith(".toml") else name)


def _stated(path: Path) -> Mapping[str, Any]:
    """The fields of the file itself; a file of weights is named from where the recipe stands."""
    fields = dict(_read_toml(path))
    weights = fields.get("weights")
    if isinstance(weights, str) and weights != IMAGENET:
        fields["weights"] = str(path.parent / weights)
    return fields


def _read_toml(path: Path) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ZooError(f"{content.shown(path)}: cannot be read as TOML in UTF-8: {error}") from None


def _in_words(error: msgspec.ValidationError) -> str:
    """``Expected `float` > 0.0 - at `$.optimizer.learning_rate``` with the field first."""
    what, _, where = str(error).partition(" - at ")
    field = where.strip("`").removeprefix("$.").removeprefix("$")
    what = what[:1].lower() + what[1:]
    return f"{field}: {what}" if field else what
