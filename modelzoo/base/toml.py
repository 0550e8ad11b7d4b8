"""The one reader of content files in TOML: a file becomes a struct, or an error that names the field."""

import copy
import re
import reprlib
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from modelzoo.base import paths
from modelzoo.base.files import read_text
from modelzoo.base.text import cut, listed, printable, quote
from modelzoo.errors import ZooError

Struct = TypeVar("Struct", bound=msgspec.Struct)

# The path in an error of msgspec, ``$.runs[0].conditions[...]``, and its words for types.
_STEP = r"\.(\w+)|\[(\d+)\]|\[\.\.\.\]"
_TYPES = {"int": "a whole number", "float": "a number", "str": "a text", "bool": "true or false"}
_TYPES |= {"array": "a list", "object": "a table"}


# Files of people and of importers are far smaller and flatter.
_MOST_BYTES = 1 << 24
_DEEPEST = 16
_INTEGERS = range(-(1 << 63), 1 << 63)
_LONG_NUMBER = r"[0-9_]{4300}"


def read_toml(path: Path) -> dict[str, Any]:
    """Return the fields of a file, with finite numbers of 64 bits.

    Raises
    ------
    ZooError
        If the file is not TOML in UTF-8; the message names the file, and the line or the field.
    """
    import tomllib

    text = read_text(path, at_most=_MOST_BYTES)
    try:
        fields = tomllib.loads(text)
    except RecursionError:
        raise ZooError(f"{paths.shown(path)}: is nested too deeply; expected at most {_DEEPEST} levels") from None
    except tomllib.TOMLDecodeError as error:
        raise ZooError(f"{paths.shown(path)}: cannot be read as TOML in UTF-8: {printable(str(error))}") from None
    except ValueError:
        # Python reads whole numbers of at most 4300 digits.
        number = re.search(_LONG_NUMBER, text)
        line = text.count("\n", 0, number.start() if number else 0) + 1
        raise ZooError(f"{paths.shown(path)}:{line}: a number of thousands of digits; expected 64 bits") from None
    check_values(fields, paths.shown(path))
    return fields


def check_values(fields: dict[str, Any], place: str) -> None:
    """Raise a ZooError with the place of an infinite number, NaN, more than 64 bits, or a too deep table."""
    found: list[tuple[str, Any, int]] = [("", fields, 0)]
    while found:
        name, value, depth = found.pop()
        if isinstance(value, dict):
            found += [(f"{name}.{key}" if name else key, item, depth + 1) for key, item in value.items()]
        elif isinstance(value, list):
            found += [(f"{name}[{index}]", item, depth + 1) for index, item in enumerate(value)]
        wrong = ""
        if isinstance(value, float) and not isfinite(value):
            wrong = f"is {value}; expected a finite number"
        elif isinstance(value, int) and value not in _INTEGERS:
            wrong = "is beyond 64 bits; expected a smaller number"
        elif depth > _DEEPEST:
            wrong = f"lies {depth} levels deep; expected at most {_DEEPEST}"
        if wrong:
            raise ZooError(f"{place}: {cut(name)} {wrong}")


def read_struct(path: Path, kind: type[Struct], *, see: str) -> Struct:
    """Return the struct in a file.

    Parameters
    ----------
    see : where the fields are documented; an error ends with it

    Raises
    ------
    ZooError
        If the file is not TOML, or a field is unknown, missing or wrong. The error names the file, the field, its
        value and the expected one.
    """
    return to_struct(read_toml(path), kind, see=see, place_of=lambda _: paths.shown(path))


def to_struct(fields: Mapping[str, Any], kind: type[Struct], *, see: str, place_of: Callable[[str], str]) -> Struct:
    """Return the struct of the fields, as `read_struct` does; `place_of` names the place of a field in messages."""
    try:
        return msgspec.convert(fields, kind)
    except msgspec.ValidationError:
        name, problem = _problem(copy.deepcopy(dict(fields)), kind)
    raise ZooError(f"{place_of(name)}: {printable(problem)}{'' if problem.endswith('?') else f'; {see}'}")


def as_written(value: object) -> str:
    """Return a value as a message shows it: ``true``, long texts and lists cut, ``missing`` for None."""
    return "missing" if value is None else str(value).lower() if isinstance(value, bool) else reprlib.repr(value)


