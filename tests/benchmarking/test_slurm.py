"""The batch script of Slurm, run by bash: signals, queuing again, and a run that resumes."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

import modelzoo
from modelzoo.benchmarking.slurm import slurm_script
from modelzoo.runs.record import read_record

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")

# A program in the place of Python. It says that it runs, and ends at SIGTERM with the code in its folder.
FAKE = """#!/bin/bash
trap 'exit "$(cat code)"' TERM
echo "$*" >> started
for _ in $(seq 600); do sleep 0.1; done
"""


class Slurm:
    """A stub of Slurm that runs tasks of an array, and notes the jobs that are queued again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.queued_again = folder / "requeued"
        programs = folder / "bin"
        programs.mkdir()
        (programs / "scontrol").write_text(f'#!/bin/bash\necho "$*" >> {self.queued_again}\n')
        (programs / "scontrol").chmod(0o755)
        self._path = f"{programs}{os.pathsep}{os.environ['PATH']}"

    def start(self, script: str, *, task: int = 0) -> "subprocess.Popen[bytes]":
        """Start a task of the array in the folder that the script names, with its output in a log."""
        found = re.search(r"^#SBATCH --chdir=(.*)$", script, re.MULTILINE)
        assert found is not None
        environment = {"SLURM_JOB_ID": str(101 + task), "SLURM_TMPDIR": str(self.folder), "PATH": self._path}
        with self.log(task).open("ab") as log:
            return subprocess.Popen(
                ["bash", "-c", script],
                cwd=found[1],
                env={**os.environ, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def log(self, task: int = 0) -> Path:
        return self.folder / f"task-{task}.log"

    @property
    def jobs_queued_again(self) -> str:
        return self.queued_again.read_text() if self.queued_again.exists() else ""


@pytest.fixture
def slurm(tmp_path: Path) -> Slurm:
    return Slurm(tmp_path)


def wait_until(condition: Callable[[], Any], seconds: float = 120.0) -> None:
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end
        sleep(0.02)


def script_of(*words: str, tasks: int = 4) -> str:
    return slurm_script(words, tasks=tasks, data=Path("data"))


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "script.sh").write_text(script_of("bench", "lenet5", "--dataset", "a folder's"))
    checked = subprocess.run(["shellcheck", tmp_path / "script.sh"], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "")


def test_bash_reads_the_script_whatever_the_names_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = tmp_path / "a b's $HOME {}"
    odd.mkdir()
    monkeypatch.chdir(odd)
    script = script_of("bench", "--dataset", "photos & more", "--print-slurm", "--seeds", "4")
    assert subprocess.run(["bash", "-n", "-c", script], check=False).returncode == 0
    assert "-m modelzoo bench --dataset 'photos & more' --seeds 4 &\n" in script


def test_there_is_a_task_for_each_run_up_to_the_most_of_slurm() -> None:
    assert "#SBATCH --array=0-0\n" in script_of(tasks=1)
    assert "#SBATCH --array=0-3\n" in script_of(tasks=4)
    assert "#SBATCH --array=0-999\n" in script_of(tasks=50_000)


@pytest.mark.parametrize(
    ("number", "code", "again"),
    [
        (signal.SIGUSR1, 130, "requeue 101\n"),  # saved before the time limit
        (signal.SIGUSR1, 0, ""),  # the last run ended just then
        (signal.SIGTERM, 130, ""),  # canceled by the user, or preempted: Slurm queues it again
    ],
)
def test_a_signal_saves_and_one_before_the_time_limit_queues_the_task_again(
    slurm: Slurm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int, again: str
) -> None:
    fake = tmp_path / "python"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    (tmp_path / "code").write_text(str(code))
    monkeypatch.setattr(sys, "executable", str(fake))
    monkeypatch.chdir(tmp_path)
    task = slurm.start(script_of("bench", "lenet5"))
    wait_until((tmp_path / "started").exists)
    task.send_signal(number)
    assert task.wait(60) == code
    assert slurm.jobs_queued_again == again
    assert (tmp_path / "started").read_text() == "-m modelzoo bench lenet5\n"


@pytest.mark.slow
@pytest.mark.xdist_group("keras")
def test_a_run_that_is_queued_again_equals_an_uninterrupted_one(
    slurm: Slurm, tmp_path: Path, tiny_npz: Path, recipe_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(modelzoo.__file__).parents[1]))
    monkeypatch.chdir(tmp_path)
    given = ("bench", "lenet5", "--dataset", str(tiny_npz), "--recipe", str(recipe_file), "--set", "epochs=60")
    script = script_of(*given, "--no-latency", "--runs", "shared")
    first = slurm.start(script)
    wait_until(lambda: b"epoch 2/60" in slurm.log().read_bytes())
    first.send_signal(signal.SIGUSR1)
    assert first.wait(120) == 130
    assert slurm.jobs_queued_again == "requeue 101\n"
    assert slurm.start(script).wait(120) == 0
    assert b"resuming after epoch" in slurm.log().read_bytes()
    assert slurm.start(script.replace("--runs shared", "--runs alone")).wait(120) == 0

    (run,), (whole,) = (list((tmp_path / name).iterdir()) for name in ("shared", "alone"))
    record, expected = read_record(run / "record.json"), read_record(whole / "record.json")
    assert record.id == expected.id
    assert [replace(e, seconds=0.0) for e in record.epochs] == [replace(e, seconds=0.0) for e in expected.epochs]
    with np.load(run / "predictions.npz") as one, np.load(whole / "predictions.npz") as other:
        assert all(np.array_equal(one[name], other[name]) for name in ("top5", "prob"))
