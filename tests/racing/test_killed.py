"""`zoo choose` killed while a real network trains: the same command ends the choice and trains nothing again."""

import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from modelzoo.racing.choice import Choice, load_choices
from modelzoo.runs.record import RECORD, read_record
from modelzoo.runs.store import PARTIAL

MOST_S = 240.0


def choice_in(runs: Path) -> Choice | None:
    choices, problems = load_choices(runs)
    assert not problems
    return choices[0] if choices else None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends the workers differently")
def test_the_same_command_ends_a_choice_that_was_killed_in_its_second_training(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "modelzoo", "choose", "lenet5", "lenet5-1998", "--dataset", "glyphs"]
    command += ["--recipe", "quick", "--set", "epochs=3", "--budget", "1h", "--runs", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = monotonic() + MOST_S
    while not ((choice := choice_in(tmp_path)) and choice.trainings and list(tmp_path.glob(f"*{PARTIAL}"))):
        assert process.poll() is None, process.communicate()[1]
        assert monotonic() < deadline
        sleep(0.02)
    process.kill()
    process.communicate()
    killed = choice_in(tmp_path)
    assert killed is not None
    assert killed.state == "partial"
    (first,) = killed.trainings
    started = read_record(tmp_path / first.run / RECORD).started

    again = subprocess.run(command, capture_output=True, text=True, timeout=MOST_S, check=False)
    assert again.returncode == 0, again.stderr
    choice = choice_in(tmp_path)
    assert choice is not None
    assert choice.state == "finished"
    assert choice.bill == killed.bill
    assert choice.trainings[0] == first
    assert len({training.run for training in choice.trainings}) == len(choice.trainings) == 2
    assert read_record(tmp_path / first.run / RECORD).started == started
    assert {one.candidate for one in choice.tested} == set(choice.race.finalists if choice.race else ())
    assert not list(tmp_path.glob(f"*{PARTIAL}"))
    assert "Choose LeNet-5" in again.stdout
