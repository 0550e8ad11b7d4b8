"""Recipe files: TOML with all fields of a recipe, or with its differences from the recipe that it extends."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from modelzoo.base import paths
from modelzoo.base.text import quote
from modelzoo.base.toml import check_values, read_toml, to_struct
from modelzoo.errors import ZooError
from modelzoo.recipes.checks import require_consistent
from modelzoo.recipes.recipe import IMAGENET, Adam, Constant, Recipe

Fields = Mapping[str, Any]

# The place of changed fields in messages.
_CHANGES = "`set`"
_SEE = "see benchmarks/recipes/default.toml"
# A recipe does not inherit the texts about it.
_TEXTS = ("title", "description")


class _RecipeFile(Recipe, frozen=True, kw_only=True):
    """The fields of a recipe file."""

    extends: str | None = None


def load_recipe(name: str | Path, changes: Fields | None = None) -> Recipe:
    """Return the recipe of that name in ``benchmarks/recipes``, or the one in your own TOML file.

    Parameters
    ----------
    changes : fields that replace those of the recipe

    Raises
    ------
    ZooError
        If there is none, or a field is unknown, out of range or contradicts another; it names place and field.
    """
    path = paths.find_toml("recipe", str(name), paths.BENCHMARKS / "recipes")
    chain = {paths.shown(file): stated for file, stated in _chain(path).items()}
    if changes:
        chain = {_CHANGES: changes} | chain
    fields: Fields = {}
    for inherited in reversed(list(chain.values())):
        fields = merged(fields, inherited)

    def place_of(field: str) -> str:
        return next((place for place, stated in chain.items() if _has(stated, field)), paths.shown(path))

    file = to_struct(_with_kinds(fields), _RecipeFile, see=_SEE, place_of=place_of)
    recipe = Recipe(**{field: getattr(file, field) for field in Recipe.__struct_fields__})
    try:
        require_consistent(recipe)
    except ZooError as error:
        raise ZooError(f"{next(iter(chain))}: {error}; {_SEE}") from None
    return recipe


def parse_changes(assignments: Iterable[str]) -> Fields:
    """Return the fields of assignments such as ``optimizer.learning_rate=3e-4``; a value is TOML, or a bare word.

    Raises
    ------
    ZooError
        If an assignment has another form, or two contradict each other.
    """
    fields: dict[str, Any] = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        steps = key.strip().split(".")
        if not equals or not text.strip() or not all(step.isidentifier() for step in steps):
            raise ZooError(f"{_CHANGES} is {quote(assignment)}; expected KEY=VALUE, as optimizer.learning_rate=3e-4")
        table = fields
        for step in steps[:-1]:
            table = table.setdefault(step, {})
            if not isinstance(table, dict):
                break
        if steps[0] == "extends":
            raise ZooError(f"{_CHANGES} is {quote(assignment)}; `recipe` chooses the recipe that is changed")
        if not isinstance(table, dict) or steps[-1] in table:
            raise ZooError(f"{_CHANGES} gives {quote(key.strip())} twice; give it once")
        table[steps[-1]] = _value(text.strip())
    check_values(fields, _CHANGES)
    return fields


def _value(text: str) -> Any:
    """Return the value of a TOML text, or the text itself where it is none: ``resize`` needs no quotes."""
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return text


def recipe_names() -> list[str]:
    """Return the names of the recipes that come with the project."""
    return paths.toml_names(paths.BENCHMARKS / "recipes")


def merged(under: Fields, over: Fields) -> Fields:
    """Merge two tables key by key; a table of another `name` (an optimizer, a schedule) replaces the one under it."""
    if over.get("name", under.get("name")) != under.get("name"):
        return over
    tables = {key for key in over if isinstance(over[key], Mapping) and isinstance(under.get(key), Mapping)}
    return {**under, **over, **{key: merged(under[key], over[key]) for key in tables}}


def _chain(path: Path) -> Mapping[Path, Fields]:
    """Return the fields of a recipe file, then of the file that it extends, and so on."""
    chain = {path: _read(path)}
    file = path
    while (name := chain[file].pop("extends", None)) is not None:
        if not isinstance(name, str):
            raise ZooError(f"{paths.shown(file)}: extends is {name!r}; expected the name of a recipe, or a file")
        try:
            extended = _find_near(name, file)
        except ZooError as error:
            raise ZooError(f"{paths.shown(file)}: extends: {error}") from None
        if extended.resolve() in [earlier.resolve() for earlier in chain]:
            circle = " extends ".join(map(paths.shown, (*chain, extended)))
            raise ZooError(f"{circle}: a circle; remove `extends` from one of them")
        chain[extended] = {key: value for key, value in _read(extended).items() if key not in _TEXTS}
        file = extended
    return chain


def _read(path: Path) -> dict[str, Any]:
    """Return the fields of the file itself, with the path to a weights file from the recipe's folder."""
    fields = read_toml(path)
    weights = fields.get("weights")
    if isinstance(weights, str) and weights != IMAGENET:
        fields["weights"] = str(path.parent / paths.expanded(weights))
    return fields


def _find_near(name: str, path: Path) -> Path:
    """Return the file of the recipe in the folder of the file that extends it, else the project's."""
    near = path.parent / paths.expanded(name if name.endswith(".toml") else f"{name}.toml")
    own = str(near) if name.endswith(".toml") else name
    return near if paths.is_file(near) else paths.find_toml("recipe", own, paths.BENCHMARKS / "recipes")


def _has(fields: Any, name: str) -> bool:
    """Return whether the fields have the one of that full name, as ``optimizer.name``."""
    step, _, rest = name.partition(".")
    return isinstance(fields, Mapping) and step in fields and (not rest or _has(fields[step], rest))


def _with_kinds(fields: Fields) -> Fields:
    """Return the fields with the usual optimizer and schedule where a table of them has no name."""
    usual = {"optimizer": Adam.__struct_config__.tag, "schedule": Constant.__struct_config__.tag}
    stated = {table: fields[table] for table in usual if isinstance(fields.get(table), Mapping)}
    return {**fields, **{table: {"name": usual[table], **own} for table, own in stated.items()}}
