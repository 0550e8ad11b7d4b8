"""The archive that a file carries: one member more in a zip, or a zip appended to another file."""

import io
import zipfile
from pathlib import Path

from modelzoo.deployment.facts import MEMBER

# No facts are larger: 100,000 classes have 3 MB.
_MOST_BYTES = 1 << 26


def with_facts(content: bytes, facts: bytes) -> bytes:
    """Return the content of a file with the facts in its archive.

    Keras' format is a zip. LiteRT reads no bytes after its FlatBuffer; TensorFlow Lite's metadata appends a zip too.
    """
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(MEMBER), facts)
    return file.getvalue()


def facts_in(path: Path) -> bytes | None:
    """Return the facts in the archive of a file; None without."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(MEMBER)
            return archive.read(info) if info.file_size <= _MOST_BYTES else None
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, NotImplementedError):
        return None
