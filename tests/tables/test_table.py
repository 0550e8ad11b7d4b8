import csv
import html.parser
import io
import string
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from modelzoo.base.text import printable
from modelzoo.errors import ZooError
from modelzoo.tables.table import Column, Form, Shown, Table, render, select_columns, unguarded
from modelzoo.tables.text import render_text

NASTY = "a|b <b>*c*</b> _d_ `e` 50% & #1 {x} \\ ~ ^\nsecond line"

TABLE = Table(
    columns=[
        Column("name", "Model"),
        Column("top5", "Top-5", show=lambda value: f"{value:.1f}", right=True),
        Column("bar", "", terminal_only=True),
    ],
    rows=[[NASTY, 94.90000001, "███"], ["LeNet-5", None, ""]],
    caption="Source: the <slides>.",
    notes=["1 | 2"],
)


def test_csv_carries_raw_values_and_leaves_missing_ones_empty() -> None:
    rows = list(csv.reader(io.StringIO(render(TABLE, "csv"))))
    assert rows == [["name", "top5"], [printable(NASTY), "94.90000001"], ["LeNet-5", ""]]


def test_select_columns_leaves_out_tables_that_have_none_of_them() -> None:
    other = Table([Column("name", "Model"), Column("seeds", "Seeds")], [["LeNet-5", 3]])
    (only,) = select_columns([TABLE, other], ["seeds"])
    assert [column.key for column in only.columns] == ["seeds"]
    both = select_columns([TABLE, other], ["seeds", "top5", "name"])
    assert [[column.key for column in part.columns] for part in both] == [["top5", "name"], ["seeds", "name"]]
    assert [list(row) for row in both[0].rows] == [[94.90000001, NASTY], [None, "LeNet-5"]]
    with pytest.raises(ZooError, match=r"unknown column 'top1'; did you mean 'top5'\?"):
        select_columns([TABLE, other], ["name", "top1"])


def test_markdown_keeps_every_row_on_a_line_with_the_same_cells() -> None:
    table = render(TABLE, "markdown").split("\n\n")[0].splitlines()
    assert [line.replace("\\|", "").count("|") for line in table] == [3, 3, 3, 3]
    assert "<b>" not in "".join(table)


def test_markdown_ends_with_the_caption_and_notes() -> None:
    assert render(TABLE, "markdown").endswith("Source: the &lt;slides&gt;.\n\n- 1 \\| 2\n")


def test_html_gives_back_the_text_that_went_in() -> None:
    texts: list[str] = []
    parser = html.parser.HTMLParser()
    parser.handle_data = texts.append  # type: ignore[method-assign]
    parser.feed(render(TABLE, "html"))
    assert printable(NASTY) in "".join(texts)


def test_latex_escapes_what_latex_reads() -> None:
    text = render(TABLE, "latex")
    assert r"50\% \& \#1 \{x\} \textbackslash{} \textasciitilde{} \textasciicircum{}" in text


VALUES = Table(
    columns=[
        Column("[name]", "[Model]"),
        Column("top5", "Top-5", show="{:.1f}".format, right=True, sense="max"),
        Column("ms", "ms", show="{:.1f}".format, right=True, sense="min"),
        Column("year", "Year", right=True),
    ],
    rows=[
        ["[a]", 94.92, 4.0, 2015],
        ["*b", 94.94, 2.0, 2019],
        ["c", Shown(94.0, "94.0*"), None, 2020],
        ["d", float("nan"), 3.0, 2021],
    ],
)


def test_latex_prints_the_best_of_each_column_with_a_sense_bold_and_equal_texts_too() -> None:
    lines = render(VALUES, "latex").splitlines()
    assert [lines[0], *lines[3:11]] == [
        r"% Needs \usepackage{booktabs} in the preamble.",
        r"\begin{tabular}{lrrr}",
        r"\toprule",
        r"{}[Model] & Top-5 & ms & Year \\",
        r"\midrule",
        r"{}[a] & \textbf{94.9} & 4.0 & 2015 \\",
        r"{}*b & \textbf{94.9} & \textbf{2.0} & 2019 \\",
        r"c & 94.0* & – & 2020 \\",
        r"d & nan & 3.0 & 2021 \\",
    ]
    assert lines[11:] == [r"\bottomrule", r"\end{tabular}", r"\end{table}"]


def test_a_single_value_is_not_the_best_of_its_column() -> None:
    assert "textbf" not in render(replace(VALUES, rows=VALUES.rows[:1]), "latex")


@pytest.mark.parametrize("form", ["markdown", "csv", "latex", "html"])
def test_bars_stay_in_the_terminal(form: Form) -> None:
    assert "█" not in render(TABLE, form)


@pytest.mark.parametrize("form", ["markdown", "csv", "latex", "html"])
def test_a_table_without_rows_still_has_its_head(form: Form) -> None:
    assert ("top5" if form == "csv" else "Top-5") in render(Table(TABLE.columns, []), form)


