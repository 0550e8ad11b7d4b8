"""Values of options that are more than a number: times with their unit, a batch size or `auto`, several numbers."""

import re
from typing import Literal

import typer

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}


def seconds_of(text: str) -> float:
    """Seconds, of what a person writes: ``90``, ``90s``, ``1.5m``, ``2h``."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smh]?)", text.strip())
    seconds = float(match[1]) * _SECONDS[match[2]] if match else 0.0
    if seconds <= 0:
        raise typer.BadParameter(f"{text!r} is no time; expected seconds, or a number with s, m or h, as in 90m")
    return seconds


def batch_size_of(text: str) -> "int | Literal['auto']":
    """How many images make one step, or ``auto``."""
    if text == "auto":
        return "auto"
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter(f"{text!r} is no batch size; expected a number from 1, or auto")
    return int(text)


def batches_of(text: str) -> tuple[int, ...]:
    """Return numbers of images from a list such as ``1,8,32``; a repeated number counts once."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and int(part) > 0 for part in parts):
        raise typer.BadParameter(f"{text!r} given; expected numbers of images, whole and from 1, as in 1,8,32")
    return tuple(dict.fromkeys(map(int, parts)))
