"""The invocation of a run: its command and the place of its data, kept in its local folder alone."""

from pathlib import Path

import msgspec

from modelzoo.base.atomic import write_atomically
from modelzoo.datasets.division import SPLIT
from modelzoo.runs.files import read_if_there

INVOCATION = "invocation.json"


class Invocation(msgspec.Struct, frozen=True, kw_only=True):
    """The command that started a run, and the place of its data set.

    `dataset` is a name in the folder `data_dir`, or an absolute path. A published run has none: paths of one machine
    say nothing on another. `split` and `skip_broken` say how images in files were divided and read.
    """

    command: str = ""
    dataset: str = ""
    data_dir: str | None = None
    split: str = SPLIT
    skip_broken: bool = False


def write_invocation(folder: Path, invocation: Invocation) -> None:
    """Write the invocation into the folder of a run."""
    write_atomically(folder / INVOCATION, msgspec.json.format(msgspec.json.encode(invocation), indent=2) + b"\n")


def describe_partial(run_id: str, command: str | None) -> str:
    """Return the sentence on a partial run, with the command that resumes it where that is known."""
    return f"{run_id} is partial; resume it: {command or 'the command that started it does'}"


def read_invocation(folder: Path) -> Invocation | None:
    """Read the invocation of the run in a folder, as `read_if_there` does."""
    return read_if_there(folder / INVOCATION, Invocation, "the invocation of a run", "remove it")
