"""Inheritance of recipes: the fields of the one that a file extends, with the file's own over them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from modelzoo import content
from modelzoo.errors import ZooError

Fields = Mapping[str, Any]

# Texts say what the file itself is.
_OWN = ("title", "description")


def inherited(path: Path, read: Callable[[Path], Fields], find: Callable[[str, Path], Path]) -> Fields:
    """The fields of a recipe file with those of what it extends, in a chain of any length, under them.

    Parameters
    ----------
    read : the fields that a file states itself
    find : the file that a name in a file of that path means

    Raises
    ------
    ZooError
        If something it extends cannot be found, or the chain leads back into itself.
    """
    chain = [path]
    layers = [dict(read(path))]
    while (name := layers[-1].pop("extends", None)) is not None:
        if not isinstance(name, str):
            raise ZooError(f"{content.shown(chain[-1])}: extends is {name!r}; expected the name of a recipe, or a file")
        chain.append(_found(name, chain[-1], find))
        if _same(chain[-1], chain[:-1]):
            told = " extends ".join(content.shown(one) for one in chain)
            raise ZooError(f"{told}: a circle; remove `extends` from one of them")
        layers.append({key: value for key, value in read(chain[-1]).items() if key not in _OWN})
    fields: Fields = {}
    for layer in reversed(layers):
        fields = merged(fields, layer)
    return fields


def merged(under: Fields, over: Fields) -> Fields:
    """One table over another, key by key; one of another `name` (an optimizer, a schedule) replaces it whole."""
    if over.get("name", under.get("name")) != under.get("name"):
        return over
    both = {key: merged(under[key], over[key]) for key in over if _are_tables(under.get(key), over[key])}
    return {**under, **over, **both}


def _are_tables(under: object, over: object) -> bool:
    return isinstance(under, Mapping) and isinstance(over, Mapping)


def _found(name: str, path: Path, find: Callable[[str, Path], Path]) -> Path:
    try:
        return find(name, path)
    except ZooError as error:
        raise ZooError(f"{content.shown(path)}: extends: {error}") from None


def _same(path: Path, others: list[Path]) -> bool:
    return path.resolve() in [other.resolve() for other in others]
