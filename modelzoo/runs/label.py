"""The label of a local run: a name of your own, kept in the run's folder."""

import re
from pathlib import Path

import msgspec

from modelzoo.base.atomic import write_atomically
from modelzoo.base.text import quote
from modelzoo.errors import ZooError
from modelzoo.runs.files import read_if_there

LABEL = "label.json"

_LONGEST = 40


class _Label(msgspec.Struct, frozen=True):
    name: str


def write_label(folder: Path, name: str) -> None:
    """Write the label into the folder of a run."""
    write_atomically(folder / LABEL, msgspec.json.encode(_Label(require_label(name))) + b"\n")


def read_label(folder: Path) -> str | None:
    """Read the label of the run in a folder, as `read_if_there` does."""
    label = read_if_there(folder / LABEL, _Label, "the label of a run", "remove it, or name the run again")
    return label.name if label else None


def require_label(name: str) -> str:
    """Return the label; raise a ZooError if it cannot be one."""
    if not re.fullmatch(rf"\w[\w-]{{0,{_LONGEST - 1}}}", name):  # with a dot it might be a file
        raise ZooError(
            f"{quote(name)} is no name for a run; expected at most {_LONGEST} letters, digits, - or _, and no - first"
        )
    return name
