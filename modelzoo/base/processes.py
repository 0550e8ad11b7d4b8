"""Processes by name: this one, and whether another one still runs, as far as this machine can know."""

import os
import socket
from functools import cache
from pathlib import Path

import msgspec

_PROC = Path("/proc")
# States of a process that has ended, and whose parent has not noticed it yet.
_ENDED = ("Z", "X")


class Process(msgspec.Struct, frozen=True):
    """A process among those of all machines; a later process may get the same `pid`, but not the same `started`.

    `boot` is the start of the system, and `namespace` its set of process ids. Both are empty if the system has no
    names for them.
    """

    host: str
    boot: str
    namespace: str
    pid: int
    started: str


def this_process() -> Process:
    """Return this process."""
    return Process(*_machine(), os.getpid(), _start_of(os.getpid()))


def is_running(process: Process) -> bool | None:
    """Return whether a process runs; None for another machine or container, or if this system cannot tell."""
    here = Process(*_machine(), process.pid, "")
    if not here.boot or msgspec.structs.replace(process, started="") != here:
        return None
    return _start_of(process.pid) == process.started


@cache
def _machine() -> tuple[str, str, str]:
    """Return the names of the host, of its start, and of the process ids that this process sees (Linux)."""
    try:
        boot = (_PROC / "sys" / "kernel" / "random" / "boot_id").read_text().strip()
        return socket.gethostname(), boot, str((_PROC / "self" / "ns" / "pid").readlink())
    except OSError:
        return socket.gethostname(), "", ""


def _start_of(pid: int) -> str:
    """Return the start of a process, in clock ticks since the start of the system; empty if it has ended."""
    try:
        # The name of the program, in parentheses, may hold anything.
        state, *fields = (_PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    return "" if state in _ENDED else fields[18]
