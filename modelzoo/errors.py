"""Errors that a user can cause: one line with value, place, expected values and next step."""

from collections.abc import Iterable
from difflib import get_close_matches


class ZooError(Exception):
    """An argument or a file that cannot be used as it is."""


class DataMissingError(ZooError):
    """A data set that is not on disk; the message says how to get it."""


class DamagedFileError(ZooError):
    """A file whose content is damaged; reading it again does not help."""


def first_line(error: BaseException) -> str:
    """Return the first line of an error's text; frameworks add a trace below it."""
    return str(error).strip().split("\n", 1)[0]


def with_kind(error: BaseException) -> str:
    """Return the kind of an error, then the first line of its text if it has one."""
    first = first_line(error)
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def unknown(kind: str, name: str, known: Iterable[str], *, hint: str = "") -> ZooError:
    """Return the error for an unknown name; its message suggests the nearest known names.

    Parameters
    ----------
    kind : noun for the name, as in ``unknown model 'resnet5'``
    hint : next step if no known name is near, as in ``zoo list shows them all``
    """
    names = sorted(set(known))
    near = get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        advice = "did you mean " + " or ".join(map(repr, near)) + "?"
    elif hint:
        advice = hint
    else:
        advice = f"known: {', '.join(names) or 'none'}"
    return ZooError(f"unknown {kind} {name!r}; {advice}")
