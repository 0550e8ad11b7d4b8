"""Text for people: numbers, lists and nouns as messages and tables show them."""

from collections.abc import Iterable

# The mark of a cell or a number that does not exist.
NONE = "–"


def percent(value: float, decimals: int = 2) -> str:
    """Return a value in percent with its unit: ``93.10 %``."""
    return f"{value:.{decimals}f} %"


def p_value(p: float) -> str:
    """Return a p-value as tables print it: ``0.031``, or ``<0.001``."""
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Return a count with its noun: ``1 file``, ``1,200 files``; `nouns` is the plural where it is not with an s."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def listed(items: Iterable[object], last: str = "and") -> str:
    """Return the items as a list in words: ``a, b and c``."""
    *first, end = map(str, items)
    return f"{', '.join(first)} {last} {end}" if first else end
