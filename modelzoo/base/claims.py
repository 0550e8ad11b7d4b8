"""Claims: one process at a time works in a folder, on local and network file systems, after kills and suspensions.

A claim is a file, ``claim-000001.json``, that names its holder. A hard link makes the file with its content in one
step. Where there are no links, O_CREAT and O_EXCL make it. Network file systems keep both atomic; not all of them know
`flock`. The holder rewrites the file every `BEAT_S` seconds. A stale claim is taken over by the file with the next
number, so that one of several takers wins. The highest number is in force.

A claim is stale at once if its holder has ended on this machine. The claim of another machine is stale if it did not
change for `STALE_S` seconds of the observer's clock. The clocks of two machines are never compared.
"""

import errno
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep

import msgspec

from modelzoo.base.claim_files import (
    MOST_BYTES,
    READ,
    STALE_S,
    Content,
    Sight,
    Watch,
    claim_numbers,
    claim_path,
    decode,
    half_made_path,
    read_claim,
)  # fmt: skip
from modelzoo.base.paths import shown
from modelzoo.base.processes import this_process
from modelzoo.base.text import reason
from modelzoo.errors import ClaimedError, ZooError

BEAT_S = 10.0
# File systems without hard links.
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_POLL_S = 0.5


class Claim:
    """A claim that this process holds until `release`."""

    def __init__(self, path: Path, number: int, content: Content) -> None:
        self._path, self._number, self._content = path, number, content
        self._ended = threading.Event()
        self._writing = threading.Lock()  # `require` reads no half of a heartbeat
        self._heart = threading.Thread(target=self._beat, daemon=True)
        self._heart.start()

    @property
    def folder(self) -> Path:
        """Return the folder that is claimed."""
        return self._path.parent

    def require(self) -> None:
        """Raise a ClaimedError if another process has taken the claim over, as after a suspension of this one.

        Call it before each write that must not meet another process's.
        """
        try:
            after = read_claim(_numbered(self._path, self._number + 1))
            with self._writing:
                own = read_claim(self._path)
        except OSError as error:
            raise ZooError(
                f"{shown(self._path)} cannot be read now: {reason(error)}; repeat the command, the training is kept"
            ) from error
        newer = None if after is None else decode(after)
        taken = after is not None and (newer is None or newer.takes_over == self._content.token)
        if taken or not self._is_own(own):
            taker = Sight(self._number, after or b"", "held").holder
            raise ClaimedError(
                f"{taker} took {shown(self.folder)} over, because this process gave no sign of life for "
                f"{STALE_S:.0f} s; this process stops and leaves it alone"
            )

    def release(self) -> None:
        """Remove the claim; a claim that was taken over stays."""
        self._ended.set()
        self._heart.join(BEAT_S)
        with suppress(OSError):
            if self._is_own(read_claim(self._path)):
                self._path.unlink()

    def _beat(self) -> None:
        while not self._ended.wait(BEAT_S):
            with suppress(OSError):  # a full disk, or a network that is back soon
                self._raise_counter()

    def _raise_counter(self) -> None:
        """Write the next counter into the file that the token is read from, and into no other one."""
        descriptor = os.open(self._path, READ | os.O_RDWR)
        try:
            if self._is_own(os.read(descriptor, MOST_BYTES)):
                self._content = msgspec.structs.replace(self._content, beat=self._content.beat + 1)
                with self._writing:
                    os.lseek(descriptor, 0, os.SEEK_SET)
                    os.write(descriptor, msgspec.json.encode(self._content))
        finally:
            os.close(descriptor)

    def _is_own(self, content: bytes | None) -> bool:
        found = None if content is None else decode(content)
        return found is not None and found.token == self._content.token


