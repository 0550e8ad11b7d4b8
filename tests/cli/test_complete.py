"""Completion by the shell, through the protocol that the scripts of Typer speak."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import modelzoo
from modelzoo.base import paths
from modelzoo.cli import COMMANDS

ROOT = Path(modelzoo.__file__).parents[1]

# For each line: the words that bash and zsh are offered, and the heavy modules imported so far.
ANSWERS = """
import contextlib, io, json, os, sys
from modelzoo.cli import main
answers = []
for line in json.loads(sys.argv[1]):
    words = line.split(" ")
    os.environ["COMP_WORDS"], os.environ["COMP_CWORD"] = line, str(len(words) - 1)
    os.environ["_TYPER_COMPLETE_ARGS"] = line
    for shell in ("bash", "zsh"):
        os.environ["_ZOO_COMPLETE"] = f"complete_{shell}"
        sys.argv = ["zoo"]
        with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.suppress(SystemExit):
            main()
        answers.append(printed.getvalue())
    answers.append(sorted({"keras", "tensorflow", "pandas", "scipy", "matplotlib", "PIL", "rich"} & {
        name for name, module in sys.modules.items() if module is not None}))
print(json.dumps(answers))
"""

SHIPPED = sorted(path.name for path in (paths.BENCHMARKS / "results").glob("lenet5-0*"))

LINES = {
    "zoo ": [*COMMANDS, "help"],
    "zoo ra": ["rank"],
    "zoo help ro": ["robust"],
    "zoo data ": ["get", "show", "clear", "help"],
    "zoo rank --norm": ["--normalize"],
    "zoo rank --by top5,gp": ["top5,gpu"],
    "zoo rank --measured --by acc": ["accuracy"],
    "zoo rank --format m": ["md"],
    "zoo rank --method to": ["topsis"],
    "zoo robust --normalize log": ["log-min-max"],
    "zoo rank --weights cr": ["critic"],
    "zoo rank --missing w": ["worst"],
    "zoo rank --source slides,torch": ["slides,torchvision"],
    "zoo rank --profile e": ["edge"],
    "zoo explain vgg": ["vgg16", "vgg19"],
    "zoo bench shufflenetv2-x1": ["shufflenetv2-x1-0"],
    "zoo bench lenet5 --recipe lenet5-b": ["lenet5-balanced"],
    "zoo bench lenet5 --dataset ": ["photos", "glyphs"],
    "zoo recipes fine": ["finetune"],
    "zoo suites slides-b": ["slides-baselines"],
    "zoo runs delete lenet5-": ["lenet5-0123456789"],
    "zoo runs delete --runs nowhere ": [],
    "zoo runs name base": ["baseline"],
    "zoo save lenet5-0": ["lenet5-0123456789", *SHIPPED],
    "zoo board --dataset em": ["emnist47"],
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("completed")
    (folder / "data").mkdir()
    (folder / "data" / "photos.npz").touch()
    (folder / "runs" / "lenet5-0123456789").mkdir(parents=True)
    (folder / "runs" / "lenet5-0123456789" / "label.json").write_text('{"name": "baseline"}')
    (folder / "runs" / "broken" / "label.json").mkdir(parents=True)
    (folder / "runs" / ".hidden").mkdir(parents=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ZOO_DATA": str(folder / "data")}
    environment.pop("ZOO_RUNS", None)
    command = [sys.executable, "-c", ANSWERS, json.dumps([*LINES])]
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    parts = json.loads(ended.stdout)
    assert ended.stderr == ""
    return {line: parts[3 * index : 3 * index + 3] for index, line in enumerate(LINES)}


@pytest.mark.parametrize("line", LINES)
def test_a_shell_is_offered_the_names_that_fit(line: str, answers: dict[str, Any]) -> None:
    bash, zsh, heavy = answers[line]
    assert bash.split() == LINES[line]
    assert [name for name in LINES[line] if f'"{name}"' not in zsh] == []
    assert zsh.startswith("_arguments" if LINES[line] else "_files")
    assert heavy == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell_is_shown(shell: str) -> None:
    shown = _zoo({"_ZOO_COMPLETE": f"source_{shell}"})
    assert "_ZOO_COMPLETE=complete_" + shell in shown
    assert "zoo" in shown.split()[-1]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_the_shell_itself_completes_by_the_script(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    zoo = tmp_path / "zoo"
    zoo.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m modelzoo "$@"\n')
    zoo.chmod(0o755)
    script = tmp_path / "script"
    script.write_text(_zoo({"_ZOO_COMPLETE": f"source_{shell}"}))
    ask = {
        "bash": f"source {script}; COMP_WORDS=(zoo rank --sou); COMP_CWORD=2; _zoo_completion zoo; "
        "echo ${COMPREPLY[*]}",
        "zsh": f"compdef() {{ }}; _arguments() {{ echo $* }}; source {script}; "
        "words=(zoo rank --sou); CURRENT=3; _zoo_completion",
    }[shell]
    flags = {"bash": "--norc", "zsh": "-f"}[shell]
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([shell, flags, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    assert "--source" in done.stdout
    assert done.stderr == ""


def _zoo(environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", "modelzoo"]
    path = {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, env=os.environ | path | environment, capture_output=True, text=True, check=True
    ).stdout


def test_completion_offers_the_models_of_a_catalog_of_your_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("name,top1\nMyNet,70\n")
    offered = _zoo({
        "_ZOO_COMPLETE": "complete_bash", "COMP_WORDS": f"zoo explain --catalog {path} my", "COMP_CWORD": "4"
    })  # fmt: skip
    assert offered.split() == ["mynet"]
