"""Speed of ranking and fronts as users call them, against numpy, pandas, scikit-criteria and moocore.

Run by `make speed`. The works of a line run by turns, so that a busy machine slows them alike; a line has the median
and the quartiles of each, and the ratio of the medians against its goal. Lines of a rival that is not installed are
left out.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import modelzoo
from modelzoo.scoring.ranking import Ranking

ROWS = 1_000_000
ON_THE_FRONT = 100_000
RUNS = 7

Work = Callable[[], Any]

# Prints the peak memory of a command, in MB.
PEAK = (
    "import resource, subprocess, sys; "
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
)


def turns(works: Sequence[Work], runs: int = RUNS) -> list[list[float]]:
    """Return the wall times of each work in milliseconds, the works run by turns; a first turn is not counted."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs + 1):
        for index, work in enumerate(works):
            start = time.perf_counter()
            work()
            times[index].append(1000 * (time.perf_counter() - start))
    return [of_one[1:] for of_one in times]


def verdict(
    name: str, ours: Sequence[float], theirs: Sequence[float], goal: float, rival: str, unit: str = "ms"
) -> bool:
    """Print a line of the table; return whether the goal is met."""
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(
        f"{name:<32} {spread(ours, unit):<26} {ratio:5.2f} x {rival} ({spread(theirs, unit)}), "
        f"goal {goal:g}: {'met' if ratio <= goal else 'missed'}"
    )
    return ratio <= goal


def spread(times: Sequence[float], unit: str) -> str:
    """Return median and quartiles."""
    low, median, high = statistics.quantiles(times, n=4) if len(times) > 1 else [*times] * 3
    return f"{median:.0f} {unit} [{low:.0f}-{high:.0f}]"


def ranking(columns: int) -> list[bool]:
    """Measure the ranks of a million rows: a matrix, its best ten, DataFrames."""
    matrix = np.random.default_rng(0).random((ROWS, columns))
    keys = [f"c{column}" for column in range(columns)]
    by = [f"{key}:{('max', 'min')[column % 2]}" for column, key in enumerate(keys)]
    frame = pd.DataFrame(matrix, columns=keys)
    names = [f"network {row}" for row in range(ROWS)]
    rank = partial(modelzoo.rank, by=by)

    def pass_and_sorts() -> None:
        for _ in range(2):
            np.argsort(matrix[:, 0])
        matrix.sum()

    size = f"{ROWS:,} x {columns}"
    whole, best, numpy, framed = turns(
        [lambda: rank(matrix), lambda: rank(matrix, top=10), pass_and_sorts, lambda: rank(frame)]
    )
    done = [
        verdict(f"rank(matrix), {size}", whole, numpy, 1.3, "2 argsorts + 1 pass in numpy"),
        verdict(f"rank(matrix, top=10), {size}", best, whole, 0.3, "rank(matrix)"),
        verdict(f"rank(DataFrame), {size}", framed, whole, 1.5, "rank(matrix)"),
    ]
    # An index remembers that it is unique: each turn has a new one.
    named = iter([frame.set_axis(pd.Index(names), axis=0) for _ in range(RUNS + 1)])
    indices = iter([pd.Index(names) for _ in range(RUNS + 1)])
    whole, texts, unique = turns([lambda: rank(matrix), lambda: rank(next(named)), lambda: next(indices).is_unique])
    limit = [1.5 * matrix_ms + unique_ms for matrix_ms, unique_ms in zip(whole, unique, strict=True)]
    done.append(verdict("rank(DataFrame), text names", texts, limit, 1.0, "1.5 rank(matrix) + Index.is_unique"))
    if find_spec("skcriteria") is None:
        print(f"rank(matrix), {size}: scikit-criteria is not installed; left out")
        return done
    ours, theirs = turns([lambda: rank(matrix), skcriteria_rank(matrix)], runs=3)
    return [*done, verdict(f"rank(matrix), {size}", ours, theirs, 0.2, "scikit-criteria")]


