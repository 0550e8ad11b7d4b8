"""Text for people: lists and counts in words, and foreign text made harmless."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Item = TypeVar("Item")

# Compiled where it is needed: compiling takes half a millisecond of each start.
# Zero-width joiners stay: Persian and Indic scripts and emoji need them.
_HIDDEN = "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"

_SMALL_P = 0.0001


def listed(items: Iterable[object], last: str = "and") -> str:
    """Return the items as a list in words: ``a, b and c``."""
    *first, end = map(str, items)
    return f"{', '.join(first)} {last} {end}" if first else end


def first_of(items: Sequence[Item], most: int, show: Callable[[Item], str] = str) -> str:
    """Return the first items as `show` writes them, and the number of the others: ``a, b, and 3 more``."""
    shown = ", ".join(map(show, items[:most]))
    return f"{shown}, and {len(items) - most:,} more" if len(items) > most else shown


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Return a count with its noun: ``1 file``, ``1,200 files``; `nouns` is an irregular plural."""
    return f"{count:,} {noun if count == 1 else nouns or f'{noun}s'}"


def show_p(value: float) -> str:
    """Format a p-value to four decimals, a smaller one as < 0.0001."""
    return f"< {_SMALL_P}" if value < _SMALL_P else f"{value:.4f}"


def equals_p(value: float) -> str:
    """Format a p-value as an equation: ``p = 0.0312``, ``p < 0.0001``."""
    return f"p {show_p(value)}" if value < _SMALL_P else f"p = {show_p(value)}"


def duration(seconds: float) -> str:
    """Format seconds: ``5.8 s``, ``48 s``, ``12 min``, ``1 h 05 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def byte_size(count: float) -> str:
    """Return a number of bytes in powers of 1,000, with three digits: ``7.53 GB``."""
    for unit in ("bytes", "kB", "MB"):
        if count < 999.5:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} GB" if count < 999.5 else f"{count:,.0f} GB"


def reason(error: BaseException) -> str:
    """Return the reason of an error in words; an OSError made without a text has only its number."""
    if isinstance(error, OSError):
        return error.strerror or (os.strerror(error.errno) if error.errno else "") or str(error) or "unknown error"
    return str(error) or ("not enough memory" if isinstance(error, MemoryError) else type(error).__name__)


def of_system(error: OSError | MemoryError) -> str:
    """Return the message of an error that no module expects: the file, if it has one, and the reason."""
    file = getattr(error, "filename", None)
    advice = "; check the permissions" if isinstance(error, PermissionError) else ""
    return reason(error) if file is None else f"{cut(str(file), 400)}: {reason(error)}{advice}"


def printable(text: str) -> str:
    r"""Return a text in which the characters that steer a terminal or hide text are escaped, such as ``\x1b``.

    Control characters, line separators, bidirectional overrides, zero-width spaces and lone surrogates are escaped.
    The surrogate of a file name's byte is shown as this byte.
    """
    return text if text.isprintable() else re.sub(_HIDDEN, _escaped, text)


def cut(text: str, most: int = 80) -> str:
    """Return a text of at most `most` characters for a message, printable; an ellipsis ends a cut one."""
    return printable(text if len(text) <= most else f"{text[: most - 1]}…")


def quote(text: str) -> str:
    """Return a foreign text for a message: in quotation marks, printable, cut."""
    return f"'{cut(text)}'"


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return match[0].encode("unicode_escape").decode()
