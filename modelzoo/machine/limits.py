"""Limits of memory and CPU: the machine's, or a container's (Linux control groups, version 1 and 2)."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_CGROUPS = Path("/sys/fs/cgroup")

# Version 1 writes the largest multiple of a page for no limit.
_NO_LIMIT = 1 << 62


def memory_limit_bytes() -> int:
    """Return the memory that this process may use: the least limit of its groups and the machine; 0 if unknown."""
    texts = (_read(group / name) for group in _groups("memory") for name in ("memory.max", "memory.limit_in_bytes"))
    limits = [int(text) for text in texts if text.isdigit() and int(text) < _NO_LIMIT]
    return min([*limits, _memory_bytes() or _NO_LIMIT]) % _NO_LIMIT


def cores() -> int:
    """Return the cores that this process may use; a lower quota of its groups counts, rounded up."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for group in _groups("cpu"):
        quota, _, period = _read(group / "cpu.max").partition(" ")
        if not period:
            quota, period = _read(group / "cpu.cfs_quota_us"), _read(group / "cpu.cfs_period_us")
        if quota.isdigit() and period.isdigit() and int(quota) and int(period):  # version 2: max, version 1: -1
            count = min(count, math.ceil(int(quota) / int(period)))
    return count


def oom_kills() -> int:
    """Count the processes that the system has killed for lack of memory: on the machine, and in this process's groups.

    A group counts the kills in the groups below it too; a growing number shows a kill.
    """
    files = [group / name for group in _groups("memory") for name in ("memory.events", "memory.oom_control")]
    lines = [line for path in (_PROC / "vmstat", *files) for line in _read(path).splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def _groups(controller: str) -> Iterator[Path]:
    """Yield the folders of this process's groups of a controller, with all groups above them.

    A container may see its own group as the root, and the path of the host as its group's.
    """
    for line in _read(_PROC / "self" / "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            roots = {_CGROUPS, _CGROUPS / "unified"}
        elif controller in controllers.split(","):
            roots = {_CGROUPS / controllers, _CGROUPS / controller}
        else:
            continue
        parts = [part for part in path.split("/") if part]
        depth = 0 if ".." in parts else len(parts)  # a group outside of the visible tree
        for root in roots:
            yield from (root.joinpath(*parts[:length]) for length in range(depth, -1, -1))


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, ValueError):
        return ""


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