def skcriteria_rank(matrix: Any) -> Work:
    """Return scikit-criteria's min-max and weighted sum of the matrix, its decision matrix made before."""
    import skcriteria
    from skcriteria.agg.simple import WeightedSumModel
    from skcriteria.preprocessing.invert_objectives import NegateMinimize
    from skcriteria.preprocessing.scalers import MinMaxScaler

    senses = np.where(np.arange(matrix.shape[1]) % 2 == 0, 1, -1)
    data = skcriteria.mkdm(matrix, senses, weights=np.ones(matrix.shape[1]))
    negate, scale, add = NegateMinimize(), MinMaxScaler(target="matrix"), WeightedSumModel()
    return lambda: add.evaluate(scale.transform(negate.transform(data)))


def _fresh_front(ranking: Ranking) -> np.ndarray:
    """Return the front of a new ranking, since a ranking remembers its own."""
    front: np.ndarray = ranking.best(None).front
    return front


def fronts() -> list[bool]:
    """Measure the front of many models, few and all of them on it."""
    if find_spec("moocore") is None:
        print("fronts: moocore is not installed; left out")
        return []
    import moocore

    random = np.random.default_rng(0)
    plane = random.random((ON_THE_FRONT, 3))
    plane /= plane.sum(axis=1, keepdims=True)
    done = []
    for name, matrix, goal in (
        (f"front, {ROWS:,} x 3 uniform", random.random((ROWS, 3)), 0.25),
        (f"front, {ON_THE_FRONT:,} x 3 all on it", plane, 1.2),
    ):
        ranking = modelzoo.rank(matrix, by="a:max,b:max,c:max")
        alone = partial(moocore.is_nondominated, matrix, maximise=True, keep_weakly=True)
        if not np.array_equal(ranking.front, alone()[ranking.rows]):
            print(f"{name}: not the front that moocore finds")
            done.append(False)
        ours, theirs = turns([partial(_fresh_front, ranking), alone])
        done.append(verdict(name, ours, theirs, goal, "moocore alone"))
    return done


def big_file() -> list[bool]:
    """Measure `zoo rank` of a catalog with a million rows, whole processes, against reading it with pandas."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "big.csv"
        random = np.random.default_rng(0)
        columns = (100 * random.random(ROWS), 60 * random.random(ROWS), random.integers(10**5, 10**8, ROWS))
        with path.open("w", encoding="utf-8") as file:
            file.write("name,a,b,c\n")
            file.writelines(
                f"network {row},{a:.2f},{b:.1f},{c}\n" for row, (a, b, c) in enumerate(zip(*columns, strict=True))
            )
        zoo = [sys.executable, "-m", "modelzoo", "rank", "--catalog", str(path), "--by", "a:max,b:max,c:max"]
        zoo += ["--top", "10"]
        pandas = [sys.executable, "-c", f"import pandas; pandas.read_csv({str(path)!r})"]
        run = partial(subprocess.run, check=True, stdout=subprocess.DEVNULL)
        ours, theirs = turns([partial(run, zoo), partial(run, pandas)])
        name, rival = f"zoo rank --catalog, {ROWS:,} rows", "pandas.read_csv"
        return [
            verdict(name, ours, theirs, 3.0, rival),
            verdict(name, [peak(zoo)], [peak(pandas)], 1.2, rival, "MB"),
        ]


def peak(command: list[str]) -> float:
    """Return the peak memory of a command in MB."""
    done = subprocess.run([sys.executable, "-c", PEAK, *command], check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> int:
    """Measure and print; return 1 where a ratio is above its goal."""
    print(f"medians and quartiles of {RUNS} turns; numpy {np.__version__}, {os.cpu_count()} cores, seed 0")
    return int(not all([*ranking(3), *ranking(10), *fronts(), *big_file()]))


if __name__ == "__main__":
    sys.exit(main())