def _problem(fields: dict[str, Any], kind: type) -> tuple[str, str]:
    """Return the full name of the first wrong field, and its problem."""
    message, name, value = _first_error(fields, kind)
    if missing := re.fullmatch(r"Object missing required field `(.*)`", message):
        value[missing[1]] = None  # TOML has no null; with it, the next error states the type of the missing field
        message, name, value = _first_error(fields, kind)
    known: dict[str, tuple[Any, ...]] = {}
    for field, choices in _fields("", inspect.type_info(kind), fields):
        known[field] = (*known.get(field, ()), *choices)
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", message, re.DOTALL):
        prefix = f"{name}." if name else ""
        own = [field.removeprefix(prefix) for field in known if field.rpartition(".")[0] == name and field[-1] != "]"]
        near = [field for field in known if field.rpartition(".")[2] == unknown[1]][:3]
        near = near or [prefix + field for field in get_close_matches(unknown[1], own, n=1)]
        advice = f"did you mean {listed(map(repr, near), 'or')}?" if near else f"known: {', '.join(sorted(own))}"
        return prefix + unknown[1], f"unknown field {quote(prefix + unknown[1])}; {advice}"
    expected = re.sub(r", got .*| \| null|`", "", message.removeprefix("Expected ")).replace(" | ", " or ")
    expected = re.sub(r"\w+", lambda word: _TYPES.get(word[0], word[0]), expected)
    if expected == "a table" and len(kinds := known.get(f"{name}.name", ())) > 1:
        expected = f"a table, [{name}], with name = {listed(map(repr, kinds), 'or')}"
    if words := list(map(repr, known.get(name, ()))):
        # A field may take a number too, as the size of an input.
        numbers = [expected] if expected.startswith(("a whole number", "a number")) else []
        expected = listed([*numbers, *words], "or")
    return name, f"{name} is {as_written(value)}; expected {expected}"


def _first_error(fields: dict[str, Any], kind: type) -> tuple[str, str, Any]:
    """Return msgspec's message, the full name of its field, and the value there."""
    error = _error(fields, kind)
    message, _, path = error.partition(" - at `$")
    name = ""
    value: Any = fields
    for field, index in re.findall(_STEP, path):
        if index:
            name, value = f"{name}[{index}]", value[int(index)]
        else:
            key = field or _wrong_key(value, lambda: _error(fields, kind) == error)
            name, value = f"{name}.{key}", value.get(key)
    return message, name.removeprefix("."), value


def _error(fields: dict[str, Any], kind: type) -> str:
    try:
        msgspec.convert(fields, kind)
    except msgspec.ValidationError as error:
        return str(error)
    return ""


def _wrong_key(table: dict[str, Any], is_same_error: Callable[[], bool]) -> str:
    """Return the key that msgspec calls ``[...]``: alone in the table, its value brings the same error."""
    for key, value in list(table.items()):
        table.clear()
        table[key] = value
        if is_same_error():
            break
    return key


def _fields(name: str, kind: inspect.Type, value: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the full names of the fields that a value may have, each with its choices if it has any."""
    if name:
        yield name.removeprefix("."), kind.values if isinstance(kind, inspect.LiteralType) else ()
    table = value if isinstance(value, Mapping) else {}
    if isinstance(kind, inspect.UnionType):
        tables = (part for part in kind.types if isinstance(part, inspect.StructType) and part.tag_field)
        named = [part for part in tables if table.get(part.tag_field) == part.tag]
        for part in named or kind.types:
            yield from _fields(name, part, value)
    elif isinstance(kind, inspect.StructType):
        if kind.tag_field:
            yield f"{name}.{kind.tag_field}".removeprefix("."), (kind.tag,)
        for field in kind.fields:
            yield from _fields(f"{name}.{field.encode_name}", field.type, table.get(field.encode_name))
    elif isinstance(kind, inspect.DictType):
        for key, item in table.items():
            yield from _fields(f"{name}.{key}", kind.value_type, item)
    elif isinstance(kind, inspect.CollectionType) and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _fields(f"{name}[{index}]", kind.item_type, item)
