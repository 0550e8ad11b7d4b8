"""Standard streams that take every text: no character, closed stream or full disk ends a command in a traceback."""

import codecs
import errno
import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TextIO, cast

from modelzoo.base.text import reason
from modelzoo.errors import ZooError

_LACKING = "modelzoo.lacking"  # the name of the error handler

# Plain texts for characters that zoo prints and a stream's encoding may lack; other characters are escaped.
_PLAIN = {
    "×": "x",
    "±": "+/-",
    "≤": "<=",
    "²": "^2",
    "√": "sqrt",
    "…": "...",
    "\xa0": " ",
    **dict.fromkeys("–—−─", "-"),
    "→": "->",
    "←": "<-",
    "↑": "^",
    "↓": "v",
    "▲": "^",
    "▼": "v",
    **dict.fromkeys("█▉▊▋▌", "#"),
    **dict.fromkeys("▍▎▏", " "),
}


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_PLAIN.get(one) or one.encode("ascii", "backslashreplace").decode() for one in lacking), error.end


codecs.register_error(_LACKING, _replace)


class _Stream:
    """A standard stream; `failed` gets the OSError of a write.

    It has no attribute `buffer`: through it, Click would write UTF-8 to a stream in ASCII.
    """

    def __init__(self, stream: Any, failed: Callable[[OSError], None]) -> None:
        stream.reconfigure(errors=_LACKING)
        self._stream = stream
        self._failed = failed

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":
            raise AttributeError(name)
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text; an empty one, by which Click tests for a binary stream, fails on no full disk."""
        try:
            if text != "":
                self._stream.write(text)
        except OSError as error:
            self._failed(error)
        return len(text)

    def flush(self) -> None:
        """Write the buffered texts."""
        try:
            self._stream.flush()
        except OSError as error:
            self._failed(error)


def protect_streams() -> None:
    """Replace stdout and stderr: stdout raises a ZooError if it cannot be written, stderr drops the text."""
    _open_closed_descriptors()
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        sys.stdout = cast("TextIO", _Stream(sys.stdout or _text_of(1), _stop))
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = cast("TextIO", _Stream(sys.stderr or _text_of(2), lambda _: None))


def _open_closed_descriptors() -> None:
    """Open the null device for each closed stream: the next file would get its number, and messages would go there."""
    # The lowest free number is the stream's. A write to stdout fails.
    for descriptor, flags in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, flags)


def _text_of(descriptor: int) -> TextIO:
    return open(descriptor, "w", encoding="utf-8", closefd=False)


def _stop(error: OSError) -> NoReturn:
    """Stop the command; a reader that has enough (`| head`) is no error."""
    # The interpreter flushes once more at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if error.errno == errno.EPIPE:
        sys.exit(0)
    cause = "it is closed" if error.errno == errno.EBADF else reason(error)
    raise ZooError(f"cannot write to standard output: {cause}; print to a terminal, pipe or file with space") from None
