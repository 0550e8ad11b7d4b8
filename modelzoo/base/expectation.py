"""What a field of a content file takes, and what stands there, in words to be read aloud."""

import reprlib
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import inspect


def expectation(kind: inspect.Type, path: str) -> str:
    """What a field of that type at that dotted path takes: ``a number above 0``."""
    match kind:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return f"a whole number{_range(kind)}"
        case inspect.FloatType():
            return f"a number{_range(kind)}"
        case inspect.StrType():
            return "a text"
        case inspect.LiteralType():
            return one_of(map(in_words, kind.values))
        case inspect.CollectionType():
            return f"{kind.min_length or 0} or more tables [[{path}]]"
        case inspect.StructType():
            return f"a table, {_header(path)}, of {', '.join(field.encode_name for field in kind.fields)}"
        case inspect.UnionType():
            return _of_several([one for one in kind.types if not isinstance(one, inspect.NoneType)], path)
    return type(kind).__name__.removesuffix("Type").lower()


def in_words(value: object) -> str:
    """A value as a person would call it: texts quoted and long ones cut, ``true``, ``a table``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return reprlib.repr(value) if isinstance(value, str) else str(value)


def one_of(words: Iterable[str]) -> str:
    """``a, b or c``."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _range(kind: inspect.IntType | inspect.FloatType) -> str:
    """With a blank before it, `` from 0 to below 1``; nothing where every number will do."""
    begins = kind.ge is not None
    bounds = (("from ", kind.ge), ("above ", kind.gt), ("" if begins else "at most ", kind.le), ("below ", kind.lt))
    told = [f"{word}{bound:g}" for word, bound in bounds if bound is not None]
    return f" {(' to ' if begins else ' and ').join(told)}" if told else ""


def _header(path: str) -> str:
    """``[input]``, or ``[[runs]]`` of one among several."""
    name, index, _ = path.partition("[")
    return f"[[{name}]]" if index else f"[{path}]"


def _of_several(kinds: list[Any], path: str) -> str:
    """Of one type that may be left out, that one; else tables that their tags tell apart."""
    if len(kinds) == 1:
        return expectation(kinds[0], path)
    tags = one_of(in_words(kind.tag) for kind in kinds)
    return f"a table, {_header(path)}, with {kinds[0].tag_field} = {tags}"
