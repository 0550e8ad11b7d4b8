"""Cells of other people's tables in a catalog's form: no separators, units as a suffix."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType

from modelzoo.catalog.printed_value import NUMBER, in_ascii

# Commas between thousands. A single comma without a point after it may be a decimal comma.
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}((,[0-9]{3})+\.[0-9]+|(,[0-9]{3}){2,})")
_NO_VALUE = ("-", "—", "na", "n/a", "nan", "none", "null")


def is_missing(text: str) -> bool:
    """Return whether the cell has no value."""
    return not text or in_ascii(text).lower() in _NO_VALUE


def plain(text: str) -> str:
    """Return the number without unmistakable commas between its thousands: ``1,014.45``, ``61,100,840``."""
    number = in_ascii(text)
    return number.replace(",", "") if _THOUSANDS.fullmatch(number) else text


def _in(suffix: str) -> Callable[[str], str]:
    """Return a writer of bare numbers with a suffix, ``305.08`` as ``305.08M``; other text stays."""

    def write(text: str) -> str:
        match = NUMBER.fullmatch(in_ascii(plain(text)))
        return match[0] + suffix if match and not match[4] else text

    return write


def _percent(text: str) -> str:
    """Return a fraction of 1 in percent, to the same digit, ``0.7130`` as ``71.30``; other text stays."""
    match = NUMBER.fullmatch(in_ascii(text))
    if not match or match[4]:
        return text
    # With an exponent, the number of digits would have no bound.
    return f"{match[1]}e{int(match[3]) + 2}" if match[3] else f"{Decimal(match[1]).scaleb(2):f}"


# The writer of a column's cells, by the column's unit.
UNITS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"": plain, "K": _in("K"), "M": _in("M"), "B": _in("B"), "fraction": _percent, "percent": plain}
)