@contextmanager
def claimed(
    folder: Path,
    work: str,
    *,
    name: str = "claim",
    advice: str = "wait for it",
    wait: bool = False,
    report: Callable[[str], None] = lambda text: None,
) -> Iterator[Claim]:
    """Claim a folder for the block, as `take_claim` does.

    Raises
    ------
    ZooError
        Also if the folder cannot be written.
    """
    try:
        claim = take_claim(folder, work, name=name, advice=advice, wait=wait, report=report)
    except OSError as error:
        raise ZooError(
            f"cannot write {shown(folder)}: {reason(error)}; choose a folder that can be written and has space"
        ) from error
    try:
        yield claim
    finally:
        claim.release()


def take_claim(
    folder: Path,
    work: str,
    *,
    name: str = "claim",
    advice: str = "wait for it",
    wait: bool = False,
    report: Callable[[str], None] = lambda text: None,
) -> Claim:
    """Claim a folder; a claim that may be stale is watched until it changes, or is stale and taken over.

    Parameters
    ----------
    work : what a holder does, for messages, as ``works on runs/a.partial``
    name : of the claim's files; claims of different names exclude nobody
    wait : wait for another holder, instead of an error
    report : receives one text if this process has to wait

    Raises
    ------
    ClaimedError
        If another process holds the claim, without `wait`.
    OSError
        If the folder is missing, or cannot be written.
    """
    watch, reported = Watch(folder, name), False
    while True:
        sight = watch.look()
        if not sight.in_force:
            claim = _create(folder, name, sight)
            if claim is not None:
                return claim
            continue
        if sight.state == "held" and not wait:
            raise ClaimedError(f"{sight.holder} {work}; {advice}")
        if not reported:
            reported = True
            life = "it" if wait else f"a sign of life, {STALE_S:.0f} s at most"
            report(f"{sight.holder} {work}; waiting for {life}")
        sleep(_POLL_S)


def end_stale_claim(folder: Path, sight: Sight) -> None:
    """Remove a stale claim, so that the next process need not watch it again."""
    with suppress(FileNotFoundError):  # another process was faster, and ended the work in the folder
        claim = _create(folder, "claim", sight)
        if claim is not None:
            claim.release()


def _create(folder: Path, name: str, before: Sight) -> Claim | None:
    """Create the claim after the one that was seen; None if another process was faster."""
    number, path = before.number + 1, claim_path(folder, name, before.number + 1)
    previous = decode(before.content)
    content = Content(token=secrets.token_hex(8), holder=this_process(), takes_over=previous.token if previous else "")
    if not _make(path, msgspec.json.encode(content), content.token):
        return None
    try:
        numbers = claim_numbers(folder, name)
        # Another process may have taken the seen claim over, and finished, between the look and the creation.
        unchanged = not before.number or _same(read_claim(claim_path(folder, name, before.number)), before.content)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    if max(numbers, default=0) != number or not unchanged:
        path.unlink(missing_ok=True)
        return None
    for older in numbers:
        if older != number:
            claim_path(folder, name, older).unlink(missing_ok=True)
    return Claim(path, number, content)


def _make(path: Path, data: bytes, token: str) -> bool:
    """Make a file with its content in one step, so a kill leaves no empty claim; False if it exists."""
    whole = half_made_path(path, token)
    try:
        _write_new(whole, data)
        try:
            os.link(whole, path)
        except FileExistsError:
            return whole.stat().st_nlink > 1  # the first reply of a network file system was lost
        except (OSError, AttributeError) as error:
            if isinstance(error, OSError) and error.errno not in _NO_LINKS:
                raise
            try:
                _write_new(path, data)
            except FileExistsError:
                return False
        return True
    finally:
        with suppress(OSError):
            whole.unlink(missing_ok=True)


def _write_new(path: Path, data: bytes) -> None:
    """Write a new file; none is left where its content cannot be written."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        os.write(descriptor, data)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    finally:
        os.close(descriptor)


def _same(found: bytes | None, seen: bytes) -> bool:
    """Return whether a claim is the seen one, with another counter or the same."""
    one, other = None if found is None else decode(found), decode(seen)
    return found == seen if one is None or other is None else one.token == other.token


def _numbered(path: Path, number: int) -> Path:
    """Return the path of the claim with another number, next to this one."""
    return claim_path(path.parent, path.name.rpartition("-")[0], number)
