"""Spaces of a search, read from TOML: its levers are fields of a recipe with choices or a range."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from modelzoo.base import paths
from modelzoo.base.toml import as_written, read_toml, to_struct
from modelzoo.errors import ZooError
from modelzoo.recipes.recipe import Recipe
from modelzoo.tuning.fields import ABSENT, NAMES, names_with, value_of

FOLDER = "spaces"
_SEE = "see benchmarks/spaces/default.toml"
_TEXTS = ("title", "description")
_FORM = "a list of choices, or a range {low, high} with log or step"


class Range(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers from `low` to `high`: even in their logarithm with `log`, in steps of `step`."""

    low: int | float
    high: int | float
    log: bool = False
    step: int | float | None = None

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"


class Lever(Struct, frozen=True):
    """One field of a recipe, by its full name, with the values that a search may give it.

    A choice that is a table has all of its fields.
    """

    key: str
    values: tuple[Any, ...] | Range


class Space(Struct, frozen=True, kw_only=True):
    """The levers of a search."""

    title: str
    description: str = ""
    levers: tuple[Lever, ...]


def load_space(name: str | Path = "default") -> Space:
    """Return the space of that name in ``benchmarks/spaces``, or the one in your own TOML file.

    Raises
    ------
    ZooError
        If there is none, or a key or a value is none that a recipe takes. The error names file and key.
    """
    path = paths.find_toml("space", str(name), paths.BENCHMARKS / FOLDER)
    place, fields = paths.shown(path), read_toml(path)
    texts = {name: fields.pop(name) for name in _TEXTS if name in fields}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise ZooError(f"{place}: {name} is {as_written(text)}; expected a text; {_SEE}")
    if "epochs" in fields:
        raise ZooError(f"{place}: epochs is no lever, since the budget gives the epochs; leave it out; {_SEE}")
    levers = tuple(_lever(key, value, place) for key, value in _leaves(fields))
    if not levers:
        raise ZooError(f"{place}: has no lever; expected a field of a recipe, as batch_size = [64, 128]; {_SEE}")
    return Space(title=texts.get("title", path.stem), description=texts.get("description", ""), levers=levers)


def space_names() -> list[str]:
    """Return the names of the spaces that come with the project."""
    return paths.toml_names(paths.BENCHMARKS / FOLDER)


def is_space(fields: Mapping[str, Any]) -> bool:
    """Return whether the fields of a file are those of a space: one has a list, or a range."""
    return any(isinstance(value, list) or _is_range(value) for _, value in _leaves(fields))


def with_base(lever: Lever, base: Recipe) -> Lever:
    """Return the lever with the value of the base recipe among its choices; a range stays as it is."""
    value = value_of(base, lever.key)
    if isinstance(lever.values, Range) or value in lever.values or value is ABSENT:
        return lever
    return replace(lever, values=(value, *lever.values))


def _is_range(value: Any) -> bool:
    return isinstance(value, Mapping) and not value.keys().isdisjoint(("low", "high"))


def _leaves(fields: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the full name and the value of each key, of a table its keys."""
    for key, value in fields.items():
        if isinstance(value, Mapping) and value and not _is_range(value):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _lever(key: str, value: Any, place: str) -> Lever:
    if _is_range(value):
        return Lever(key, _range(key, value, place))
    if not isinstance(value, list):
        raise ZooError(f"{place}: {key} is {as_written(value)}; expected {_FORM}; {_SEE}")
    if not value:
        raise ZooError(f"{place}: {key} is an empty list; expected {_FORM}; {_SEE}")
    choices = tuple(_checked(key, choice, place) for choice in value)
    twice = next((choice for index, choice in enumerate(choices) if choice in choices[:index]), ABSENT)
    if twice is not ABSENT:
        raise ZooError(f"{place}: {key} has {as_written(twice)} twice; give it once")
    return Lever(key, choices)


def _range(key: str, value: Mapping[str, Any], place: str) -> Range:
    given = to_struct(value, Range, see=_SEE, place_of=lambda _: f"{place}: {key}")
    problem = ""
    if given.low >= given.high:
        problem = f"low is {given.low:g} and high {given.high:g}; expected a lower one and a higher one"
    elif given.log and given.low <= 0:
        problem = f"low is {given.low:g} with log; expected a number above 0"
    elif given.step is not None and given.log:
        problem = "log and step are both given; leave one out"
    elif given.step is not None and not 0 < given.step <= given.high - given.low:
        problem = f"step is {given.step:g}; expected a number above 0, {given.high - given.low:g} at most"
    if problem:
        raise ZooError(f"{place}: {key}: {problem}; {_SEE}")
    low, high = (_checked(key, end, place) for end in (given.low, given.high))
    if isinstance(low, int) and not isinstance(given.step, int | None):
        raise ZooError(f"{place}: {key}: step is {given.step:g}; expected a whole number; {_SEE}")
    return replace(given, low=low, high=high)


def _checked(key: str, value: Any, place: str) -> Any:
    """Return a value as a recipe has it; an optimizer or a schedule that has the field decides."""
    table, _, field = key.partition(".")
    error = ZooError("")
    for name in ("",) if field in ("", "name") else names_with(table, field) or names_with(table, "")[:1] or ("",):
        content = _nested(field, value) if field else value
        fields = {"title": "", table: {"name": name, **content} if name else content}
        if not field and table in NAMES and isinstance(value, Mapping):
            fields[table] = {"name": None, **value}
        try:
            return value_of(to_struct(fields, Recipe, see=_SEE, place_of=lambda _: place), key)
        except ZooError as wrong:
            error = wrong
    raise error


def _nested(field: str, value: Any) -> dict[str, Any]:
    step, _, rest = field.partition(".")
    return {step: _nested(rest, value) if rest else value}
