"""Seconds and memory of reading many runs, as a user's commands; run by `make scale`.

Other programs on the machine change CPU seconds less than wall seconds: the smallest of three is compared with GOAL_S.
Importing pandas, measured before and after, shows how busy the machine was.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

COUNTS = (100, 1_000, 10_000)
SEEDS = 5
REPEATS = 3
GOAL_S, GOAL_MB = 3, 500
ZOO = [sys.executable, "-m", "modelzoo"]
# The first two have the goal.
COMMANDS = (["runs"], ["board"], ["board", "--json"], ["export", "board.html"])


class Cost(NamedTuple):
    """The cost of one process with those it waited for; memory in 10^6 bytes."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def cost_of(command: list[str], folder: Path, runs: Path) -> Cost:
    """Run a command in a folder, with the runs in another one, and return its cost.

    Linux counts the memory of this process as the child's until the command starts, so this script imports little.
    """
    start = time.perf_counter()
    # A user has the modules as bytecode, from the installation or the first start.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["ZOO_RUNS"] = str(runs)
    with (folder / "out.txt").open("wb") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed:\n{(folder / 'out.txt').read_text()[-2000:]}")
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def least(command: list[str], folder: Path, runs: Path) -> Cost:
    """Return the cost of the run of a command that takes the least CPU time."""
    return min((cost_of(command, folder, runs) for _ in range(REPEATS)), key=lambda cost: cost.cpu_s)


def reading(folder: Path, counts: tuple[int, ...], seeds: int) -> bool:
    """Print the cost of each command for each number of runs; return whether the goals are met."""
    print(busy(folder))
    print(f"{'runs':>7}  {'command':<30}  CPU s  wall s  peak MB")
    met = True
    for count in counts:
        runs = folder / f"runs-{count}-{seeds}"
        if not runs.exists():
            writer = Path(__file__).with_name("many_runs.py")
            subprocess.run([sys.executable, writer, runs, str(count), str(seeds)], check=True)
        for command in COMMANDS:
            cost = least([*ZOO, *command], folder, runs)
            line = f"zoo {' '.join(command)}"
            print(f"{count:>7,}  {line:<30}  {cost.cpu_s:5.2f}  {cost.wall_s:6.2f}  {cost.peak_mb:7.0f}", flush=True)
            met &= command not in COMMANDS[:2] or (cost.cpu_s < GOAL_S and cost.peak_mb < GOAL_MB)
    print(busy(folder))
    print(f"goal of zoo runs and zoo board, {GOAL_S} s of CPU and {GOAL_MB} MB: {'met' if met else 'missed'}")
    return met


def busy(folder: Path) -> str:
    """Describe how busy the machine is."""
    cpu_s = least([sys.executable, "-c", "import pandas"], folder, folder).cpu_s
    return (
        f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; importing pandas takes {cpu_s:.2f} s of CPU"
    )


def main() -> int:
    """Measure and print; return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="keep the runs here, and use those that are here")
    parser.add_argument("--counts", type=int, nargs="+", default=COUNTS, help="numbers of runs")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds of each recipe")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        return int(not reading(folder, tuple(chosen.counts), chosen.seeds))


if __name__ == "__main__":
    sys.exit(main())
