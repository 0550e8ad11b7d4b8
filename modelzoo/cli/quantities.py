"""Parsers of option values: times with a unit, a batch size or `auto`, lists of numbers."""

import re
from typing import Literal

import typer

from modelzoo.base.text import quote

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds_of(text: str) -> float:
    """Parse a time such as ``90``, ``90s``, ``1.5m`` or ``2h``; return seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    seconds = float(match[1]) * _SECONDS[match[2]] if match else 0.0
    if seconds <= 0:
        raise typer.BadParameter(f"{quote(text)} is no time; expected seconds, or a number with s, m or h, as in 90m")
    return seconds


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
