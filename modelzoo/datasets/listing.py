"""Image files with their labels, before any of them is opened."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from modelzoo.base.text import plural
from modelzoo.errors import ZooError

PARTS = ("train", "validation", "test")
# The names of a split, in folders and in manifests.
PART_NAMES = {"train": "train", "test": "test"} | dict.fromkeys(("val", "valid", "validation"), "validation")

_NAMED = 3


@dataclass(frozen=True)
class LabeledFile:
    """A file of a class. `name` is its path relative to the data set, `part` its split if the user chose one."""

    path: Path
    name: str
    label: int
    part: str = ""


@dataclass(frozen=True)
class Listing:
    """The files of a data set, and its classes in order.

    `origin` is the folder or the manifest. `named` files are all images, since a manifest names each; in a folder,
    other files are left out. `others` counts these files and folders by their kind.
    """

    origin: Path
    classes: tuple[str, ...]
    files: tuple[LabeledFile, ...]
    named: bool = False
    others: Counter[str] = field(default_factory=Counter)


def all_problems(problems: list[str], noun: str, advice: str = "") -> ZooError:
    """Return the error of several problems: their number, and the first ones."""
    more = f"; and {len(problems) - _NAMED:,} more" if len(problems) > _NAMED else ""
    head = f"{plural(len(problems), noun)} cannot be used: " if len(problems) > 1 else ""
    return ZooError(f"{head}{'; '.join(problems[:_NAMED])}{more}{advice}")
