import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

import modelzoo
from modelzoo.cli import COMMANDS, app_of
from modelzoo.errors import ZooError


def test_every_command_is_in_the_help(zoo: Callable) -> None:
    printed = zoo("--help")
    assert printed.code == 0
    for command in COMMANDS:
        assert f"\n  {command} " in printed.out


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_has_an_example(command: str, zoo: Callable) -> None:
    printed = zoo(command, "--help")
    assert printed.code == 0
    assert f"zoo {command}" in printed.out.split("Usage:")[1].split("\n", 1)[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_argument_and_option_has_a_help_of_more_than_its_name(command: str) -> None:
    group = typer.main.get_command(app_of(command))
    for subcommand in getattr(group, "commands", {"": group}).values():
        for parameter in subcommand.params:
            words = set((parameter.help or "").lower().strip(".").split())
            assert len(words - {"the", parameter.name, *parameter.name.split("_")}) > 1, parameter.name


@pytest.mark.parametrize("asked", [("rank", "-h"), ("help", "rank")])
def test_help_is_asked_in_three_ways(zoo: Callable, asked: tuple[str, ...]) -> None:
    assert zoo(*asked) == zoo("rank", "--help")


@pytest.mark.parametrize("asked", [("-h",), ("help",)])
def test_the_help_of_all_commands_is_asked_in_three_ways(zoo: Callable, asked: tuple[str, ...]) -> None:
    assert zoo(*asked) == zoo("--help")
    assert zoo("help", "data", "show") == zoo("data", "show", "--help")


def test_the_help_has_the_first_sentence_of_each_command_whole(zoo: Callable) -> None:
    printed = " ".join(zoo("--help").out.split())
    assert (
        printed.index("Choose: ")
        < printed.index("Measure: ")
        < printed.index("Publish: ")
        < printed.index("Maintain: ")
    )
    for command in COMMANDS:
        text = typer.main.get_command(app_of(command)).help or ""
        summary = " ".join(text.partition("\n\n")[0].split())
        assert summary.endswith((".", "?"))
        assert f" {command} {summary} " in f"{printed} "
        assert summary in " ".join(zoo("help", command).out.split())
    assert "wanted splits." in zoo("help", "data").out


def test_zoo_alone_shows_three_examples_that_exist_and_where_the_help_is(zoo: Callable) -> None:
    printed = zoo()
    assert (printed.code, printed.err) == (0, "")
    examples = [line.split()[:2] for line in printed.out.splitlines() if line.startswith("    zoo ")]
    assert max(map(len, printed.out.splitlines())) <= 80
    assert len(examples) == 3
    assert {name for _, name in examples} < {*COMMANDS}
    assert "`zoo help`" in printed.out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("hepl",), "unknown command 'hepl'; did you mean 'help'?"),
        (("rnak",), "unknown command 'rnak'; did you mean 'rank'?"),
        (("help", "rnak"), "unknown command 'rnak'; did you mean 'rank'?"),
        (("data", "shwo"), "unknown command 'shwo'; did you mean 'show'?"),
        (("train",), "unknown command 'train'; did you mean 'bench'?"),
        (("help", "models"), "unknown command 'models'; did you mean 'list'?"),
        (("rank", "mine.csv"), "a table is the value of --catalog: zoo rank --catalog FILE"),
        (("export", "-o", "board.tex"), "the file is an argument: zoo export FILE"),
        (("data", "zzz"), "unknown command 'zzz'; known: clear, get, help, show"),
        (("rank", "--topp", "3"), "No such option: --topp (Possible options: --top)"),
        (("rank", "--missing", "wurst"), "'wurst' is not one of 'drop'"),
    ],
)
def test_a_wrong_word_is_a_usage_error_that_names_the_near_ones(
    zoo: Callable, typed: tuple[str, ...], meant: str
) -> None:
    printed = zoo(*typed)
    assert (printed.code, printed.out) == (2, "")
    assert meant in printed.err


@pytest.mark.parametrize("typed", [("{}",), ("--{}",), ("rank", "--{}"), ("rank", "--top", "{}"), ("data", "{}")])
def test_a_usage_error_cuts_a_long_argument(zoo: Callable, typed: tuple[str, ...]) -> None:
    printed = zoo(*(word.format("x" * 100_000) for word in typed))
    assert printed.code == 2
    assert len(printed.err) < 700


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ZooError("value, place, expected, next"), "value, place, expected, next"),
        (MemoryError(), "not enough memory"),
        (MemoryError("Unable to allocate 8 TiB"), "Unable to allocate 8 TiB"),
        (OSError(28, "No space left on device", "a"), "a: No space left on device"),
    ],
)
def test_an_error_of_zoo_or_the_system_is_one_line_on_stderr_and_exit_code_1(
    error: Exception, line: str, zoo: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr("modelzoo.cli.app", fail)
    assert zoo() == type(zoo("--version"))(1, "", f"zoo: {line}\n")


def test_the_version_of_the_command_is_that_of_the_package(zoo: Callable) -> None:
    assert zoo("--version").out == f"{modelzoo.__version__}\n"
    assert modelzoo.__version__[0].isdigit()


def test_a_python_warning_is_one_line(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "modelzoo.cli.app", lambda **_: warnings.warn("the chart shows boxes\n  and more", stacklevel=1)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert zoo().err == "zoo: warning: the chart shows boxes\n"


def test_an_error_names_options_for_the_fields_of_the_library(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise ZooError("`method` topsis, `by` and `weights`, but no `rows`")

    monkeypatch.setattr("modelzoo.cli.app", fail)
    assert zoo().err == "zoo: --method topsis, --by and --weights, but no `rows`\n"


def test_an_error_about_a_profile_s_file_names_its_fields(zoo: Callable, tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text('title = "T"\nby = ["top1"]\naggregate = "summ"\n', encoding="utf-8")
    printed = zoo("rank", "--profile", str(path))
    assert printed.code == 1
    assert f"{path}: `method`: unknown method 'summ'" in printed.err


def test_an_interruption_exits_with_130(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("modelzoo.cli.app", interrupt)
    assert zoo().code == 130


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m modelzoo --help | true"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [("--by", ""), ("--by", " "), ("--by=",), ("--where", ""), ("--source", "")])
def test_an_empty_value_is_a_usage_error_and_not_the_default(zoo: Callable, arguments: tuple[str, ...]) -> None:
    printed = zoo("rank", *arguments)
    assert (printed.code, printed.out) == (2, "")
    assert f"an empty value {'for' if len(arguments) == 1 else 'after'} {arguments[0].rstrip('=')}" in printed.err


FILES = {
    "check": ".csv",
    "rank --by top1 --catalog": ".csv",
    "rank --profile": ".toml",
    "import csv --map name,top1 -o new.csv": ".csv",
    "import timm -o new.csv": ".csv",
    "data show": ".npz",
    "data get emnist --archive": ".zip",
    "export": ".md",
    "runs --runs": "",
}


@pytest.mark.parametrize("command", FILES)
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "too long", "not UTF-8"])
def test_a_file_of_any_kind_ends_in_one_line_and_never_waits(
    command: str, kind: str, zoo: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path({"too long": "n" * 300, "not UTF-8": "caf\udce9"}.get(kind, kind) + FILES[command])
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif command != "export" and kind == "not UTF-8":
        path.write_bytes(b"\xff")
    printed = zoo(*command.split(), str(path))
    right = (command, kind) in {("export", "not UTF-8"), ("runs --runs", "folder")}
    assert printed.code == (0 if right else 1)
    assert all(line.startswith("zoo: ") for line in printed.err.splitlines())
    assert len(printed.err.splitlines()) <= 2
