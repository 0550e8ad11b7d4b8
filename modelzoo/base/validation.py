"""What is wrong with the fields of a content file: which one, what stands there, and what is expected."""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from modelzoo.base.expectation import expectation, in_words, one_of
from modelzoo.errors import unknown

Place = tuple[str | int, ...]

# How msgspec begins what is not about a value, and names where it is: ``Expected `int` - at `$.runs[0].slides```.
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class Fault(NamedTuple):
    """What is wrong, and the steps to the field: ``("runs", 0, "slides")``."""

    place: Place
    words: str


def fault_of(
    error: msgspec.ValidationError, kind: type, fields: Mapping[str, Any], *, further: Sequence[str] = ()
) -> Fault:
    """The fault for which the fields are not a struct of that kind.

    Parameters
    ----------
    further : fields that the file may have at its top and the struct does not
    """
    what, _, where = str(error).partition(" - at ")
    place: Place = tuple(name or int(index) for name, index in _STEP.findall(where))
    root = inspect.type_info(kind)
    if match := _UNKNOWN.fullmatch(what):
        union, value = _at(root, fields, place)
        table = _table(union, value)
        known = [*_names(table), *(further if table is root else ())]
        exact, near = _of_another_kind(match[1], union) or _elsewhere(match[1], root, 1.0), _elsewhere(match[1], root)
        told = f"unknown field {match[1]!r}; {exact}" if exact else str(unknown("field", match[1], known, hint=near))
        tag = "" if table.tag is None else f" {in_words(table.tag)}"
        return Fault((*place, match[1]), f"{dotted(place)}{tag}: {told}" if place else told)
    if match := _MISSING.fullmatch(what):
        place = (*place, match[1])
    found, value = _at(root, fields, place)
    stands = "missing" if match else in_words(value)
    return Fault(place, f"{dotted(place)} is {stands}; expected {expectation(found, dotted(place))}")


def advised(words: str, hint: str) -> str:
    """The words and where to look further, unless they end in a question, which is advice already."""
    return words if words.endswith("?") else f"{words}; {hint}"


def dotted(place: Place) -> str:
    """``runs[0].slides``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def _at(kind: inspect.Type, value: Any, place: Place) -> tuple[inspect.Type, Any]:
    """The type and the value at a place; no value where the field is missing."""
    for step in place:
        if isinstance(step, int):
            kind, value = _item(kind), value[step]
        else:
            kind, value = _field(kind, value, step), value.get(step)
    return kind, value


def _field(kind: inspect.Type, value: Mapping[str, Any], name: str) -> inspect.Type:
    if tags := tuple(table.tag for table in _tables(kind) if table.tag_field == name):
        return inspect.LiteralType(tags)
    return next(field.type for field in _table(kind, value).fields if field.encode_name == name)


def _table(kind: inspect.Type, value: Mapping[str, Any]) -> inspect.StructType:
    """The struct that a table is to become: of several, the one whose tag it has."""
    tables = _tables(kind)
    return next((table for table in tables if table.tag_field and value.get(table.tag_field) == table.tag), tables[0])


def _tables(kind: inspect.Type) -> list[inspect.StructType]:
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return [one for one in kinds if isinstance(one, inspect.StructType)]


def _item(kind: inspect.Type) -> inspect.Type:
    return kind.item_type if isinstance(kind, inspect.CollectionType) else kind


def _names(table: inspect.StructType) -> list[str]:
    tag = [table.tag_field] if table.tag_field else []
    return tag + [field.encode_name for field in table.fields]


def _of_another_kind(name: str, union: inspect.Type) -> str:
    """Which kinds of the same table have that field: momentum is SGD's, not Adam's."""
    kinds = [in_words(table.tag) for table in _tables(union) if name in _names(table)]
    return f"it is of {one_of(kinds)}" if kinds else ""


def _elsewhere(name: str, root: inspect.Type, likeness: float = 0.75) -> str:
    """Fields of other tables that are called so, or nearly: in TOML a field goes astray under the wrong header."""
    paths = list(dict.fromkeys(_paths(root)))
    near = get_close_matches(name, {path.rpartition(".")[2] for path in paths}, n=1, cutoff=likeness)
    meant = [path for path in paths if near and path.rpartition(".")[2] == near[0]]
    told = [repr(path) + ("" if "." in path else ", above the first [table]") for path in meant]
    return f"did you mean {one_of(told)}?" if told else ""


def _paths(kind: inspect.Type, above: str = "") -> Iterator[str]:
    """The dotted path of every field that there can be."""
    for table in _tables(_item(kind)):
        for field in table.fields:
            yield above + field.encode_name
            yield from _paths(field.type, f"{above}{field.encode_name}.")
