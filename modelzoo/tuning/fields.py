"""Fields of a recipe by their full names, as ``optimizer.learning_rate``: read, changed, and written as assignments."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from modelzoo.errors import ZooError
from modelzoo.recipes.checks import require_consistent
from modelzoo.recipes.recipe import Optimizer, Recipe, Schedule

Values = Mapping[str, Any]

# The tables of a recipe whose fields depend on a name.
_NAMED: Final = {"optimizer": Optimizer.__args__, "schedule": Schedule.__args__}
NAMES: Final = frozenset(_NAMED)
_TEXTS = ("title", "description")


class _Absent:
    """The value of a field that a recipe lacks: Adam has no momentum."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = _Absent()


def names_with(table: str, field: str) -> tuple[str, ...]:
    """Return the names of the optimizers or schedules that have a field, of all without one; none of other tables."""
    kinds = _NAMED.get(table, ())
    return tuple(str(kind.__struct_config__.tag) for kind in kinds if not field or field in kind.__struct_fields__)


def value_of(recipe: Recipe, key: str) -> Any:
    """Return the value of a field, of a table all its fields; `ABSENT` where the recipe has no such field."""
    value = msgspec.to_builtins(recipe)
    for step in key.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return ABSENT
        value = value[step]
    return value


def changed(base: Recipe, values: Values) -> Recipe:
    """Return the recipe with these values of its fields.

    Another name of an optimizer or a schedule brings its defaults. A field that the named one lacks is left out.

    Raises
    ------
    ZooError
        If the values contradict each other, or are none of a recipe.
    """
    fields: dict[str, Any] = msgspec.to_builtins(base)
    # Names first: the other fields of a table are those of its name.
    for key in sorted(values, key=lambda key: (not key.endswith(".name"), key)):
        table, _, field = key.partition(".")
        if not field:
            fields[table] = values[key]
        elif field == "name" and table in NAMES:
            if fields[table]["name"] != values[key]:
                fields[table] = {"name": values[key]}
        elif table not in NAMES or fields[table]["name"] in names_with(table, field):
            fields[table] = {**(fields.get(table) or {}), field: values[key]}
    try:
        recipe = msgspec.convert(fields, Recipe)
    except msgspec.ValidationError as error:
        raise ZooError(str(error)) from None
    require_consistent(recipe)
    return recipe


def differences(base: Recipe, recipe: Recipe) -> dict[str, Any]:
    """Return the fields whose values differ from those of the base, as `--set` and a recipe file take them.

    A table of another name is a whole one, without the fields that have their defaults.
    """
    return dict(_differences(base, recipe))


def _differences(base: Recipe, recipe: Recipe) -> Iterator[tuple[str, Any]]:
    for name in Recipe.__struct_fields__:
        before, after = getattr(base, name), getattr(recipe, name)
        if name in _TEXTS or before == after:
            continue
        if not isinstance(after, msgspec.Struct):
            yield name, after
        elif type(before) is not type(after):
            yield name, _stated(after)
        else:
            for field in after.__struct_fields__:
                if getattr(before, field) != getattr(after, field):
                    yield f"{name}.{field}", getattr(after, field)


def _stated(table: msgspec.Struct) -> dict[str, Any]:
    """Return the name of a table and its fields that differ from their defaults."""
    fields = msgspec.to_builtins(table)
    defaults = {field.name: field.default for field in msgspec.structs.fields(table)}
    return {key: value for key, value in fields.items() if key not in defaults or value != defaults[key]}


def assignments(base: Recipe, recipe: Recipe) -> tuple[str, ...]:
    """Return the changes that make the base the recipe, as `--set` takes them."""
    return tuple(f"{key}={as_toml(value)}" for key, value in differences(base, recipe).items())


def as_toml(value: Any) -> str:
    """Return a value as TOML has it on one line."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {as_toml(item)}' for key, item in value.items())}}}"
    if isinstance(value, str | bool):
        return json.dumps(value)
    return repr(value)


def shown(key: str, value: Any) -> str:
    """Return the value of a field for a person; of a table its name and fields without their defaults."""
    if value is None or value is ABSENT:
        return "none"
    if isinstance(value, Mapping):
        kind = msgspec.structs.fields(type(getattr(changed(Recipe(title=""), {key: value}), key)))
        defaults = {field.name: field.default for field in kind}
        parts = [
            item if name == "name" else f"{name} {shown('', item)}"
            for name, item in value.items()
            if name not in defaults or item != defaults[name]
        ]
        return ", ".join(parts) or "none"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.3g}" if isinstance(value, float) else str(value)
