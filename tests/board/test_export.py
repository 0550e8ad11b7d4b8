"""The leaderboard as a file in each form."""

import csv
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from modelzoo.board.build import leaderboard
from modelzoo.board.export import as_text
from modelzoo.board.leaderboard import Leaderboard
from modelzoo.board.markers import BEGIN, END
from modelzoo.catalog.catalog import load_catalog
from modelzoo.errors import ZooError
from modelzoo.exporting import export, export_change

FORMS = ("md", "csv", "json", "html", "tex", "xlsx")
NASTY = 'A|B <b>*_`x`_</b> & 50% #1 \\ $y$ {z} ~\nnext <!-- zoo:end -->, "q"'
PRINTABLE = NASTY.replace("\n", "\\n")


@pytest.fixture
def board(make_run: Callable[..., Any]) -> Leaderboard:
    return leaderboard(
        [
            make_run("efficientnetb1", correct=8810, latency=12.3, total_params=6_600_000),
            make_run("mobilenet", correct=8790, latency=4.2, total_params=3_270_000),
            make_run("nasty", name=NASTY, correct=8000, recipe_name=NASTY),
        ],
        load_catalog(),
    )


@pytest.mark.parametrize("suffix", ["md", "tex"])
def test_the_file_is_as_it_was_when_it_was_last_looked_at(
    board: Leaderboard, suffix: str, tmp_path: Path, golden: Callable[[str, str], None]
) -> None:
    path = tmp_path / f"board.{suffix}"
    export(board, path)
    golden(f"export.{suffix}", path.read_text(encoding="utf-8"))


def test_names_are_escaped_in_markdown(board: Leaderboard) -> None:
    text = as_text(board, "markdown")
    line = next(line for line in text.splitlines() if "50%" in line and line.startswith("|"))
    assert r"A\|B &lt;b&gt;\*\_\`x\`\_&lt;/b&gt; &amp; 50% #1 \\ \$y\$ {z} \~\\nnext &lt;!-- zoo:end --&gt;" in line
    assert "<" not in text.replace("<!--", "")


