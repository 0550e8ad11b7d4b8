"""Claims a second, and a queue of runs of milliseconds shared by several processes; run by `make scale`.

A run of the queue is a stub that trains nothing. It writes the files of a run through the store; all else is the code
of `zoo bench`. Each process gets the same list of runs, as the same command on several machines does.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from many_runs import HISTORY, TEMPLATE
from msgspec.structs import replace

from modelzoo.base.atomic import write_atomically
from modelzoo.benchmarking import jobs
from modelzoo.benchmarking.queue import Job, make_runs
from modelzoo.datasets.dataset import Split, Splits
from modelzoo.runs import store
from modelzoo.runs.predictions import PREDICTIONS, VALIDATION
from modelzoo.runs.record import RECORD, Record, read_record, write_record

PROCESSES = (1, 2, 4, 8)
RUNS, CLAIMS = 10_000, 2_000
FILES = (HISTORY, PREDICTIONS, VALIDATION)
ONE = np.zeros((1, 8, 8), np.uint8)
SPLIT = Split(ONE, np.zeros(1, np.int64))
SPLITS = Splits(SPLIT, SPLIT, SPLIT, ("0",))


def claim(folder: Path, number: int, count: int) -> int:
    """Claim and release each of `count` runs that no other process claims; return how many."""
    for index in range(count):
        with store.claim_run(folder, f"run-{number}-{index}"):
            pass
    return count


def work(folder: Path, number: int, count: int) -> int:
    """Make the runs of the queue, and return how many this process made."""
    template, contents = read_record(TEMPLATE / RECORD), {name: (TEMPLATE / name).read_bytes() for name in FILES}
    made = 0

    def run_in_worker(spec: Any, splits: Splits, runs: Path, **_: Any) -> Record:
        nonlocal made
        known = store.finished_record(runs, spec.id)
        if known is not None:
            return known
        with store.claim_run(runs, spec.id) as held:
            known = store.finished_record(runs, spec.id)
            if known is None:
                made += 1
                known = replace(template, id=spec.id)
                store.write_start_marker(held.folder, _marker(known))
                for name, content in contents.items():
                    write_atomically(held.folder / name, content)
                write_record(known, held.folder)
                held.require()
                store.publish(held.folder)
        return known

    vars(jobs)["run_in_worker"] = run_in_worker
    recipe = SimpleNamespace(input=SimpleNamespace(geometry=(8, "pad", 1)))
    specs: list[Any] = [SimpleNamespace(id=f"run-{index:05}", recipe=recipe) for index in range(count)]
    ended = list(make_runs(map(Job, specs), SPLITS, folder, folder=folder, wait=True))
    wrong = [outcome for _, outcome in ended if not isinstance(outcome, Record)]
    if wrong or len(ended) != count:
        raise SystemExit(f"{len(ended)} of {count} runs ended, {len(wrong)} of them without a record: {wrong[:1]}")
    return made


def _marker(record: Record) -> store.StartMarker:
    return store.StartMarker(
        id=record.id,
        model=record.model,
        name=record.name,
        recipe_name=record.recipe_name,
        dataset=record.dataset.name,
        seed=record.seed,
        epochs=record.recipe.epochs,
        started=record.started,
    )


def measure(kind: str, folder: Path, processes: int, count: int) -> None:
    """Print what several processes take that do the same kind of work in one folder."""
    folder.mkdir(parents=True)
    command = [sys.executable, __file__, "--worker", kind, "--folder", str(folder), "--count", str(count)]
    workers = [
        subprocess.Popen([*command, "--number", str(number)], stdout=subprocess.PIPE) for number in range(processes)
    ]
    reports = [json.loads(worker.communicate()[0]) for worker in workers]
    wall_s = max(report["end"] for report in reports) - min(report["start"] for report in reports)
    done, cpu_s = sum(report["done"] for report in reports), sum(report["cpu_s"] for report in reports)
    if kind == "work" and done != count:
        raise SystemExit(f"{done} runs were made of {count}")
    print(
        f"{kind:<6} {processes:>9} {done:>7,} {wall_s:>7.1f} {done / wall_s:>9.0f} {1000 * cpu_s / done:>8.2f}",
        flush=True,
    )


def size(folder: Path) -> None:
    """Print how many files and bytes a folder takes, and how long a list of its runs takes."""
    entries = list(folder.rglob("*"))
    disk_mb = sum(path.stat().st_blocks * 512 for path in entries) / 1e6
    start = time.perf_counter()
    runs = len([*folder.iterdir()])
    listing_ms = 1000 * (time.perf_counter() - start)
    print(f"{runs:,} runs: {len(entries):,} files and folders, {disk_mb:,.0f} MB, listed in {listing_ms:.0f} ms")


def main() -> None:
    """Measure and print, or work as one of several processes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS, help="stub runs of the queue")
    parser.add_argument("--processes", type=int, nargs="+", default=PROCESSES, help="processes on one folder")
    parser.add_argument("--worker", choices=["claim", "work"], help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="make the runs here")
    parser.add_argument("--count", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, default=0, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.worker:
        start, cpu_s = time.time(), time.process_time()
        done = {"claim": claim, "work": work}[chosen.worker](chosen.folder, chosen.number, chosen.count)
        cpu_s = time.process_time() - cpu_s
        print(json.dumps({"done": done, "cpu_s": cpu_s, "start": start, "end": time.time()}))
        return
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores before")
    print("work   processes    done  wall s  a second  CPU ms each")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as scratch:
        for processes in chosen.processes:
            measure("claim", Path(scratch, f"claims-{processes}"), processes, CLAIMS // processes)
        for processes in chosen.processes:
            folder = Path(scratch, f"runs-{processes}")
            measure("work", folder, processes, chosen.runs)
            if processes == chosen.processes[-1]:
                size(folder)
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
