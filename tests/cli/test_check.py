import json
from collections.abc import Callable
from pathlib import Path


def test_the_shipped_content_has_no_problem(zoo: Callable) -> None:
    printed = zoo("check")
    assert printed.code == 0
    assert printed.out.endswith(" files read, no problems.\n")


def test_every_problem_is_a_line_and_the_exit_code_is_1(zoo: Callable, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("my.csv").write_text("name,top1,params\nA,0.713,5M\nA,,nan\nB,70\n", encoding="utf-8")
    printed = zoo("check", "my.csv")
    assert printed.code == 1
    assert printed.out.splitlines() == [
        "my.csv:2: top1 is 0.713; expected percent, 0-100 (71.3?); write 0.713% for at most 1 percent",
        "my.csv:3: name 'A' stands twice, as 'A' before; names must differ in a letter or a digit",
        "my.csv:4: has 2 cells; the header has 3",
        "1 file read, 3 problems.",
    ]


def test_json_counts_files_and_lists_problems(zoo: Callable, tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("name,params\nA,5M\n", encoding="utf-8")
    assert json.loads(zoo("check", str(path), "--json").out) == {"files": 1, "faults": []}


def test_nothing_to_check_is_an_error(zoo: Callable, tmp_path: Path) -> None:
    printed = zoo("check", str(tmp_path))
    assert printed.code == 1
    assert "nothing to check" in printed.err
