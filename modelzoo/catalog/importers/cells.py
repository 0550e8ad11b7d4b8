"""Cells of other people's tables in a catalog's form: no separators, units as a suffix."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
# Commas between thousands. A single comma without a point after it may be a decimal comma.
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}((,[0-9]{3})+\.[0-9]+|(,[0-9]{3}){2,})")
_NO_VALUE = ("-", "–", "—", "na", "n/a", "nan", "none", "null")


def is_missing(text: str) -> bool:
    """Return whether the cell has no value."""
    return not text or text.lower() in _NO_VALUE


def plain(text: str) -> str:
    """Return the number without unmistakable commas between its thousands: ``1,014.45``, ``61,100,840``."""
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text


def _in(suffix: str) -> Callable[[str], str]:
    """Return a writer of bare numbers with a suffix, ``305.08`` as ``305.08M``; other text stays."""

    def write(text: str) -> str:
        number = plain(text)
        return number + suffix if _NUMBER.fullmatch(number) else text

    return write


def _percent(text: str) -> str:
    """Return a fraction of 1 in percent, to the same digit, ``0.7130`` as ``71.30``; other text stays."""
    if not _NUMBER.fullmatch(text):
        return text
    return f"{Decimal(text).scaleb(2):f}"


# The writer of a column's cells, by the column's unit.
UNITS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"": plain, "K": _in("K"), "M": _in("M"), "B": _in("B"), "fraction": _percent}
)
