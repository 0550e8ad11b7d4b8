"""Reading a content file in TOML, with errors in words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from modelzoo import content
from modelzoo.errors import ZooError


def read_toml(path: Path) -> Mapping[str, Any]:
    """The file's fields; a ZooError that names it where it is no TOML."""
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ZooError(f"{content.shown(path)}: cannot be read as TOML in UTF-8: {error}") from None


def in_words(error: msgspec.ValidationError) -> str:
    """``Expected `float` > 0.0 - at `$.optimizer.learning_rate``` with the field first."""
    what, _, where = str(error).partition(" - at ")
    field = where.strip("`").removeprefix("$.").removeprefix("$")
    what = what[:1].lower() + what[1:]
    return f"{field}: {what}" if field else what
