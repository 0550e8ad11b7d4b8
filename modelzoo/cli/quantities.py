"""Parsers of option values: times, sizes and prices with a unit, a batch size or `auto`, lists of numbers."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import typer

from modelzoo.base.text import quote

if TYPE_CHECKING:
    from modelzoo.racing.price import Price

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_MILLISECONDS = {"us": 1e-3, "ms": 1, "s": 1e3}
_MEGABYTES = {"kB": 1e-3, "MB": 1, "GB": 1e3}


def seconds_of(text: str) -> float:
    """Parse a time such as ``90``, ``90s``, ``1.5m`` or ``2h``; return seconds."""
    return _quantity(text, _SECONDS, "time; expected seconds, or a number with s, m or h, as in 90m")


def milliseconds_of(text: str) -> float:
    """Parse a latency such as ``5ms`` or ``0.2s``; return milliseconds."""
    return _quantity(text, _MILLISECONDS, "latency; expected a number with us, ms or s, as in 5ms")


def megabytes_of(text: str) -> float:
    """Parse a size such as ``20MB`` or ``500kB``, in powers of 1,000; return megabytes."""
    return _quantity(text, _MEGABYTES, "size; expected a number with kB, MB or GB, as in 20MB")


def price_of(text: str) -> "Price":
    """Parse a price of an hour such as ``2.5USD/h``: an amount, the code of a currency, and ``/h``."""
    from modelzoo.racing.price import Price

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]{3})\s*/\s*h", text.strip())
    if match is None:
        raise typer.BadParameter(f"{quote(text)} is no price; expected an amount, a currency and /h, as in 2.5USD/h")
    return Price(float(match[1]), match[2].upper())


def _quantity(text: str, units: Mapping[str, float], expected: str) -> float:
    """Parse a number above 0 with one of the units; return it in the unit of factor 1."""
    match = re.fullmatch(rf"(\d+(?:\.\d+)?)\s*({'|'.join(units)})", text.strip())
    if match is None or float(match[1]) <= 0:
        raise typer.BadParameter(f"{quote(text)} is no {expected}")
    return float(match[1]) * units[match[2]]


def batch_size_of(text: str) -> "int | Literal['auto']":
    """Parse a number of images in one step, or ``auto``."""
    if text == "auto":
        return "auto"
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter(f"{quote(text)} is no batch size; expected a number from 1, or auto")
    return int(text)


def batches_of(text: str) -> tuple[int, ...]:
    """Parse a list of numbers of images, such as ``1,8,32``; a repeated number counts once."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise typer.BadParameter(
            f"{quote(text)} is no list of batch sizes; expected numbers of images, whole and from 1, as in 1,8,32"
        )
    return tuple(dict.fromkeys(map(int, parts)))
