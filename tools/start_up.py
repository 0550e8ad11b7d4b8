"""Time of `zoo rank`, as a whole process, against importing pandas alone; run by `make speed`.

The two run by turns, so that a busy machine slows both alike. The ratio of their medians is compared with GOAL.
"""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

GOAL = 0.6
RUNS = 15

# A user has the modules as bytecode, from the installation or the first start.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

ZOO = Path(sys.executable).with_name("zoo")
RANK = [str(ZOO), "rank", "--by", "top5,gpu,params"]
PANDAS = [sys.executable, "-c", "import pandas"]


def seconds(command: list[str]) -> float:
    """Return the wall time of one run from start to exit."""
    start = time.perf_counter()
    subprocess.run(command, check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def alternating(commands: list[list[str]], runs: int) -> list[list[float]]:
    """Return the wall times of each command, run by turns; a first turn fills the file cache and is not counted."""
    turns = [[seconds(command) for command in commands] for _ in range(runs + 1)]
    return [list(times) for times in zip(*turns[1:], strict=True)]


def line(name: str, times: list[float]) -> str:
    """Return median and spread in milliseconds."""
    low, median, high = (1000 * part for part in statistics.quantiles(times, n=4))
    return f"{name:<34} median {median:5.0f} ms   half of the runs {low:.0f}-{high:.0f} ms"


def main() -> int:
    """Measure and print; return 1 where the ratio is above the goal."""
    print(f"{RUNS} runs each, by turns; Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    rank, pandas = alternating([RANK, PANDAS], RUNS)
    ratio = statistics.median(rank) / statistics.median(pandas)
    print(line(" ".join(["zoo", *RANK[1:]]), rank))
    print(line('python -c "import pandas"', pandas))
    print(f"ratio {ratio:.3f}, goal {GOAL} or below: {'met' if ratio <= GOAL else 'missed'}")
    return int(ratio > GOAL)


if __name__ == "__main__":
    sys.exit(main())
