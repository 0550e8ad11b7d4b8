import os
import subprocess
import sys

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
