"""`zoo export` at the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelzoo.base import paths
from modelzoo.runs.record import write_record


@pytest.fixture
def runs(make_record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two made-up runs in ./runs; nothing is shipped."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ZOO_RUNS", raising=False)
    monkeypatch.setattr(paths, "BENCHMARKS", tmp_path / "benchmarks")
    for record in (make_record("lenet5"), make_record("mobilenet", dataset={"name": "glyphs", "synthetic": True})):
        (tmp_path / "runs" / record.id).mkdir(parents=True)
        write_record(record, tmp_path / "runs" / record.id)


@pytest.mark.usefixtures("runs")
@pytest.mark.parametrize("suffix", ["md", "csv", "json", "html", "tex"])
def test_export_writes_the_form_that_the_suffix_names(zoo: Any, suffix: str) -> None:
    printed = zoo("export", f"leaderboard.{suffix}")
    assert (printed.code, printed.out, printed.err) == (0, "", f"zoo: note: wrote leaderboard.{suffix}\n")
    text = Path(f"leaderboard.{suffix}").read_text(encoding="utf-8")
    assert "LeNet-5" in text
    assert "glyphs" in text


@pytest.mark.usefixtures("runs")
def test_export_takes_the_options_of_board(zoo: Any) -> None:
    zoo("export", "leaderboard.csv", "--dataset", "glyphs")
    assert "LeNet-5" not in Path("leaderboard.csv").read_text(encoding="utf-8")


@pytest.mark.usefixtures("runs")
def test_export_leaves_a_markdown_file_without_markers_alone(zoo: Any) -> None:
    Path("notes.md").write_text("mine")
    printed = zoo("export", "notes.md")
    assert printed.code == 1
    assert printed.err.count("\n") == 1
    assert Path("notes.md").read_text() == "mine"
    assert zoo("export", "notes.md", "--force").code == 0
    assert "mine" not in Path("notes.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("runs")
def test_export_writes_the_chosen_columns_and_rewrites_them(zoo: Any) -> None:
    command = ("export", "leaderboard.md", "--columns", "measured_rank,change,name,accuracy,tie,latency")
    assert zoo(*command).code == 0
    first = Path("leaderboard.md").read_text(encoding="utf-8")
    heads = [line for line in first.splitlines() if "Model" in line]
    assert len(heads) == 2
    for head in heads:
        cells = [cell.strip() for cell in head.strip("|").split("|")]
        assert cells == ["Rank", "Change", "Model", "Accuracy % (95 % interval)", "Tie", "Latency (ms)"]
    assert zoo(*command).code == 0
    assert Path("leaderboard.md").read_text(encoding="utf-8") == first
    assert "unknown column 'rnak'" in zoo("export", "leaderboard.md", "--columns", "rnak").err
    assert "whole leaderboard" in zoo("export", "leaderboard.json", "--columns", "name").err


@pytest.mark.usefixtures("runs")
def test_check_exits_with_1_if_the_file_would_change_and_writes_nothing(zoo: Any) -> None:
    missing = zoo("export", "leaderboard.md", "--check")
    assert (missing.code, missing.out) == (1, "")
    assert (
        missing.err.splitlines(keepends=True)[-1]
        == "zoo: leaderboard.md is missing; without --check this command writes it\n"
    )
    assert not Path("leaderboard.md").exists()
    zoo("export", "leaderboard.md")
    assert zoo("export", "leaderboard.md", "--check").err.endswith("zoo: note: leaderboard.md is up to date\n")
    assert zoo("export", "leaderboard.md", "--check").code == 0
    changed = zoo("export", "leaderboard.md", "--check", "--dataset", "glyphs")
    assert changed.code == 1
    assert "zoo: leaderboard.md:" in changed.err


@pytest.mark.usefixtures("runs")
def test_export_writes_a_page_of_your_own_catalog(zoo: Any) -> None:
    Path("mine.csv").write_text("name,mmlu,price\nOne,61.5,3\nTwo,70.1,9\n")
    printed = zoo("export", "mine.html", "--catalog", "mine.csv", "--runs", "runs")
    assert printed.err.startswith("zoo: no column of the catalog (mmlu, price) is a criterion with a known sense; say")
    assert "--published-by" in printed.err
    assert zoo("export", "mine.html", "--catalog", "mine.csv", "--published-by", "mmlu:2:max,price:min").code == 0
    page = Path("mine.html").read_text(encoding="utf-8")
    assert '"by":{"mmlu":2.0,"price":1.0}' in page
    assert '"slug":["one","two","lenet5","mobilenet"]' in page
