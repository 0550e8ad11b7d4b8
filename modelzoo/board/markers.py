"""Markers of a Markdown file: the text between them is replaced, every other byte stays."""

import re

from modelzoo.base.text import listed
from modelzoo.errors import ZooError

BEGIN = "<!-- zoo:begin -->"
END = "<!-- zoo:end -->"

_MARKER = re.compile(rb"<!--[ \t]*zoo:(begin|end)[ \t]*-->")


def has_markers(content: bytes) -> bool:
    """Return whether the content has a marker."""
    return _MARKER.search(content) is not None


def replace_marked(content: bytes, text: str, *, path: str) -> bytes:
    """Return the content with `text` between its markers, with the line ends of the file.

    Parameters
    ----------
    path : name of the file, for messages

    Raises
    ------
    ZooError
        With the line of each marker, unless there is exactly one begin and one end after it.
    """
    markers = list(_MARKER.finditer(content))
    if [marker[1] for marker in markers] != [b"begin", b"end"]:
        lines = [content.count(b"\n", 0, marker.start()) + 1 for marker in markers]
        places = [f"zoo:{marker[1].decode()} in line {line}" for marker, line in zip(markers, lines, strict=True)]
        raise ZooError(
            f"{path} has {listed(places) if places else 'no markers'}; expected one {BEGIN} and one {END} after it"
        )
    begin, end = markers
    newline = b"\r\n" if b"\r\n" in content else b"\n"
    block = newline.join(text.strip("\n").encode().split(b"\n"))
    return content[: begin.end()] + newline + newline.join((block, b"")) + content[end.start() :]
