"""Reading a content file in TOML."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from modelzoo.base import paths
from modelzoo.errors import ZooError


def read_toml(path: Path) -> Mapping[str, Any]:
    """The file's fields; a ZooError that names it where it is no TOML."""
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ZooError(f"{paths.shown(path)}: cannot be read as TOML in UTF-8: {error}") from None
