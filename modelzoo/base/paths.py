"""Paths of the content folders: inside the wheel, or next to the package in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_IN_WHEEL = _PACKAGE / "_content"
ROOT = _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent

CATALOG = ROOT / "catalog"
SCORING = ROOT / "scoring"
BENCHMARKS = ROOT / "benchmarks"


def shown(path: Path) -> str:
    """Return a path as messages show it: relative to the content or to the working folder where it is inside."""
    for root in (ROOT, Path.cwd()):
        if path.is_absolute() and path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return str(path)
