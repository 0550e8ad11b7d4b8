"""JSON files of a run, whatever they hold: each becomes a struct, or an error that names the file."""

from pathlib import Path
from typing import TypeVar

import msgspec

from modelzoo.base.files import read_present
from modelzoo.base.paths import shown
from modelzoo.base.text import cut, reason
from modelzoo.errors import DamagedFileError

Struct = TypeVar("Struct")

# The record of 100,000 epochs has 20 MB.
MOST_JSON = 1 << 26

_LONGEST = 200


def decode(data: bytes, kind: type[Struct], path: Path, noun: str, advice: str) -> Struct:
    """Return the struct in the JSON of a file; `noun`, `path` and `advice` are for the error, as of `damaged`."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise damaged(path, noun, reason(error), advice) from None


def read_if_there(path: Path, kind: type[Struct], noun: str, advice: str) -> Struct | None:
    """Return the struct in a JSON file; None without the file.

    Raises
    ------
    ZooError
        If the file cannot be read or is damaged.
    """
    data = read_present(path, at_most=MOST_JSON)
    return None if data is None else decode(data, kind, path, noun, advice)


def damaged(path: Path, noun: str, problem: str, advice: str) -> DamagedFileError:
    """Return the error for a file whose content is no `noun`; `advice` is the next step."""
    return DamagedFileError(f"{shown(path)}: not {noun}: {cut(problem, _LONGEST)}; {advice}")
