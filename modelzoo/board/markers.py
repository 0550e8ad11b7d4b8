"""Markers of a Markdown file: the text between them is replaced, every other byte stays."""

import re

from modelzoo.errors import ZooError

BEGIN = "<!-- zoo:begin -->"
END = "<!-- zoo:end -->"

_MARKER = re.compile(rb"<!--[ \t]*zoo:(begin|end)[ \t]*-->")
_FENCE = re.compile(rb"^ {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_CODE = re.compile(rb"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")


def has_markers(content: bytes) -> bool:
    """Return whether the content has a marker outside code."""
    return _MARKER.search(_without_code(content)) is not None


def replace_marked(content: bytes, text: str, *, path: str) -> bytes:
    """Return the content with `text` between its markers, with the line ends of the file.

    Parameters
    ----------
    path : name of the file, for messages

    Raises
    ------
    ZooError
        With file and line, unless there is exactly one begin and one end after it.
    """
    begin, end = _find_markers(content, path)
    newline = b"\r\n" if b"\r\n" in content else b"\n"
    block = newline.join(text.strip("\n").encode().split(b"\n"))
    return content[: begin.end()] + newline + newline.join((block, b"")) + content[end.start() :]


def _find_markers(content: bytes, path: str) -> tuple[re.Match[bytes], re.Match[bytes]]:
    """Find the two markers."""
    expected = f"expected one {BEGIN} and one {END} after it"
    begin: re.Match[bytes] | None = None
    end: re.Match[bytes] | None = None
    for marker in _MARKER.finditer(_without_code(content)):
        line = content.count(b"\n", 0, marker.start()) + 1
        if marker[1] == b"begin":
            if begin is not None:
                first = content.count(b"\n", 0, begin.start()) + 1
                raise ZooError(f"{path}:{line}: a second {BEGIN} (the first is in line {first}); {expected}")
            begin = marker
        elif begin is None:
            raise ZooError(f"{path}:{line}: {END} without a {BEGIN} before it; {expected}")
        elif end is not None:
            first = content.count(b"\n", 0, end.start()) + 1
            raise ZooError(f"{path}:{line}: a second {END} (the first is in line {first}); {expected}")
        else:
            end = marker
    if begin is None:
        raise ZooError(f"{path}:1: no {BEGIN}; {expected}")
    if end is None:
        line = content.count(b"\n", 0, begin.start()) + 1
        raise ZooError(f"{path}:{line}: {BEGIN} without an {END} after it; {expected}")
    return begin, end


def _without_code(content: bytes) -> bytes:
    """Replace code, which may show the markers, by blanks; every other byte keeps its offset."""
    lines: list[bytes] = []
    fence = b""
    for line in content.splitlines(keepends=True):
        opened = _FENCE.match(line)
        if fence:
            lines.append(b" " * len(line))
            if opened and opened[1].startswith(fence) and not line.strip(b" \t\r\n" + fence[:1]):
                fence = b""
        elif opened:
            fence = opened[1]
            lines.append(b" " * len(line))
        else:
            lines.append(_CODE.sub(lambda code: b" " * len(code[0]), line))
    return b"".join(lines)
