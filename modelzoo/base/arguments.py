"""Arguments of public functions: their types are checked once, where a function is called."""

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, wraps
from itertools import chain, repeat
from numbers import Integral, Real
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from modelzoo.base.text import cut, listed, of_system, quote
from modelzoo.errors import ZooError, unknown

P = ParamSpec("P")
R = TypeVar("R")

_NO_LISTS = (str, bytes, Mapping, set, frozenset)
_WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", NoneType: "None"}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse arguments of another type than the annotation says; the error names argument, value and expected type.

    An unknown name is refused with the nearest known ones.

    An OSError of the function becomes a ZooError with file and reason.
    """
    parameters = inspect.signature(function).parameters.values()
    positional = [item.name for item in parameters if item.kind is item.POSITIONAL_OR_KEYWORD]
    others = "".join(item.name for item in parameters if item.kind is item.VAR_POSITIONAL)
    open_ended = any(item.kind is item.VAR_KEYWORD for item in parameters)
    named = [item.name for item in parameters if item.kind in (item.POSITIONAL_OR_KEYWORD, item.KEYWORD_ONLY)]

    @cache
    def hints() -> dict[str, Any]:
        return get_type_hints(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        for name in kwargs:
            if not open_ended and name not in named:
                raise unknown(f"argument of {function.__name__}", name, named)
        for name, value in chain(zip(chain(positional, repeat(others)), args, strict=False), kwargs.items()):
            hint = hints().get(name, Any)
            if not _fits(value, hint):
                example = f", as in {cut(repr([value]))}" if isinstance(value, str) and _fits([value], hint) else ""
                raise ZooError(f"{name} is {cut(repr(value))}; expected {_in_words(hint)}{example}")
            if isinstance(value, str | Path) and "\0" in str(value):
                raise ZooError(f"{name} is {quote(str(value))}; expected a text without null characters")
        try:
            return function(*args, **kwargs)
        except OSError as error:
            raise ZooError(of_system(error)) from error

    return call


def _fits(value: Any, hint: Any) -> bool:
    """Check a value, and the items of a list or a mapping, against an annotation; numbers of numpy are numbers."""
    if hint is Any or type(value) is hint:
        return True
    origin, parts = _parts(hint)
    if origin in (Union, UnionType):
        return type(value) in parts or any(_fits(value, part) for part in parts)
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
        # Arrays and indexes of pandas are sequences in all but name; a set has no order.
        is_list = isinstance(value, Collection if origin is Sequence else Iterable)
        items = value if isinstance(value, Collection) and parts[0] is not Any else ()
        return is_list and not isinstance(value, _NO_LISTS) and all(_fits(item, parts[0]) for item in items)
    if hint in (int, float):
        return isinstance(value, Integral if hint is int else Real) and not isinstance(value, bool)
    return isinstance(value, hint)


@cache
def _parts(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    return get_origin(hint), get_args(hint)


def _in_words(hint: Any) -> str:
    origin, parts = _parts(hint)
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
        return f"({', '.join(map(_in_words, parts))})"
    if origin in (Sequence, Iterable):
        return "a list" if parts[0] is Any else f"a list (each item {_in_words(parts[0])})"
    return _WORDS.get(hint, getattr(hint, "__name__", str(hint)))
