"""Printed values: read strictly, with the precision of the print."""

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import name as character_name

import msgspec
import numpy as np
from numpy.typing import NDArray

from modelzoo.base.text import quote
from modelzoo.catalog.criteria import COUNT, PERCENT, Criterion
from modelzoo.errors import ZooError

NUMBER = re.compile(r"([+-]?(?=\.?[0-9])[0-9]*(?:\.([0-9]*))?)(?:[eE]([+-]?[0-9]{1,4}))?\s*([KkMmBbGg%]?)")
_THOUSANDS = r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?[KkMmBb%]?"
_SPACED_THOUSANDS = r"[+-]?[0-9]{1,3}([\u00a0\u2007\u2009\u202f][0-9]{3})+(\.[0-9]+)?\s*[KkMmBbGg%]?"
_DECIMAL_COMMA = r"[+-]?[0-9]+,[0-9]+[KkMmBb%]?"
# Digits of all scripts: one that is not 0-9 is a number badly written.
_NUMBER_BEGINS = re.compile(r"[+-]?[.,]?\d")
_POWERS = {"": 0, "%": 0, "K": 3, "M": 6, "B": 9, "G": 9}
_NO_VALUE = {"nan", "na", "n/a", "none", "null", "-", "—", "?", "inf", "-inf", "+inf", "infinity"}
# The signs and digits of typesetters and of Chinese, Japanese and Korean keyboards.
_TYPED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    (0x2010, 0x2011, 0x2012, 0x2013, 0x2212, 0xFE63), "-"
)
# Characters that a message shows of a cell; no print of a value needs as many.
_LONGEST = 80


class PrintedValue(msgspec.Struct, frozen=True):
    """A value, its printed text, and half a unit of its last printed digit."""

    value: float
    text: str
    resolution: float

    def agrees(self, other: "PrintedValue") -> bool:
        """Check whether one true value can be rounded to both."""
        slack = 1e-9 * max(abs(self.value), abs(other.value))
        return abs(self.value - other.value) < self.resolution + other.resolution - slack or self.value == other.value


def in_ascii(text: str) -> str:
    """Return a number with ASCII signs and digits, and without the thin spaces between its thousands."""
    if text.isascii():
        return text
    typed = text.translate(_TYPED)
    return re.sub(r"\s", "", typed) if re.fullmatch(_SPACED_THOUSANDS, typed) else typed


def is_words(text: str) -> bool:
    """Check for words: text that does not begin like a number and is not a mark of a missing value."""
    text = in_ascii(text)
    return text.lower() not in _NO_VALUE and _NUMBER_BEGINS.match(text) is None


def read_value(text: str, criterion: Criterion, *, below_one: bool = False) -> PrintedValue:
    """Return the value that `text` prints, in the criterion's unit: ``25.6M``, ``76.0``, ``76.0%``, ``1.5e-3``.

    Parameters
    ----------
    below_one : accept a percentage up to 1, which alone looks like a fraction of 1; `are_percent` judges a column

    Raises
    ------
    ZooError
        If it is not a value: text, NaN, separators, a fraction for a percentage. The message begins after the
        column's name (``is 0.713; expected percent, 0-100 (71.3?)``), so that the caller can add the position.
    """
    if len(text) > _LONGEST:
        raise ZooError(f"is {quote(text)}, of {len(text):,} characters; expected a number of at most {_LONGEST}")
    match = NUMBER.fullmatch(in_ascii(text))
    if match is None:
        raise ZooError(_what_is_wrong(text))
    text = match[0]
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
    if not printed.value and digits.strip("+-0."):
        raise ZooError(f"is {text}, nearer to 0 than any float; expected 0, or a number of 1e-308 or more")
    _check_range(printed, criterion)
    if criterion.unit == PERCENT and not below_one:
        _check_no_fraction(printed)
    return printed


@lru_cache(maxsize=64)
def _half_a_unit(power: int) -> float:
    return float(f"5e{power - 1}")


def _what_is_wrong(text: str) -> str:
    typed, is_text = in_ascii(text), f"is {quote(text)}"
    if typed.lower() in _NO_VALUE:
        return f"{is_text}; expected a number, or an empty cell where there is none"
    if re.fullmatch(_THOUSANDS, typed):
        return f"{is_text}, with thousands separators; expected {typed.replace(',', '')}"
    if re.fullmatch(_DECIMAL_COMMA, typed):
        return f"{is_text}, with a decimal comma; expected {typed.replace(',', '.')}"
    for character in typed:
        if not character.isascii():
            name = character_name(character, "without a name")
            return f"{is_text}, with the character U+{ord(character):04X} {name}; expected a number of 0-9"
    return f"{is_text}; expected a number"


def _check_range(printed: PrintedValue, criterion: Criterion) -> None:
    value, unit = printed.value, criterion.unit
    if abs(value) == float("inf"):
        raise ZooError(f"is {printed.text}; expected a finite number")
    if not unit:
        return
    if value < 0:
        raise ZooError(f"is {printed.text}; expected {_expected(criterion)}, not negative")
    if unit == PERCENT and value > 100:
        raise ZooError(f"is {printed.text}; expected percent, 0-100")
    if unit == COUNT and value != int(value):
        raise ZooError(f"is {printed.text}; expected a whole count ({printed.text}M?)")
    if unit == "year" and not (value == int(value) and 1900 <= value <= 2100):
        raise ZooError(f"is {printed.text}; expected a year, 1900-2100")


def in_range(values: NDArray[np.float64], criterion: Criterion) -> bool:
    """Check that `read_value` accepts all these values, printed without a suffix; NaN is a missing value."""
    unit, known = criterion.unit, values[~np.isnan(values)]
    if np.isinf(known).any() or (unit and (known < 0).any()):
        return False
    if unit == PERCENT and (known > 100).any():
        return False
    if unit == "year" and ((known < 1900) | (known > 2100)).any():
        return False
    return unit not in (COUNT, "year") or bool((known == np.trunc(known)).all())


def are_percent(values: NDArray[np.float64]) -> bool:
    """Check a column of accuracies: percentages, of which at most half are as small as fractions of 1.

    No values, and NaN for a missing one, contradict nothing.
    """
    return bool(2 * np.count_nonzero((values > 0) & (values <= 1)) <= np.count_nonzero(values > 0))


def column_in_percent(texts: Iterable[str]) -> bool:
    """Check whether the numbers of a column's cells are percentages, as `are_percent` does."""
    matches = (NUMBER.fullmatch(in_ascii(text)) for text in texts if len(text) <= _LONGEST)
    numbers = [float(f"{match[1]}e{match[3] or 0}") for match in matches if match and match[4] in ("", "%")]
    return are_percent(np.array(numbers))


def _check_no_fraction(printed: PrintedValue) -> None:
    if 0 < printed.value <= 1 and not printed.text.endswith("%"):
        text, percent = printed.text, f"{printed.value * 100:g}"
        raise ZooError(f"is {text}; expected percent, 0-100 ({percent}?); write {text}% for at most 1 percent")


def _expected(criterion: Criterion) -> str:
    return {PERCENT: "percent, 0-100", COUNT: "a count", "year": "a year"}.get(criterion.unit, criterion.unit)
