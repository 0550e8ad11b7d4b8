import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from modelzoo.cli.output import show
from modelzoo.tables.table import Column, Table


@pytest.mark.parametrize("width", [20, 40, 60])
@pytest.mark.parametrize("terminal", [False, True])
def test_no_figure_is_cut_however_narrow_the_terminal(
    width: int, terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    figures = ["Inception-ResNet v2", "2.7406", "95.7", "12.3M", "0.911", "10.0", "100,000,000"]
    columns = [Column(figure, f"column {index}", right=index > 0) for index, figure in enumerate(figures)]
    show(Table([*columns, Column("bar", "", terminal_only=True)], [[*figures, "█" * 12]]))
    row = capsys.readouterr().out.splitlines()[-1]
    assert row.split() == " ".join(figures).split()


@pytest.mark.parametrize("command", ["rank", "audit", "rank --json", "audit --format html"])
def test_a_reader_that_has_enough_of_a_table_is_no_error(command: str) -> None:
    # The reader has ended before the first line is printed.
    script = f"{sys.executable} -m modelzoo {command} | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert all(line.startswith("zoo: warning:") for line in done.stderr.splitlines())


def test_a_code_page_without_the_rule_gets_hyphens() -> None:
    command = [sys.executable, "-m", "modelzoo", "list"]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252"}, check=True)
    assert {"-"} in [set(line) for line in done.stdout.decode("cp1252").splitlines()]


def test_columns_are_printed_in_the_order_of_their_keys(zoo: Any) -> None:
    lines = zoo("rank", "--columns", "name,rank", "--format", "csv").out.splitlines()
    assert lines[:2] == ["name,rank", "EfficientNetB2,1"]
    table = zoo("rank", "--columns", "name,rank").out.splitlines()
    assert table[0].split() == ["Model", "#"]
    assert table[2].split() == ["EfficientNetB2", "1"]


def test_a_column_is_selected_once(zoo: Any) -> None:
    printed = zoo("rank", "--columns", "name,top5,name")
    assert (printed.code, printed.out, printed.err) == (1, "", "zoo: column 'name' is selected twice; name it once\n")


def test_an_unknown_column_names_the_near_or_the_known_keys(zoo: Any) -> None:
    assert "unknown column 'nmae'; did you mean 'name'?" in zoo("rank", "--columns", "name,nmae").err
    far = zoo("rank", "--columns", "zzz", "--by", "top5,gpu")
    assert "known: rank, name, score, top5, top5_contribution, gpu, gpu_contribution" in far.err
    assert (far.code, far.out) == (1, "")


@pytest.mark.parametrize(
    ("suffix", "form"), [("csv", "csv"), ("md", "md"), ("tex", "latex"), ("json", "--json"), ("CSV", "csv")]
)
def test_a_file_has_the_bytes_that_the_form_of_its_suffix_prints(
    zoo: Any, tmp_path: Path, suffix: str, form: str
) -> None:
    path = tmp_path / f"ranks.{suffix}"
    written = zoo("rank", "--top", "3", "-o", str(path))
    assert (written.code, written.out) == (0, "")
    assert f"zoo: note: wrote {path}\n" in written.err
    printed = zoo("rank", "--top", "3", *([form] if form == "--json" else ["--format", form]))
    assert path.read_text(encoding="utf-8") == printed.out


def test_a_text_file_has_every_column_unfolded(zoo: Any, tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    zoo("list", "--output", str(path))
    text = path.read_text(encoding="utf-8")
    assert "Left out to fit" not in text
    assert any(line.startswith("EfficientNetB1") and "scaling" in line for line in text.splitlines())


def test_an_html_file_is_a_document(zoo: Any, tmp_path: Path) -> None:
    path = tmp_path / "list.html"
    zoo("list", "--output", str(path), "--lang", "ko")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert '<meta charset="utf-8">' in text
    assert text.count("<table>") == 1


def test_an_excel_file_has_a_sheet_for_each_table_and_its_numbers(zoo: Any, tmp_path: Path) -> None:
    path = tmp_path / "ranks.xlsx"
    assert zoo("rank", "--columns", "rank,name,top5", "-o", str(path)).code == 0
    (sheet,) = openpyxl.load_workbook(path).worksheets
    assert sheet.title == "1 ranks"
    assert [cell.value for cell in sheet[1]] == ["#", "Model", "Top-5 (%)"]
    assert [cell.value for cell in sheet[2]] == [1, "EfficientNetB2", 94.9]


def test_an_excel_file_of_the_leaderboard_has_accuracies_as_numbers(zoo: Any, tmp_path: Path) -> None:
    path = tmp_path / "board.xlsx"
    assert zoo("board", "--shipped", "--columns", "name,accuracy,accuracy_low", "-o", str(path)).code == 0
    for sheet in openpyxl.load_workbook(path).worksheets:
        _, accuracy, low = (cell.value for cell in sheet[2])
        assert low < accuracy < 100


def test_format_wins_over_the_suffix(zoo: Any, tmp_path: Path) -> None:
    path = tmp_path / "ranks.txt"
    zoo("rank", "--output", str(path), "--format", "csv")
    assert path.read_text(encoding="utf-8").startswith("rank,name,score")
    zoo("rank", "--output", str(path), "--json")
    assert json.loads(path.read_text(encoding="utf-8"))


def test_the_older_names_are_taken(zoo: Any, tmp_path: Path) -> None:
    assert zoo("rank", "--format", "markdown").out == zoo("rank", "--format", "md").out
    assert zoo("rank", "--out", str(tmp_path / "a.csv")).code == 0
    assert (tmp_path / "a.csv").exists()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--json", "--format", "csv"), 2, "--json and --format: give one of them"),
        (("--json", "--columns", "name"), 2, "the JSON has the whole result"),
        (("--output", "a.json", "--columns", "name"), 2, "the JSON has the whole result"),
        (("--output", "a.doc"), 1, "suffix '.doc' names no form; expected one of .csv, .md"),
        (("--output", "nowhere/a.csv"), 1, "cannot write nowhere/a.csv: its folder does not exist"),
        (("--output", "a.xlsx", "--format", "csv"), 2, "a.xlsx is a workbook, and another form is given"),
        (("--output", "a.xlsx", "--json"), 2, "a.xlsx is a workbook, and another form is given"),
        (("--columns", ","), 2, "--columns , names no column; expected keys, as in name,score"),
        (("--format", "mdd"), 2, "unknown form 'mdd'; did you mean 'md'?"),
    ],
)
def test_a_contradiction_is_an_error_before_anything_is_computed(
    zoo: Any, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], code: int, message: str
) -> None:
    monkeypatch.setattr("modelzoo.catalog.catalog.load_catalog", lambda *_: pytest.fail("the catalog was read"))
    printed = zoo("rank", *options)
    assert (printed.code, printed.out) == (code, "")
    assert message in printed.err


