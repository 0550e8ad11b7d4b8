"""Paths of the content folders: inside the wheel, or next to the package in a checkout."""

import os
from contextlib import suppress
from pathlib import Path

from modelzoo.base.text import cut, printable, quote
from modelzoo.errors import ZooError, unknown

_PACKAGE = Path(__file__).resolve().parent.parent
_IN_WHEEL = _PACKAGE / "_content"
ROOT = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent

CATALOG = ROOT / "catalog"
SCORING = ROOT / "scoring"
BENCHMARKS = ROOT / "benchmarks"


def shown(path: Path) -> str:
    """Return a path as messages show it: relative to the content or to the working folder where it is inside."""
    roots = [ROOT]
    with suppress(OSError):  # the working folder may be removed
        roots.append(Path.cwd())
    for root in roots:
        if path.is_absolute() and path.is_relative_to(root):
            return printable(path.relative_to(root).as_posix())
    return printable(str(path))


def expanded(path: str | Path) -> Path:
    """Return the path with the home folder for ``~``; unchanged where no home folder is known."""
    return Path(os.path.expanduser(path))  # noqa: PTH111  # Path.expanduser raises there


def from_environment(name: str) -> Path | None:
    """Return the path in an environment variable, with ``~`` expanded; None where it is unset or empty.

    Raises
    ------
    ZooError
        If it begins with ``~``, and no home folder is known.
    """
    text = os.environ.get(name, "")
    try:
        return Path(text).expanduser() if text else None
    except RuntimeError:
        raise ZooError(f"{name} is {quote(text)}, and no home folder is known; set it to a full path") from None


def is_file(path: Path) -> bool:
    """Check for a file; no file has a name that the system does not allow. The reader of a hidden one names it."""
    try:
        return path.is_file()
    except (OSError, ValueError) as error:
        return isinstance(error, PermissionError)


def find_toml(kind: str, name: str, folder: Path) -> Path:
    """Return the file of a name in a content folder, or the user's own TOML file.

    Raises
    ------
    ZooError
        If there is no file; it names the nearest names of the folder, or your own file of that name.
    """
    path = expanded(name) if name.endswith(".toml") else folder / f"{name}.toml"
    if is_file(path):
        return path
    if name.endswith(".toml"):
        raise ZooError(
            f"no {kind} at {cut(name, 400)}; expected a TOML file, or one of {', '.join(toml_names(folder))}"
        )
    if is_file(Path(f"{name}.toml")):
        raise ZooError(f"unknown {kind} {quote(name)}; did you mean the file {quote(f'{name}.toml')}?")
    raise unknown(kind, name, toml_names(folder))


def toml_name(name: str | Path) -> str:
    """Return the name of a content file: of your own TOML file the name without ending."""
    return Path(name).stem if str(name).endswith(".toml") else str(name)


def toml_names(folder: Path) -> list[str]:
    """Return the names of the TOML files in a content folder."""
    return sorted(path.stem for path in folder.glob("*.toml"))
