"""Wrong names are reported before Keras is loaded and data is read, which takes seconds."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import modelzoo

# Each command in turn, in one process without Keras: exit code, standard error, and the heavy modules imported so far.
COMMANDS = """
import contextlib, io, json, sys
from modelzoo.cli import main
answers = []
for arguments in json.loads(sys.argv[1]):
    sys.argv, code = ["zoo", *arguments.split()], 0
    with contextlib.redirect_stderr(io.StringIO()) as errors, contextlib.redirect_stdout(io.StringIO()):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    heavy = {"keras", "tensorflow", "jax", "torch", "pandas", "PIL", "scipy", "matplotlib"} & set(sys.modules)
    answers.append([code, errors.getvalue(), sorted(heavy)])
print(json.dumps(answers))
"""

WRONG = {
    "bench nosuch --dataset glyphs": "unknown model 'nosuch'",
    "bench keras:ResNet5O --dataset glyphs": "unknown network of keras.applications 'ResNet5O'; did you",
    "bench modelzoo:lenet6 --dataset glyphs": "unknown architecture 'lenet6'",
    "bench my-net:build --dataset glyphs": "your own package.module:function",
    "bench lenet5 vgg99 --dataset glyphs": "unknown model 'vgg99'",
    "bench lenet5 --dataset nosuch": "data set 'nosuch' is not in",
    "bench keras:ResNet50 --dataset ./nosuch": "there is no './nosuch'",
    "bench lenet5 --dataset glyphs --recipe nosuch": "unknown recipe 'nosuch'",
    "bench lenet5 --dataset glyphs --recipe field.toml": "field.toml: unknown field 'epoch'",
    "bench lenet5 --dataset glyphs --recipe warm.toml": "warmup_epochs is 9",
    "bench lenet5-1998 --dataset glyphs --recipe lenet5": "label_smoothing is 0.1; expected 0",
    "bench mynet:build --dataset glyphs --recipe nosuch": "unknown recipe 'nosuch'",
    "bench lenet5 --dataset glyphs --set epoch=3": "unknown field 'epoch'",
    "bench --suite nosuch": "unknown suite 'nosuch'",
    "bench --suite suite.toml --dataset glyphs": "unknown model 'nosuch'",
    "bench --top 2 --by nosuch --dataset glyphs": "nosuch",
    "latency nosuch": "unknown model 'nosuch'",
    "latency lenet5 keras:ResNet5O": "unknown network of keras.applications 'ResNet5O'",
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("fast")
    (folder / "field.toml").write_text('title = "t"\nepoch = 3\n')
    (folder / "warm.toml").write_text('title = "t"\nepochs = 5\n[schedule]\nname = "cosine"\nwarmup_epochs = 9\n')
    (folder / "suite.toml").write_text('title = "t"\n[[runs]]\nmodel = "nosuch"\n')
    (folder / "mynet.py").write_text("1 / 0\n")
    path = {"PYTHONPATH": str(Path(modelzoo.__file__).parents[1]), "ZOO_DATA": str(folder / "data")}
    command = [sys.executable, "-c", COMMANDS, json.dumps([*WRONG])]
    ended = subprocess.run(command, cwd=folder, env=os.environ | path, capture_output=True, text=True, check=True)
    return dict(zip(WRONG, json.loads(ended.stdout), strict=True))


@pytest.mark.parametrize("command", WRONG)
def test_a_wrong_name_is_one_line_before_keras_is_loaded(command: str, answers: dict[str, Any]) -> None:
    code, error, heavy = answers[command]
    assert code == 1
    assert WRONG[command] in error
    assert error.startswith("zoo: ")
    assert error.count("\n") == 1
    assert heavy == []


def test_all_wrong_names_of_a_command_are_reported_at_once(zoo: Any, tmp_path: Path) -> None:
    printed = zoo("bench", "vgg99", "lenet6", "--dataset", "glyphs")
    assert [line.split(";")[0] for line in printed.err.splitlines()] == [
        "zoo: unknown model 'vgg99'",
        "zoo: unknown model 'lenet6'",
    ]
    arguments = ("--dataset", "nosuch", "--data-dir", str(tmp_path), "--recipe", "nosuch")
    printed = zoo("bench", "lenet5", "vgg16", *arguments)
    assert (printed.code, printed.out) == (1, "")
    assert [line.split()[1:4] for line in printed.err.splitlines()] == [
        ["data", "set", "'nosuch'"],
        ["unknown", "recipe", "'nosuch';"],
    ]
