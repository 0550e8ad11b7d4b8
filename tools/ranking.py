"""How long ranking and fronts of large matrices take, against numpy, scikit-criteria and moocore; run by `make speed`.

All works of one line run by turns, so that a busy machine slows them alike; ratios are of medians. Each line says what
bounds the work. A rival that is not installed is named and its lines are left out.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from modelzoo.scoring.pareto import front

ROWS = 1_000_000
ON_THE_FRONT = 100_000
RUNS = 7

Work = Callable[[], Any]


def medians(works: list[Work], runs: int = RUNS) -> list[float]:
    """Median wall time of each, in seconds, the works run by turns; a first turn is not counted."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs + 1):
        for place, work in enumerate(works):
            start = time.perf_counter()
            work()
            times[place].append(time.perf_counter() - start)
    return [statistics.median(each[1:]) for each in times]


def verdict(name: str, ours: float, theirs: float, goal: float, rival: str, bound: str) -> bool:
    """Print one line of the table; whether the goal is met."""
    ratio = ours / theirs
    met = ratio <= goal
    print(
        f"{name:<34} {1000 * ours:7.1f} ms   {ratio:5.2f} x {rival} ({1000 * theirs:.1f} ms), "
        f"goal {goal:g}: {'met' if met else 'missed'}; bound by {bound}"
    )
    return met


def ranking(columns: int) -> list[bool]:
    """Full rank and the best ten of a million rows."""
    matrix = np.random.default_rng(0).random((ROWS, columns))
    weights, maximize = np.ones(columns), np.arange(columns) % 2 == 0
    name = f"{ROWS:,} x {columns}"

    def pass_and_sort() -> None:
        # numpy's own work: sort one column twice, and read the matrix once.
        for _ in range(2):
            np.argsort(matrix[:, 0])
        matrix.sum()

    full, best, numpy_s = medians(
        [
            lambda: rank_matrix(matrix, weights, maximize),
            lambda: rank_matrix(matrix, weights, maximize, top=10),
            pass_and_sort,
        ]
    )
    done = [
        verdict(f"full rank, {name}", full, numpy_s, 1.0, "2 argsorts + 1 pass in numpy", "the sort of the scores"),
        verdict(f"best ten, {name}", best, full, 0.25, "the full rank", "memory: two passes over the matrix"),
    ]
    if find_spec("skcriteria") is None:
        print(f"full rank, {name}: scikit-criteria is not installed; left out")
        return done
    ours, theirs = medians([lambda: rank_matrix(matrix, weights, maximize), rival(matrix, weights, maximize)], runs=3)
    return [*done, verdict(f"full rank, {name}", ours, theirs, 0.2, "scikit-criteria", "the sort of the scores")]


def rival(matrix: Any, weights: Any, maximize: Any) -> Work:
    """scikit-criteria's min-max and weighted sum from the same matrix, its decision matrix made before."""
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel
    from skcriteria.preprocessing.invert_objectives import NegateMinimize
    from skcriteria.preprocessing.scalers import MinMaxScaler

    data = skcriteria.mkdm(matrix, np.where(maximize, 1, -1), weights=weights)
    turn, scale, add = NegateMinimize(), MinMaxScaler(target="matrix"), WeightedSumModel()
    return lambda: add.evaluate(scale.transform(turn.transform(data)))


def fronts() -> list[bool]:
    """The front of many models, few and all of them on it."""
    if find_spec("moocore") is None:
        print("fronts: moocore is not installed; left out")
        return []
    import moocore

    random = np.random.default_rng(0)
    uniform = random.random((ROWS, 3))
    plane = random.random((ON_THE_FRONT, 3))
    plane /= plane.sum(axis=1, keepdims=True)
    done = []
    for name, matrix, goal, bound in (
        (f"front, {ROWS:,} x 3 uniform", uniform, 0.25, "memory: three passes over the matrix"),
        (f"front, {ON_THE_FRONT:,} x 3 all on it", plane, 1.2, "moocore's own sort and sweep"),
    ):
        mine = partial(front, matrix, np.ones(3, bool))
        alone = partial(moocore.is_nondominated, matrix, maximise=True, keep_weakly=True)
        if not np.array_equal(mine(), alone()):
            print(f"{name}: not the front that moocore finds")
            done.append(False)
        ours, theirs = medians([mine, alone])
        done.append(verdict(name, ours, theirs, goal, "moocore alone", bound))
    return done


def main() -> int:
    """Measure and print; 1 where a ratio is above its goal."""
    print(f"medians of {RUNS} turns; numpy {np.__version__}, {os.cpu_count()} cores, random figures of seed 0")
    return int(not all([*ranking(3), *ranking(10), *fronts()]))


if __name__ == "__main__":
    sys.exit(main())
