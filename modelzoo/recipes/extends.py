"""Inheritance of recipes: the fields of the one that a file extends, with the file's own over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelzoo.base import paths
from modelzoo.errors import ZooError

Fields = Mapping[str, Any]

EXTENDS = "extends"

# Texts say what the file itself is.
_OWN = ("title", "description")


@dataclass(frozen=True)
class Layer:
    """What one file of a chain gives to the recipe at its end."""

    path: Path
    fields: Fields


def layers(path: Path, read: Callable[[Path], Fields], find: Callable[[str, Path], Path]) -> tuple[Layer, ...]:
    """A recipe file and what it extends, in a chain of any length, the file itself first.

    Parameters
    ----------
    read : the fields that a file states itself
    find : the file that a name in a file of that path means

    Raises
    ------
    ZooError
        If something it extends cannot be found, or the chain leads back into itself.
    """
    files = [path]
    stated = [dict(read(path))]
    while (name := stated[-1].pop(EXTENDS, None)) is not None:
        if not isinstance(name, str):
            raise ZooError(f"{paths.shown(files[-1])}: extends is {name!r}; expected the name of a recipe, or a file")
        files.append(_found(name, files[-1], find))
        if _same(files[-1], files[:-1]):
            told = " extends ".join(paths.shown(one) for one in files)
            raise ZooError(f"{told}: a circle; remove `extends` from one of them")
        stated.append({key: value for key, value in read(files[-1]).items() if key not in _OWN})
    return tuple(map(Layer, files, stated))


def inherited(chain: Sequence[Layer]) -> Fields:
    """The fields of a recipe file with those of what it extends under them."""
    fields: Fields = {}
    for layer in reversed(chain):
        fields = merged(fields, layer.fields)
    return fields


def stating(chain: Sequence[Layer], place: Sequence[str | int]) -> Path:
    """The file whose word counts for the field at that place: the first of the chain that has it, else the first."""
    return next((layer.path for layer in chain if _has(layer.fields, place)), chain[0].path)


def merged(under: Fields, over: Fields) -> Fields:
    """One table over another, key by key; one of another `name` (an optimizer, a schedule) replaces it whole."""
    if over.get("name", under.get("name")) != under.get("name"):
        return over
    both = {key: merged(under[key], over[key]) for key in over if _are_tables(under.get(key), over[key])}
    return {**under, **over, **both}


def _has(fields: Any, place: Sequence[str | int]) -> bool:
    for step in place:
        if not isinstance(fields, Mapping) or step not in fields:
            return False
        fields = fields[step]
    return True


def _are_tables(under: object, over: object) -> bool:
    return isinstance(under, Mapping) and isinstance(over, Mapping)


def _found(name: str, path: Path, find: Callable[[str, Path], Path]) -> Path:
    try:
        return find(name, path)
    except ZooError as error:
        raise ZooError(f"{paths.shown(path)}: extends: {error}") from None


def _same(path: Path, others: list[Path]) -> bool:
    return path.resolve() in [other.resolve() for other in others]
