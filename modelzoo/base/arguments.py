"""Arguments of public functions: their types are checked once, where a function is called."""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, wraps
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from modelzoo.base.text import cut, listed
from modelzoo.errors import ZooError

P = ParamSpec("P")
R = TypeVar("R")

_WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", NoneType: "None"}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse arguments of another type than the annotation says; the error names argument, value and expected type."""
    signature = inspect.signature(function)

    @cache
    def hints() -> dict[str, Any]:
        return get_type_hints(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            kind = signature.parameters[name].kind
            if kind is inspect.Parameter.VAR_KEYWORD:
                continue
            for item in value if kind is inspect.Parameter.VAR_POSITIONAL else (value,):
                if name in hints() and not _fits(item, hints()[name]):
                    raise ZooError(f"{name} is {cut(repr(item))}; expected {_in_words(hints()[name])}")
        return function(*args, **kwargs)

    return call


def _fits(value: Any, hint: Any) -> bool:
    """Check a value, and the items of a list or a mapping, against an annotation; numbers of numpy are numbers."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_fits(value, part) for part in parts)
    if origin is Annotated:
        return _fits(value, parts[0])
    if origin is Literal:
        return any(type(value) is type(part) and value == part for part in parts)
    if origin is Callable:
        return callable(value)
    if origin is tuple and Ellipsis not in parts:
        return isinstance(value, tuple | list) and len(value) == len(parts) and all(map(_fits, value, parts))
    if origin is Mapping:
        return isinstance(value, Mapping) and all(
            _fits(key, parts[0]) and _fits(item, parts[1]) for key, item in value.items()
        )
    if origin in (Sequence, Iterable):
        # Arrays and indexes of pandas are sequences in all but name.
        is_list = isinstance(value, Collection if origin is Sequence else Iterable)
        items = value if isinstance(value, Collection) and parts[0] is not Any else ()
        return is_list and not isinstance(value, str | bytes | Mapping) and all(_fits(item, parts[0]) for item in items)
    if hint in (int, float):
        return isinstance(value, Integral if hint is int else Real) and not isinstance(value, bool)
    return hint is Any or isinstance(value, hint)


def _in_words(hint: Any) -> str:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return listed(dict.fromkeys(map(_in_words, parts)), "or")
    if origin is Annotated:
        return _in_words(parts[0])
    if origin is Literal:
        return listed(map(repr, parts), "or")
    if origin is Callable:
        return "a function"
    if origin is Mapping:
        return f"a mapping from {_in_words(parts[0])} to {_in_words(parts[1])}"
    if origin is tuple and Ellipsis not in parts:
        return f"{len(parts)} values, {listed(map(_in_words, parts))}"
    if origin in (Sequence, Iterable):
        return "a list" if parts[0] is Any else f"a list of items, each {_in_words(parts[0])}"
    return _WORDS.get(hint, getattr(hint, "__name__", str(hint)))
