"""Limits of memory and CPU, read from made-up trees of control groups."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from modelzoo.machine import limits

GB = 10**9
UNLIMITED = "9223372036854771712"  # version 1's number for no limit, on pages of 4,096 bytes

Tree = Callable[..., None]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """Make the process one of these groups, on a machine of 16 cores and 64 GB, with these files."""
    monkeypatch.setattr(limits, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(limits, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(limits, "_memory_bytes", lambda: 64 * GB)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)

    def make(groups: str, files: dict[str, str]) -> None:
        (tmp_path / "proc" / "self").mkdir(parents=True)
        (tmp_path / "proc" / "self" / "cgroup").write_text(groups)
        for name, text in files.items():
            path = tmp_path / "cgroup" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")

    return make


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", {"memory.max": "max"}, 64 * GB),
        ("0::/\n", {"memory.max": str(5 * GB)}, 5 * GB),
        ("0::/\n", {"memory.max": str(99 * GB)}, 64 * GB),
        ("0::/a/b\n", {"a/b/memory.max": "max", "a/memory.max": str(3 * GB), "memory.max": str(9 * GB)}, 3 * GB),
        ("0::/not/visible\n", {"memory.max": str(4 * GB)}, 4 * GB),
        ("0::/../above\n", {"memory.max": str(4 * GB)}, 4 * GB),
        ("4:memory:/job\n0::/\n", {"memory/job/memory.limit_in_bytes": str(2 * GB)}, 2 * GB),
        ("4:memory:/docker/ab\n", {"memory/memory.limit_in_bytes": str(2 * GB)}, 2 * GB),
        ("4:memory:/\n0::/\n", {"memory/memory.limit_in_bytes": UNLIMITED}, 64 * GB),
        ("4:memory:/\n0::/x\n", {"unified/x/memory.max": str(GB), "memory/memory.limit_in_bytes": UNLIMITED}, GB),
        ("3:cpu:/job\n", {"memory/job/memory.limit_in_bytes": str(2 * GB)}, 64 * GB),
    ],
)
def test_the_least_limit_of_memory_up_the_tree_counts(
    tree: Tree, groups: str, files: dict[str, str], expected: int
) -> None:
    tree(groups, files)
    assert limits.memory_limit_bytes() == expected


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", {"cpu.max": "max 100000"}, 16),
        ("0::/\n", {"cpu.max": "200000 100000"}, 2),
        ("0::/\n", {"cpu.max": "150000 100000"}, 2),
        ("0::/\n", {"cpu.max": "1000 100000"}, 1),
        ("0::/\n", {"cpu.max": "9900000 100000"}, 16),
        ("0::/a/b\n", {"a/b/cpu.max": "800000 100000", "a/cpu.max": "300000 100000"}, 3),
        ("3:cpu,x:/j\n", {"cpu,x/j/cpu.cfs_quota_us": "250000", "cpu,x/j/cpu.cfs_period_us": "1000000"}, 1),
        ("3:cpuacct,cpu:/j\n", {"cpu/cpu.cfs_quota_us": "250000", "cpu/cpu.cfs_period_us": "100000"}, 3),
        ("3:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, 16),
        ("3:cpuset:/\n", {"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000"}, 16),
    ],
)
def test_a_quota_of_cpu_counts_and_is_rounded_up(tree: Tree, groups: str, files: dict[str, str], expected: int) -> None:
    tree(groups, files)
    assert limits.cores() == expected


def test_without_control_groups_the_machine_s_limits_count(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (limits.memory_limit_bytes(), limits.cores()) == (64 * GB, 16)
    monkeypatch.setattr(limits, "_memory_bytes", lambda: 0)
    assert limits.memory_limit_bytes() == 0


@pytest.mark.parametrize(
    ("groups", "file"),
    [
        ("0::/\n", "memory.events"),
        ("0::/user/job\n", "user/job/memory.events"),
        ("4:memory:/job\n", "memory/job/memory.oom_control"),
    ],
)
def test_kills_for_memory_are_counted_for_the_machine_and_for_the_process_s_group(
    tree: Tree, tmp_path: Path, groups: str, file: str
) -> None:
    tree(groups, {file: "oom 9\noom_kill 2\noom_group_kill 0"})
    assert limits.oom_kills() == 2
    (tmp_path / "proc" / "vmstat").write_text("pgfault 7\noom_kill 3\n")
    assert limits.oom_kills() == 5
