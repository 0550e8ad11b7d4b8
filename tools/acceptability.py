"""How long acceptability takes, against its plain definition in numpy; run by `make speed`.

The plain one ranks by two argsorts over all weightings at once and counts each rank by a comparison. Both run by turns,
so that a busy machine slows both alike; the goal in milliseconds is for an idle one. The larger problem, too large for
the plain one, shows that time grows with the product of weightings and models.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from modelzoo.sensitivity.smaa import acceptability

GOAL_MS = 50.0
SAMPLES = 100_000
RUNS = 9


def plain(normalized: np.ndarray) -> np.ndarray:
    """Rank acceptabilities by the definition."""
    weights = np.random.default_rng(0).dirichlet(np.ones(normalized.shape[1]), SAMPLES)
    ranks = np.argsort(np.argsort(-(weights @ normalized.T), axis=1), axis=1)
    return np.stack([(ranks == place).mean(axis=0) for place in range(len(normalized))], axis=1)


def milliseconds(work: Callable[[], object]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def line(name: str, times: list[float]) -> str:
    """Median, and the least, which a busy machine spoils least."""
    return f"{name:<48} median {statistics.median(times):7.1f} ms   least {min(times):7.1f} ms"


def main() -> int:
    """Measure and print; 1 where the least time for the small problem is above the goal."""
    print(f"{RUNS} runs each, by turns; numpy {np.__version__}, {os.cpu_count()} cores")
    small, large = np.random.default_rng(1).random((28, 3)), np.random.default_rng(1).random((1000, 10))
    works = [lambda: acceptability(small, samples=SAMPLES), lambda: plain(small)]
    turns = [[milliseconds(work) for work in works] for _ in range(RUNS + 1)]
    ours, plainly = ([turn[place] for turn in turns[1:]] for place in range(2))
    print(line(f"{SAMPLES:,} weightings x 28 models x 3", ours))
    print(line("the same by two argsorts in numpy", plainly))
    ratio = statistics.median(ours) / statistics.median(plainly)
    print(f"ratio {ratio:.3f}; goal {GOAL_MS:.0f} ms: {'met' if min(ours) <= GOAL_MS else 'missed'}")
    for samples in (10_000, 20_000):
        times = [milliseconds(partial(acceptability, large, samples=samples)) for _ in range(3)]
        print(line(f"{samples:,} weightings x 1,000 models x 10", times))
    return int(min(ours) > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