def test_names_are_escaped_in_html(board: Leaderboard) -> None:
    from html.parser import HTMLParser

    class Cells(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.found: list[str] = []
            self.tags: set[str] = set()

        def handle_data(self, data: str) -> None:
            self.found.append(data.strip())

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.tags.add(tag)

    cells = Cells()
    cells.feed(as_text(board, "html"))
    assert PRINTABLE in cells.found
    assert "b" not in cells.tags


def test_names_are_escaped_in_latex(board: Leaderboard) -> None:
    text = as_text(board, "latex")
    line = next(line for line in text.splitlines() if r"50\%" in line)
    assert r"A\textbar{}B \textless{}b\textgreater{}*\_`x`\_\textless{}/b\textgreater{}" in line
    assert r"\& 50\% \#1 \textbackslash{} \$y\$ \{z\} \textasciitilde{}\textbackslash{}nnext" in line
    assert r"$\bigtriangleup$1" in text


def test_names_come_back_from_csv_and_json(board: Leaderboard, tmp_path: Path) -> None:
    for suffix in ("csv", "json"):
        export(board, tmp_path / f"board.{suffix}")
    with (tmp_path / "board.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert PRINTABLE in [row["name"] for row in rows]
    (section,) = json.loads((tmp_path / "board.json").read_text())["sections"]
    assert NASTY in [row["name"] for row in section["rows"]]


def test_the_page_is_whole(board: Leaderboard, tmp_path: Path) -> None:
    export(board, tmp_path / "board.html")
    page = (tmp_path / "board.html").read_text(encoding="utf-8")
    assert page.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert '<meta charset="utf-8">' in page
    assert "<title>Leaderboard</title>" in page
    assert page.endswith("</body>\n</html>\n")


@pytest.mark.parametrize("suffix", [".md", ".tex"])
def test_notes_are_on_the_selected_columns(board: Leaderboard, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"board{suffix}"
    starts = {"tie": "Tie:", "published_top5": "Published by slides:"}
    for key, start in starts.items():
        export(board, path, columns=("name", key))
        text = path.read_text(encoding="utf-8")
        assert [other for other in starts.values() if other in text] == [start]
    export(board, path)
    assert all(start in path.read_text(encoding="utf-8") for start in starts.values())


def test_a_new_markdown_file_can_be_exported_to_again(board: Leaderboard, tmp_path: Path) -> None:
    path = tmp_path / "leaderboard.md"
    export(board, path)
    first = path.read_bytes()
    path.write_bytes(b"My words.\n\n" + first)
    export(board, path)
    assert path.read_bytes() == b"My words.\n\n" + first


def test_a_marked_markdown_file_is_changed_between_its_markers_only(board: Leaderboard, tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_bytes(f"\ufeff# Mine\r\n\r\n{BEGIN}\r\nold\r\n{END} tail, no line end".encode())
    export(board, path)
    content = path.read_bytes().decode()
    assert content.startswith(f"\ufeff# Mine\r\n\r\n{BEGIN}\r\n|")
    assert content.endswith(f"\r\n{END} tail, no line end")
    assert "\n" not in content.replace("\r\n", "")


def test_a_markdown_file_without_markers_is_not_overwritten_unless_forced(board: Leaderboard, tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text("months of work\n")
    with pytest.raises(
        ZooError, match=r"exists and has no markers; put <!-- zoo:begin --> and <!-- zoo:end -->.*--force"
    ):
        export(board, path)
    assert path.read_text() == "months of work\n"
    export(board, path, force=True)
    assert "months of work" not in path.read_text()


def test_wrong_markers_leave_the_file_untouched(board: Leaderboard, tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_text(f"a\n{BEGIN}\nb\n")
    with pytest.raises(ZooError, match=r"notes\.md has zoo:begin in line 2; "):
        export(board, path, force=True)
    assert path.read_text() == f"a\n{BEGIN}\nb\n"


@pytest.mark.parametrize("suffix", FORMS[1:])
def test_the_other_forms_replace_what_they_once_made(board: Leaderboard, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"board.{suffix}"
    path.write_text("old")
    export(board, path)
    content = path.read_bytes()
    assert b"EfficientNetB1" in (content if suffix != "xlsx" else zipfile.ZipFile(path).read("xl/sharedStrings.xml"))
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["board.xls", "board", "board.md.bak"])
def test_an_unknown_suffix_is_answered_with_the_known_ones(board: Leaderboard, name: str, tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"expected one of \.md, \.html, \.csv, \.json, \.tex, \.xlsx"):
        export(board, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_suffix_in_capitals_is_known(board: Leaderboard, tmp_path: Path) -> None:
    export(board, tmp_path / "BOARD.CSV")
    assert (tmp_path / "BOARD.CSV").read_text(encoding="utf-8").startswith("dataset,")


@pytest.mark.parametrize("suffix", FORMS)
def test_a_missing_folder_is_one_line(board: Leaderboard, suffix: str, tmp_path: Path) -> None:
    with pytest.raises(ZooError, match=r"cannot write .*; choose a folder that exists"):
        export(board, tmp_path / "nowhere" / f"board.{suffix}")


def test_a_folder_named_like_a_file_is_one_line(board: Leaderboard, tmp_path: Path) -> None:
    (tmp_path / "board.md").mkdir()
    with pytest.raises(ZooError, match=r"board\.md is a folder; expected a regular file"):
        export(board, tmp_path / "board.md")


def test_a_workbook_has_numbers_as_numbers_and_a_sheet_for_each_section(board: Leaderboard, tmp_path: Path) -> None:
    export(board, tmp_path / "board.xlsx")
    book = openpyxl.load_workbook(tmp_path / "board.xlsx")
    assert book.sheetnames == ["1 emnist47"]
    heading, *rows = book["1 emnist47"].iter_rows(max_row=4)
    row = {str(name.value): cell for name, cell in zip(heading, rows[2], strict=True)}
    assert row["Model"].value == "EfficientNetB1"
    assert (row["Accuracy (%)"].value, row["Accuracy (%)"].number_format) == (88.1, "0.00")
    assert (row["95 % from"].value, row["to"].value) == pytest.approx((87.45, 88.72), abs=0.01)
    assert (row["Published Params"].value, row["Published Params"].number_format) == (7_900_000, "#,##0")
    assert (row["Change"].value, row["Rank"].value) == (-1, 3)


@pytest.mark.parametrize("suffix", FORMS)
def test_check_finds_no_change_after_an_export(board: Leaderboard, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"board.{suffix}"
    assert export_change(board, path) == f"{path} is missing; without --check this command writes it"
    assert not path.exists()
    export(board, path)
    before = path.read_bytes()
    assert export_change(board, path) is None
    assert path.read_bytes() == before


def test_check_names_line_and_texts_of_the_first_change(board: Leaderboard, tmp_path: Path) -> None:
    path = tmp_path / "board.md"
    export(board, path)
    path.write_text(path.read_text(encoding="utf-8").replace("87.90 (", "87.80 ("), encoding="utf-8")
    change = str(export_change(board, path))
    assert re.fullmatch(
        r".*/board\.md:\d+ would change from '[ |]*87\.80 \(.*…' to '[ |]*87\.90 \(.*…'; without .*", change
    )


@pytest.mark.parametrize("suffix", FORMS)
def test_check_sees_a_changed_value_in_every_form(
    board: Leaderboard, make_run: Callable[..., Any], suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"board.{suffix}"
    export(leaderboard([make_run("efficientnetb1", correct=8811)], load_catalog()), path)
    change = export_change(leaderboard([make_run("efficientnetb1", correct=8812)], load_catalog()), path)
    assert change is not None
    assert change.startswith(str(path))


def test_check_sees_line_ends(board: Leaderboard, tmp_path: Path) -> None:
    path = tmp_path / "board.csv"
    export(board, path)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert ":1 would change from " in str(export_change(board, path))
