"""Text for people: lists and counts in words."""

from collections.abc import Iterable


def listed(items: Iterable[object], last: str = "and") -> str:
    """Return the items as a list in words: ``a, b and c``."""
    *first, end = map(str, items)
    return f"{', '.join(first)} {last} {end}" if first else end


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: ``1 file``, ``1,200 files``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
