"""Speed of SMAA against its plain definition in numpy, and CPU time and JSON size of `zoo robust`; run by `make speed`.

The plain definition ranks by two argsorts over all weight vectors at once and counts each rank by a comparison. Both
run by turns, so that a busy machine slows both equally. The goal in milliseconds is for an idle machine. The larger
problem, too large for the plain definition, shows that time grows with weight vectors times models.

The whole command ranks as many models as timm publishes. CPU time is hardly affected by other work on the machine.
"""

import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from modelzoo.sensitivity.smaa import smaa

GOAL_MS = 50.0
SAMPLES = 100_000
RUNS = 9

ZOO = Path(sys.executable).with_name("zoo")
MODELS = 1556
GOAL_CPU_S = 5.0
GOAL_MB = 2.0
COMMAND_RUNS = 3
# Models that the plain definition ranks at a time, of all 100,000 weight vectors.
_BLOCK = 1000


def plain(normalized: np.ndarray) -> np.ndarray:
    """Compute rank acceptabilities by the definition."""
    weights = np.random.default_rng(0).dirichlet(np.ones(normalized.shape[1]), SAMPLES)
    ranks = np.argsort(np.argsort(-(weights @ normalized.T), axis=1), axis=1)
    return np.stack([(ranks == rank).mean(axis=0) for rank in range(len(normalized))], axis=1)


def plain_mean_ranks(normalized: np.ndarray) -> np.ndarray:
    """Compute mean ranks by the definition, in blocks of weight vectors."""
    weights = np.random.default_rng(0).dirichlet(np.ones(normalized.shape[1]), SAMPLES)
    sums = np.zeros(len(normalized))
    for start in range(0, SAMPLES, _BLOCK):
        scores = -(weights[start : start + _BLOCK] @ normalized.T)
        sums += np.argsort(np.argsort(scores, axis=1), axis=1).sum(axis=0)
    return 1 + sums / SAMPLES


def milliseconds(work: Callable[[], object]) -> float:
    """Measure the wall time of one run."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def line(name: str, times: list[float]) -> str:
    """Format the median and the least time, which a busy machine affects least."""
    return f"{name:<48} median {statistics.median(times):7.1f} ms   least {min(times):7.1f} ms"


def indices() -> bool:
    """Measure the SMAA indices alone; return whether the least time for the small problem meets the goal."""
    small, large = np.random.default_rng(1).random((28, 3)), np.random.default_rng(1).random((1000, 10))
    works = [lambda: smaa(small, samples=SAMPLES, rank_shares=True), lambda: plain(small)]
    turns = [[milliseconds(work) for work in works] for _ in range(RUNS + 1)]
    ours, theirs = ([turn[index] for turn in turns[1:]] for index in range(2))
    print(line(f"{SAMPLES:,} weight vectors x 28 models x 3", ours))
    print(line("the same by two argsorts in numpy", theirs))
    met = min(ours) <= GOAL_MS
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"ratio {ratio:.3f}; goal {GOAL_MS:.0f} ms: {'met' if met else 'missed'}")
    for samples in (10_000, 20_000):
        times = [milliseconds(partial(smaa, large, samples=samples)) for _ in range(3)]
        print(line(f"{samples:,} weight vectors x 1,000 models x 10", times))
    return met


def command() -> bool:
    """Measure `zoo robust` on 1,556 models; return whether CPU time and JSON size meet their goals."""
    with tempfile.TemporaryDirectory() as folder:
        catalog = Path(folder) / "models.csv"
        normalized = write_catalog(catalog)
        arguments = [str(ZOO), "robust", "--catalog", str(catalog), "--by", "top1,param_count:min", "--json"]
        cpu_s, size_mb = [], 0.0
        for _ in range(COMMAND_RUNS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            output = subprocess.run(arguments, check=True, capture_output=True).stdout
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu_s.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            size_mb = len(output) / 1e6
    start = time.process_time()
    plain_mean_ranks(normalized)
    plain_s = time.process_time() - start
    print(
        f"zoo robust, {MODELS:,} models: {min(cpu_s):.2f} s of CPU, {min(cpu_s) / plain_s:.2f} x mean ranks by two "
        f"argsorts in numpy alone ({plain_s:.2f} s); goal {GOAL_CPU_S:g} s: "
        f"{'met' if min(cpu_s) <= GOAL_CPU_S else 'missed'}"
    )
    print(f"its JSON: {size_mb:.2f} MB; goal {GOAL_MB:g} MB: {'met' if size_mb <= GOAL_MB else 'missed'}")
    return min(cpu_s) <= GOAL_CPU_S and size_mb <= GOAL_MB


def write_catalog(path: Path) -> np.ndarray:
    """Write random models, larger ones more accurate, and return their values, min-max normalized."""
    random = np.random.default_rng(0)
    params = np.exp(random.normal(17, 1.2, MODELS)).round()
    top1 = (60 + 7 * np.log10(params / 1e5) + random.normal(0, 3, MODELS)).clip(30, 95).round(3)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "top1", "param_count"])
        writer.writerows([f"model {row}", top1[row], int(params[row])] for row in range(MODELS))
    values = np.column_stack([top1, -params])
    normalized: np.ndarray = (values - values.min(axis=0)) / (values.max(axis=0) - values.min(axis=0))
    return normalized


def main() -> int:
    """Measure and print; return 1 if a goal is missed."""
    print(f"{RUNS} runs each, by turns; numpy {np.__version__}, {os.cpu_count()} cores")
    return int(not all([indices(), command()]))


if __name__ == "__main__":
    sys.exit(main())
