"""Cells of other people's tables, written as a catalog's are: no separators, and units said by a suffix."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
# A comma between thousands; one alone, without a point after it, may as well be a decimal comma.
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}((,[0-9]{3})+\.[0-9]+|(,[0-9]{3}){2,})")
_NO_VALUE = ("-", "–", "—", "na", "n/a", "nan", "none", "null")


def is_missing(text: str) -> bool:
    """Whether the cell says that there is no figure."""
    return not text or text.lower() in _NO_VALUE


def plain(text: str) -> str:
    """The number without commas between its thousands, where they can be nothing else: ``1,014.45``, ``61,100,840``."""
    return text.replace(",", "") if _THOUSANDS.fullmatch(text) else text


def _in(suffix: str) -> Callable[[str], str]:
    """Write a bare number with the multiple it is counted in, ``305.08`` as ``305.08M``; leave other text as it is."""

    def write(text: str) -> str:
        number = plain(text)
        return number + suffix if _NUMBER.fullmatch(number) else text

    return write


def _percent(text: str) -> str:
    """Write a fraction of 1 in percent, to the same digit, ``0.7130`` as ``71.30``; leave other text as it is."""
    if not _NUMBER.fullmatch(text):
        return text
    return f"{Decimal(text).scaleb(2):f}"


# How a column's cells are written, by the unit that they are said to be in.
UNITS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"": plain, "K": _in("K"), "M": _in("M"), "B": _in("B"), "fraction": _percent}
)