@pytest.mark.parametrize("form", ["markdown", "latex", "html"])
def test_the_lead_is_escaped_and_above_the_table(form: Form) -> None:
    text = render(replace(TABLE, lead="A & B <lead>"), form)
    escaped = {"markdown": "A &amp; B &lt;lead&gt;", "latex": r"A \& B \textless{}lead\textgreater{}"}
    assert 0 <= text.index(escaped.get(form, "A &amp; B &lt;lead&gt;")) < text.index("Top-5")
    assert "lead" not in render(replace(TABLE, lead="A & B <lead>"), "csv")


def test_a_cell_with_a_text_of_its_own_keeps_its_value_for_csv() -> None:
    table = replace(TABLE, rows=[["LeNet-5", Shown(94.90000001, "94.9*"), ""]])
    assert table.cells() == [["LeNet-5", "94.9*", ""]]
    assert render(table, "csv").splitlines()[1] == "LeNet-5,94.90000001"


# Each character with its text: the escapes of Python, a byte of a file name that is not UTF-8 as this byte.
HIDDEN = [
    ("\x1b[2J", r"\x1b[2J"),
    ("\r", r"\r"),
    ("\n", r"\n"),
    ("\t", r"\t"),
    ("\0", r"\x00"),
    ("\u202e", r"\u202e"),
    ("\u2066", r"\u2066"),
    ("\x85", r"\x85"),
    ("\u2028", r"\u2028"),
    ("\ud800", r"\ud800"),
    ("\udce9", r"\xe9"),
]
UNESCAPED = {
    "table": str,
    "csv": str,
    "markdown": lambda text: MarkdownIt().renderInline(text).replace("&quot;", '"'),
    "latex": lambda text: text.replace(r"\textbackslash{}", "\\"),
    "html": html.unescape,
}


@pytest.mark.parametrize("form", UNESCAPED)
@pytest.mark.parametrize(("hidden", "shown"), HIDDEN, ids=dict(HIDDEN).values())
def test_each_form_escapes_a_character_that_steers_a_terminal_wherever_it_is(
    form: Any, hidden: str, shown: str
) -> None:
    text = f"a{hidden}b"
    table = Table([Column(text, text), Column("b", "B")], [[text, Shown(text, text)]], text, [text], text)
    written = render_text(table, 1000) if form == "table" else render(table, form)
    assert hidden not in written.replace("\n", "") if hidden == "\n" else hidden not in written
    assert UNESCAPED[form](written).count(f"a{shown}b") == (3 if form == "csv" else 6)


def rendered_cells(text: str) -> list[str]:
    """Return the texts of the cells and paragraphs as a renderer of GitHub's tables and strikethrough shows them."""
    tokens = MarkdownIt().enable(["table", "strikethrough"]).parse(text)
    parts = [token.children or [] for token in tokens if token.type == "inline"]
    assert {part.type for cell in parts for part in cell} <= {"text", "text_special"}, "markup"
    return ["".join(part.content for part in cell) for cell in parts]


WORDS = st.text(string.punctuation + "ab1 ", max_size=12).map(lambda text: " ".join(text.split()))


@given(st.lists(WORDS.filter(bool), min_size=5, max_size=5))
@example(["~~old~~ net", "**a** __b__", "[c](d) ![e](f)", "1. `g`", "# h"])
def test_a_markdown_renderer_shows_each_cell_and_sentence_as_it_was(texts: list[str]) -> None:
    heading, cell, lead, caption, note = texts
    table = Table([Column("a", heading), Column("b", "B")], [[cell, "x"]], caption, [note], lead)
    written = render(table, "markdown")
    assert rendered_cells(written) == [lead, heading, "B", cell, "x", caption, note]
    assert written.count("~") == written.count("\\~")  # GitHub strikes out between single ones too


def test_csv_guards_a_text_that_a_spreadsheet_would_run_and_no_number() -> None:
    guarded = ["=1+2", "+A1", "-A1", "@SUM(A1)", "-1+2", "'=1", "''@x", "-", "=", "-inf", "\uff1d1"]
    kept = ["-1.5", "+3", "1e-5", "-.5", "25.6M", "'tis", "a=b", "'", "", "ResNet-50"]
    numbers = [-1.5, -3, float("-inf")]
    table = Table([Column("=key", "")], [[value] for value in (*guarded, *kept, *numbers)])
    rows = [cell for row in csv.reader(io.StringIO(render(table, "csv"))) for cell in row or [""]]
    assert rows == ["'=key", *(f"'{text}" for text in guarded), *kept, "-1.5", "-3", "-inf"]


@given(st.text("'=+-@a1.", max_size=6))
def test_reading_removes_the_guard_of_csv_and_nothing_else(text: str) -> None:
    ((written,), *_) = csv.reader(io.StringIO(render(Table([Column(text, "")], []), "csv"))) or [[""]]
    assert unguarded(written) == text
