"""Every command in poor environments: the documented exit code, no traceback, few lines on stderr.

Each process combines faults that are independent of each other.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import numpy as np
import pytest

import modelzoo
from modelzoo.cli import COMMANDS

resource = pytest.importorskip("resource", reason="limits and users are those of Unix")

CHECKOUT = Path(modelzoo.__file__).parents[1]
MOST_LINES = 6
NOBODY = 65534
STRANGER = 23_456  # a user without an entry in the list of users

PRINTING = {
    "rank": "rank --top 5",
    "rank --json": "rank --json --catalog names.csv --by top1",
    "list": "list",
    "show": "show efficientnetb1",
    "explain": "explain efficientnetb1 resnet50",
    "robust": "robust --samples 1000 --catalog names.csv --by top1,params",
    "pareto": "pareto --catalog names.csv --by top1:max,params --format markdown",
    "slides": "slides --table scores --lang ko",
    "audit": "audit",
    "check": "check names.csv",
    "data": "data show tiny.npz --data-dir data --json",
    "recipes": "recipes lenet5",
    "suites": "suites",
    "runs": "runs",
    "compare": "compare efficientnetb1 mobilenet --format csv",
    "board": "board --format html",
    "--help": "bench --help",
}
WRITING = {
    "import": "import csv names.csv --map name,top1,params -o new.csv --force",
    "export": "export new.md --force",
    "log": "log lenet5-02b1f9ab8a --to model-index --output new-card.md",
    "plot": "plot rank --output new.svg",
}
FAILING = {
    "no file": "check none.csv",
    "no archive": "data get emnist --archive none.zip",
    "no weights": "save lenet5-02b1f9ab8a --to onnx",
    "no network": "predict none.onnx none.png",
    "no data": "data show emnist-balanced",
    "no accuracy": "choose lenet5 --budget 1h --by latency",
    "no space": "tune lenet5 --budget 1h --space none.toml",
    "long name": f"rank --catalog {'n' * 300}.csv",
}
SMALL = PRINTING | WRITING | FAILING
BENCH = "bench lenet5 --dataset glyphs --recipe quick --epochs 1 --limit-train 200 --no-latency --runs"
SLOW = {
    f"{BENCH} deaf": ("stdin and stderr closed, ascii, no HOME", 0),
    f"{BENCH} mute": ("stdin closed, stdout full", 1),
    "latency lenet5 --batch 1 --calls 5": ("cp949, stderr full", 0),
    "doctor --runs deaf": ("disk full", 0),
}


@dataclass(frozen=True)
class Environment:
    """The faults of a process: descriptors that are closed or full, variables, a user, a full disk."""

    closed: tuple[int, ...] = ()
    full: tuple[int, ...] = ()
    encoding: str = "utf-8"
    variables: dict[str, str | None] = field(default_factory=dict)
    user: int | None = None
    full_disk: bool = False

    def start(self) -> None:
        """Bring the faults about, in the new process."""
        if self.full_disk:  # no file may grow; Python ignores the signal
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        for descriptor in self.full:
            os.dup2(os.open("/dev/full", os.O_WRONLY), descriptor)
        for descriptor in self.closed:
            os.close(descriptor)


# Another user may not be able to read this Python: a first run, as root and with a full disk, imports all modules.
AS_USER = """
import os, resource, sys
from contextlib import suppress
from modelzoo.cli import main
user, *arguments = sys.argv[1:]
null, streams = os.open(os.devnull, os.O_WRONLY), [os.dup(1), os.dup(2)]
resource.setrlimit(resource.RLIMIT_FSIZE, (0, -1))
for sys.argv in (["zoo", "check", "none.csv"], ["zoo", *arguments]):
    os.dup2(null, 1), os.dup2(null, 2)
    with suppress(SystemExit):
        main()
resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
os.dup2(streams[0], 1), os.dup2(streams[1], 2)
os.setgroups([]), os.setgid(int(user)), os.setuid(int(user))
main()
"""
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ENVIRONMENTS = {
    "stdin and stdout closed": Environment(closed=(0, 1), variables={"HOME": None}),
    "stdin closed, stdout full": Environment(closed=(0,), full=(1,)),
    "ascii, C locale, no TMPDIR": Environment(encoding="ascii", variables={**ASCII, "TMPDIR": "/none"}),
    "cp949, stderr full": Environment(full=(2,), encoding="cp949"),
    "cp1252, -OO": Environment(encoding="cp1252", variables={"LANG": "C", "PYTHONOPTIMIZE": "2"}),
    "no user, no HOME, read-only": Environment(user=STRANGER, variables={"HOME": None, "TMPDIR": "/none"}),
    "HOME not readable, read-only": Environment(user=NOBODY, variables={"HOME": "/root", "TMPDIR": "/proc"}),
    "stdin and stderr closed, ascii, no HOME": Environment(
        closed=(0, 2), encoding="ascii", variables={**ASCII, "HOME": None}
    ),
    "disk full": Environment(full_disk=True, variables={"TMPDIR": "/proc"}),
}


@dataclass(frozen=True)
class Ended:
    """The exit code of a process, and its texts."""

    code: int
    out: bytes
    err: str


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that other users can read and not write, unlike `tmp_path`."""
    path = Path(mkdtemp())
    (path / "names.csv").write_text("name,top1,params\n손글씨-Net ×2,71.5,5M\nRené – ±,70,6M\n", encoding="utf-8")
    (path / "data").mkdir()
    images, labels = np.arange(4 * 64, dtype=np.uint8).reshape(4, 8, 8), np.arange(4) % 2
    np.savez(path / "data" / "tiny.npz", x_train=images, y_train=labels, x_test=255 - images, y_test=labels)
    path.chmod(0o755)
    yield path
    rmtree(path)


@pytest.fixture
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Environment], Ended]:
    def run_command(command: str, environment: Environment) -> Ended:
        if environment.user is not None and os.getuid() != 0:
            pytest.skip("only root can start a process of another user")
        variables = {**os.environ, "PYTHONPATH": str(CHECKOUT), "PYTHONIOENCODING": environment.encoding}
        variables |= {"COLUMNS": "80", "HOME": str(folder)}
        if environment.variables.get("PYTHONOPTIMIZE"):  # compile numpy once
            variables["PYTHONPYCACHEPREFIX"] = str(tmp_path_factory.getbasetemp() / "optimized")
            variables["PYTHONDONTWRITEBYTECODE"] = ""
        for name in ("ZOO_RUNS", "ZOO_DATA"):
            variables.pop(name, None)
        for name, value in environment.variables.items():
            variables.pop(name, None) if value is None else variables.update({name: value})
        start = ["-m", "modelzoo"] if environment.user is None else ["-c", AS_USER, str(environment.user)]
        done = subprocess.run(
            [sys.executable, *start, *command.split()],
            cwd=folder,
            env=variables,
            capture_output=True,
            preexec_fn=environment.start,
            check=False,
            timeout=300,
        )
        return Ended(done.returncode, done.stdout, done.stderr.decode(environment.encoding))

    return run_command


def test_every_command_is_tried() -> None:
    assert {command.split()[0] for command in SMALL.values()} | {command.split()[0] for command in SLOW} == {*COMMANDS}


def cases() -> Iterator[Any]:
    """Each command in each environment; `make test` tries a third, in which every one of both is."""
    for row, name in enumerate(SMALL):
        for column, (told, environment) in enumerate(ENVIRONMENTS.items()):
            marks = [pytest.mark.campaign] if (row + column) % 3 else []
            yield pytest.param(name, environment, id=f"{told}-{name}", marks=marks)


@pytest.mark.parametrize(("name", "environment"), list(cases()))
def test_a_command_ends_as_documented(
    name: str, environment: Environment, run: Callable[..., Ended], folder: Path
) -> None:
    for written in folder.glob("new*"):
        written.unlink()
    ended = run(SMALL[name], environment)
    prints = name in PRINTING and not {1, 0} & {*environment.full, *environment.closed} - {0}
    fails = name in FAILING or (name in PRINTING and 1 in (*environment.full, *environment.closed))
    cannot_write = name in WRITING and (environment.full_disk or environment.user is not None)
    assert (ended.code, "Traceback" in ended.err) == (int(fails or cannot_write), False), ended.err
    assert len(ended.err.splitlines()) <= MOST_LINES, ended.err
    assert bool(ended.out.decode(environment.encoding)) == prints
    if {2} & {*environment.full, *environment.closed}:
        assert not ended.err
    elif fails or cannot_write:
        assert ended.err.splitlines()[-1].startswith("zoo: ")


@pytest.mark.slow
@pytest.mark.parametrize("command", SLOW)
def test_a_network_is_trained_and_measured_all_the_same(command: str, run: Callable[..., Ended], folder: Path) -> None:
    name, code = SLOW[command]
    ended = run(command, ENVIRONMENTS[name])
    assert (ended.code, "Traceback" in ended.err) == (code, False), ended.err
    assert bool(ended.out.decode(ENVIRONMENTS[name].encoding)) == (code == 0)
    if command.startswith(BENCH):
        (record,) = (folder / command.split()[-1]).glob("*/record.json")
        assert b'"finished"' in record.read_bytes()
    if code:
        *_, last = ended.err.splitlines()
        assert last.startswith("zoo: cannot write to standard output: No space left on device; ")
