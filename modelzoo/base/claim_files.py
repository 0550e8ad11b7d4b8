"""The files of claims: their content, and the observation of the claim in force; see `modelzoo.base.claims`."""

import errno
import os
import re
from pathlib import Path
from time import monotonic
from typing import Literal, NamedTuple

import msgspec

from modelzoo.base.processes import Process, is_running
from modelzoo.base.text import printable

# A claim of another machine that did not change for this time may be taken over.
STALE_S = 60.0

# Neither flag exists on Windows. A planted link or pipe is not followed, nor waited for.
READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
MOST_BYTES = 4096

State = Literal["free", "held", "unsure", "stale"]


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a claim; `beat` grows, and `takes_over` is the token of the claim before it."""

    token: str
    holder: Process
    takes_over: str = ""
    beat: int = 0


class Sight(NamedTuple):
    """The claim in force at one look: its number, 0 for none, its content, and its state.

    A claim is ``unsure`` until it changes or `STALE_S` seconds are over.
    """

    number: int
    content: bytes
    state: State

    @property
    def in_force(self) -> bool:
        """Return whether the claim excludes other processes, as far as this one knows."""
        return self.state in ("held", "unsure")

    @property
    def holder(self) -> str:
        """Return the holder in words."""
        content = decode(self.content)
        return f"process {content.holder.pid} on {printable(content.holder.host)}" if content else "another process"


class Watch:
    """The observation of one folder's claims, look after look."""

    def __init__(self, folder: Path, name: str = "claim") -> None:
        self._folder, self._name = folder, name
        self._seen: tuple[int, bytes] | None = None
        self._since, self._changed = 0.0, False

    def look(self) -> Sight:
        """Return the claim in force; a missing folder has none."""
        number = max(claim_numbers(self._folder, self._name), default=0)
        content = b"" if not number else read_claim(claim_path(self._folder, self._name, number))
        if not number or content is None:  # released meanwhile
            self._seen = (0, b"")
            return Sight(0, b"", "free")
        if (number, content) != self._seen:
            self._changed = self._seen is not None
            self._seen, self._since = (number, content), monotonic()
        return Sight(number, content, self._state(content))

    def _state(self, content: bytes) -> State:
        decoded = decode(content)
        running = None if decoded is None else is_running(decoded.holder)
        if running is not None:
            return "held" if running else "stale"
        if monotonic() - self._since >= STALE_S:
            return "stale"
        return "held" if self._changed else "unsure"


def claim_files(folder: Path, name: str = "claim") -> list[Path]:
    """Return the files of claims in a folder, with those that a killed process left half-made."""
    half_made = folder.glob(f".{name}-*.json.*")
    return [*(claim_path(folder, name, number) for number in claim_numbers(folder, name)), *half_made]


def read_claim(path: Path) -> bytes | None:
    """Return the content of a claim; None without one. It may be empty where a file system has no hard links."""
    try:
        descriptor = os.open(path, READ)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ESTALE):
            return None
        if error.errno == errno.ELOOP:
            return b""
        raise
    try:
        return os.read(descriptor, MOST_BYTES)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EISDIR):
            return b""
        if error.errno == errno.ESTALE:
            return None
        raise
    finally:
        os.close(descriptor)


def decode(content: bytes) -> Content | None:
    """Return the content of a claim; None of a half-written or foreign one."""
    try:
        return msgspec.json.decode(content, type=Content)
    except (msgspec.DecodeError, ValueError):
        return None


def claim_numbers(folder: Path, name: str) -> list[int]:
    """Return the numbers of a folder's claims; none without the folder."""
    form = re.compile(rf"{re.escape(name)}-(\d{{6,18}})\.json")
    try:
        return [int(match[1]) for path in folder.iterdir() if (match := form.fullmatch(path.name))]
    except FileNotFoundError:
        return []


def claim_path(folder: Path, name: str, number: int) -> Path:
    """Return the path of the claim with this number."""
    return folder / f"{name}-{number:06}.json"


def half_made_path(claim: Path, token: str) -> Path:
    """Return the path at which a claim is written before it exists; no other process has the token."""
    return claim.with_name(f".{claim.name}.{token}")
