import json
from collections.abc import Callable
from pathlib import Path

import pytest


def test_the_catalog_is_listed_as_the_deck_orders_it(zoo: Callable, golden: Callable) -> None:
    printed = zoo("list")
    assert (printed.code, printed.err) == (0, "")
    golden("list.txt", printed.out)


def test_sorted_and_filtered(zoo: Callable, golden: Callable) -> None:
    golden("list-where.txt", zoo("list", "--sort", "top5", "--where", "params<10M and gpu<=8").out)


def test_gaps_are_filled_from_the_next_source_and_marked(zoo: Callable, golden: Callable) -> None:
    golden("list-filled.txt", zoo("list", "--source", "slides,keras", "--where", "top1>=82").out)


def test_korean_as_markdown(zoo: Callable, golden: Callable) -> None:
    golden("list-ko.md", zoo("list", "--lang", "ko", "--format", "markdown", "--where", "gpu<5").out)


def test_highlights_are_shown_where_the_terminal_is_wide(zoo: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Highlights" not in zoo("list").out
    monkeypatch.setenv("COLUMNS", "160")
    assert "balanced network scaling" in zoo("list").out


def test_json_is_the_whole_result(zoo: Callable) -> None:
    result = json.loads(zoo("list", "--json").out)
    assert len(result["models"]) == 28
    assert result["sources"] == ["slides"]
    assert result["models"][0]["values"] == {
        "year": 1998,
        "size": None,
        "params": 60000,
        "top1": None,
        "top5": None,
        "gpu": None,
    }


def test_a_custom_catalog(zoo: Callable, tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("name,params,fps\nB,5M,30\nA,2M,\n", encoding="utf-8")
    lines = zoo("list", "--catalog", str(path), "--sort", "params").out.splitlines()
    assert [line.split()[0] for line in lines[2:4]] == ["A", "B"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sort", "gpuu"], "zoo: unknown criterion 'gpuu'; did you mean 'gpu'?"),
        (["--source", "kears"], "zoo: unknown source 'kears'; did you mean 'keras'?"),
        (["--where", "gpu<fast"], "zoo: condition 'gpu<fast': the number is 'fast'; expected a number"),
        (["--catalog", "gone.csv"], "zoo: gone.csv cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_option_is_one_line_on_stderr(zoo: Callable, arguments: list[str], message: str) -> None:
    printed = zoo("list", *arguments)
    assert (printed.code, printed.out) == (1, "")
    assert printed.err.startswith(message)
    assert printed.err.count("\n") == 1
