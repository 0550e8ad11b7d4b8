"""Errors that a user can cause: one line with value, place, expected values and next step."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

# The characters of a name that a message shows, and the names of a list.
_LONGEST = 80
_MOST_KNOWN = 40
# Known names of which the nearest is looked for: a comparison takes 50 microseconds.
_MOST_COMPARED = 20_000


class ZooError(Exception):
    """An argument or a file that cannot be used as it is."""


class DataMissingError(ZooError):
    """A data set that is not on disk; the message says how to get it."""


class PartialRunError(ZooError):
    """The named run is partial: it has no result yet."""


class DamagedFileError(ZooError):
    """A file whose content is damaged; reading it again does not help."""


class ClaimedError(ZooError):
    """A folder that another process works in; repeating the command later may help."""


class CombinedError(ZooError):
    """Independent errors of one command; `messages` has a line for each."""

    def __init__(self, messages: Iterable[str]) -> None:
        self.messages = tuple(messages)
        super().__init__("; ".join(self.messages))


def all_of(calls: Iterable[Callable[[], T]]) -> list[T]:
    """Return the results of independent calls; where several fail, raise their errors as one."""
    results, errors = [], []
    for call in calls:
        try:
            results.append(call())
        except ZooError as error:
            errors.append(error)
    if not errors:
        return results
    messages = dict.fromkeys(message for error in errors for message in messages_of(error))
    raise errors[0] if len(messages) == 1 else CombinedError(messages)


def messages_of(error: ZooError) -> tuple[str, ...]:
    """Return the message of each error that the error consists of."""
    return error.messages if isinstance(error, CombinedError) else (str(error),)


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
    every = list(islice(known, _MOST_COMPARED + 1))
    names = [_cut(item) for item in sorted(set(every))]
    name = _cut(name)
    near = get_close_matches(name, names, n=3, cutoff=0.6) if len(every) <= _MOST_COMPARED else []
    if near:
        advice = "did you mean " + " or ".join(map(repr, near)) + "?"
    elif hint:
        advice = hint
    else:
        more = f" and {len(names) - _MOST_KNOWN} more" if len(names) > _MOST_KNOWN else ""
        advice = f"known: {', '.join(names[:_MOST_KNOWN]) or 'none'}{more}"
    return ZooError(f"unknown {kind} {name!r}; {advice}")


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