def test_a_failed_command_leaves_the_old_file(zoo: Any, tmp_path: Path) -> None:
    path = tmp_path / "ranks.csv"
    path.write_text("mine")
    assert zoo("rank", "--columns", "nosuch", "-o", str(path)).code == 1
    assert path.read_text() == "mine"


# The commands that print tables, with a command line that needs no run and no training.
PRINTING = ["rank", "list", "pareto", "robust", "audit", "recipes", "suites", "slides", "doctor", "board", "runs"]


@pytest.mark.parametrize("command", PRINTING)
def test_every_command_that_prints_a_table_writes_it_and_takes_columns(zoo: Any, tmp_path: Path, command: str) -> None:
    path = tmp_path / "table.csv"
    assert zoo(command, "-o", str(path)).code == 0
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    last, first = rows[0][-1], rows[0][0]
    assert zoo(command, "-o", str(path), "--columns", f"{last},{first}").code == 0
    assert list(csv.reader(path.read_text(encoding="utf-8").splitlines())) == [[row[-1], row[0]] for row in rows]


@pytest.mark.parametrize(
    "command", ["rank", "robust", "pareto", "list", "runs", "board", "compare efficientnetb1 mobilenet"]
)
def test_a_default_command_says_nothing_on_stderr(
    zoo: Any, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    printed = zoo(*command.split())
    assert (printed.code, printed.err) == (0, "")
