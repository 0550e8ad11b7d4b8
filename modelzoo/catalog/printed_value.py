"""Printed values: read strictly, with the precision of the print."""

import re
from decimal import Decimal
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.catalog.criteria import COUNT, PERCENT, Criterion
from modelzoo.errors import ZooError

_NUMBER = re.compile(r"([+-]?[0-9]+(?:\.([0-9]*))?)(?:[eE]([+-]?[0-9]{1,4}))?\s*([KkMmBbGg%]?)")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?[KkMmBb%]?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+[KkMmBb%]?")
_NUMBER_BEGINS = re.compile(r"[+-]?[.,]?[0-9]")
_POWERS = {"": 0, "%": 0, "K": 3, "M": 6, "B": 9, "G": 9}
_NO_VALUE = {"nan", "na", "n/a", "none", "null", "-", "–", "—", "?", "inf", "-inf", "+inf", "infinity"}


class PrintedValue(msgspec.Struct, frozen=True):
    """A value, its printed text, and half a unit of its last printed digit."""

    value: float
    text: str
    resolution: float

    def agrees(self, other: "PrintedValue") -> bool:
        """Check whether one true value can be rounded to both."""
        slack = 1e-9 * max(abs(self.value), abs(other.value))
        return abs(self.value - other.value) < self.resolution + other.resolution - slack or self.value == other.value


def is_words(text: str) -> bool:
    """Check for words: text that does not begin like a number and is not a mark of a missing value."""
    return text.lower() not in _NO_VALUE and _NUMBER_BEGINS.match(text) is None


def read_value(text: str, criterion: Criterion) -> PrintedValue:
    """Return the value that `text` prints, in the criterion's unit: ``25.6M``, ``76.0``, ``76.0%``, ``1.5e-3``.

    Raises
    ------
    ZooError
        If it is not a value: text, NaN, separators, a fraction for a percentage. The message begins after the
        column's name (``is 0.713; expected percent, 0-100 (71.3?)``), so that the caller can add the position.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise ZooError(_what_is_wrong(text))
    digits, decimals, exponent, suffix = match.groups()
    if suffix == "%" and criterion.unit not in (PERCENT, ""):
        raise ZooError(f"is {text}; expected {_expected(criterion)}, not a percentage")
    if suffix not in ("", "%") and criterion.unit not in (COUNT, ""):
        raise ZooError(f"is {text}; expected {_expected(criterion)}, without {suffix}")
    # In powers of ten, so that 25.6M is the float nearest to 25600000: float() rounds once.
    power = int(exponent or 0) + _POWERS[suffix.upper()]
    printed = PrintedValue(
        value=float(f"{digits}e{power}") if power else float(digits),
        text=text,
        resolution=_half_a_unit(power - len(decimals or "")),
    )
    _check_range(printed, criterion)
    return printed


@lru_cache(maxsize=64)
def _half_a_unit(power: int) -> float:
    return float(f"5e{power - 1}")


def _what_is_wrong(text: str) -> str:
    if text.lower() in _NO_VALUE:
        return f"is {text!r}; expected a number, or an empty cell where there is none"
    if _THOUSANDS.fullmatch(text):
        return f"is {text!r}, with thousands separators; expected {text.replace(',', '')}"
    if _DECIMAL_COMMA.fullmatch(text):
        return f"is {text!r}, with a decimal comma; expected {text.replace(',', '.')}"
    return f"is {text!r}; expected a number"


def _check_range(printed: PrintedValue, criterion: Criterion) -> None:
    value, unit = printed.value, criterion.unit
    if abs(value) == float("inf"):
        raise ZooError(f"is {printed.text}; expected a finite number")
    if not unit:
        return
    if value < 0:
        raise ZooError(f"is {printed.text}; expected {_expected(criterion)}, not negative")
    if unit == PERCENT:
        _check_percent(printed)
    if unit == COUNT and value != int(value):
        raise ZooError(f"is {printed.text}; expected a whole count ({printed.text}M?)")
    if unit == "year" and not (value == int(value) and 1900 <= value <= 2100):
        raise ZooError(f"is {printed.text}; expected a year, 1900-2100")


def in_range(values: NDArray[np.float64], criterion: Criterion) -> bool:
    """Check that `read_value` accepts all these values, printed without a suffix; NaN is a missing value."""
    unit, known = criterion.unit, values[~np.isnan(values)]
    if np.isinf(known).any() or (unit and (known < 0).any()):
        return False
    if unit == PERCENT:
        return not (((known > 0) & (known <= 1)) | (known > 100)).any()
    if unit == "year" and ((known < 1900) | (known > 2100)).any():
        return False
    return unit not in (COUNT, "year") or bool((known == np.trunc(known)).all())


def _check_percent(printed: PrintedValue) -> None:
    value = printed.value
    # No published classifier has 1 % or less: up to 1, the value is a fraction of 1.
    if 0 < value <= 1 and not printed.text.endswith("%"):
        raise ZooError(f"is {printed.text}; expected percent, 0-100 ({float(Decimal(printed.text) * 100):g}?)")
    if value > 100:
        raise ZooError(f"is {printed.text}; expected percent, 0-100")


def _expected(criterion: Criterion) -> str:
    return {PERCENT: "percent, 0-100", COUNT: "a count", "year": "a year"}.get(criterion.unit, criterion.unit)
